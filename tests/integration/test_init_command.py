"""`heimvakt init` as a person uses it: asked on a terminal, and said in options."""

from __future__ import annotations

import os
import pty
import sys
from pathlib import Path

import pytest

from tests.support.command import heimvakt

SAID = ("--id", "no-1505-004711", "--centre", "mqtts://in.centre.example:8883")


async def test_a_home_is_begun_by_options_and_found_good(tmp_path: Path) -> None:
    file = tmp_path / "home.toml"
    begun = await heimvakt("init", file, "--kit", "dementia-night", *SAID)
    assert begun.code == 0, begun
    assert "heimvakt pair --as bed" in begun.out
    checked = await heimvakt("check", file)
    assert checked.code == 0, checked
    assert "0 errors" in checked.out

    before = file.read_bytes()
    twice = await heimvakt("init", file, "--kit", "medicine", *SAID)
    assert (twice.code, file.read_bytes()) == (1, before)
    assert "is there already, and is not touched" in twice.err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "which kit?"),
        (("--kit", "deluxe"), "which kit?"),
        (("--kit", "medicine"), "say: --id"),
        (("--kit", "medicine", "--id", "Ola Nordmann"), "looks like a name"),
        (("--kit", "medicine", "--id", "no-1", "--centre", "centre.example"), "mqtts://"),
        (("--kit", "medicine", *SAID, "--timezone", "Oslo"), "Europe/Oslo"),
        (("--kit", "medicine", "--id", 'a"b'), "quotation marks"),
    ],
)
async def test_what_cannot_be_is_said_and_nothing_is_written(
    options: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    file = tmp_path / "home.toml"
    begun = await heimvakt("init", file, *options)
    assert begun.code == 2, begun
    assert told in begun.err
    assert not file.exists()


def test_a_person_is_asked_and_asked_again_after_a_wrong_answer(tmp_path: Path) -> None:
    file = tmp_path / "home.toml"
    typed = iter(
        (
            ("kit", "9"),
            ("kit", "2"),
            ("number of the gateway", "Ola Nordmann"),
            ("number of the gateway", "no-1505-004711"),
            ("time zone", ""),
            ("language", "en"),
            ("response centre", "mqtts://in.centre.example"),
        )
    )
    child, line = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-m", "heimvakt", "init", str(file)])
    said = ""
    waits_for, answer = next(typed)
    seen_to = 0
    while True:
        try:
            said += os.read(line, 4096).decode()
        except OSError:
            break  # the other end is closed: the command has ended
        if waits_for in said[seen_to:] and said.endswith(": "):
            seen_to = len(said)
            os.write(line, f"{answer}\n".encode())
            waits_for, answer = next(typed, ("nothing more is asked", ""))
    _, status = os.waitpid(child, 0)
    os.close(line)
    assert os.waitstatus_to_exitcode(status) == 0, said
    assert "looks like a name or an address" in said
    text = file.read_text()
    assert 'language = "en"' in text
    assert 'brokers = ["mqtts://in.centre.example"]' in text
