"""The service from outside: commands that go well, badly, or not at all in time."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from heimvakt.core.events import ChangeOf, ChangeOutcome
from heimvakt.updates import asking, service
from heimvakt.updates.asking import Answer, Gateway
from heimvakt.updates.change import Ended
from heimvakt.updates.judging import Facts
from heimvakt.updates.service import Commands, Health, Service
from tests.support.homes import EVENING
from tests.support.updates import a_program

SAYS = """\
import sys
print("home.toml:1:1  warning  nothing is plugged in")
print("home.toml:3:1  error    rooms, not room")
sys.exit(1)
"""


async def test_what_systemd_says_is_read() -> None:
    told = Service(Commands(health="echo ActiveState=failed"))
    assert await told.health() == Health(gave_up=True)
    both = Service(Commands(health="printf 'NRestarts=7\\nActiveState=active\\n'"))
    assert await both.health() == Health(gave_up=False, restarts=7)
    for nobody in ("false", "there-is-no-such-program", "echo NRestarts=[no]"):
        assert await Service(Commands(health=nobody)).health() == Health()


async def test_every_line_is_done_whatever_became_of_the_one_before(tmp_path: Path) -> None:
    lines = ["false", "there-is-no-such-program", f"touch {tmp_path}/done"]
    await Service(Commands(restart=lines, reload=[f"touch {tmp_path}/again"])).restart()
    assert await asyncio.to_thread(lambda: [path.name for path in tmp_path.iterdir()]) == ["done"]


async def test_a_command_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "COMMAND_S", 0.2)
    async with asyncio.timeout(30):
        await Service(Commands(reload=["sleep 1000"])).reload()


async def test_a_program_says_whether_it_takes_a_file(tmp_path: Path) -> None:
    home = tmp_path / "home.toml"
    home.write_text("version = 1\n")
    asked = Service(Commands(user=""))
    good = a_program(tmp_path / "good", entry="import sys; assert sys.argv[1] == 'check'")
    bad = a_program(tmp_path / "bad", entry=SAYS)
    assert await asked.takes(good, home) == ""
    assert await asked.takes(bad, home) == "home.toml:3:1 error rooms, not room"
    assert await asked.takes(tmp_path / "none", home) != ""


ENDED = Ended(
    change_id="one",
    what=ChangeOf.PROGRAM,
    outcome=ChangeOutcome.KEPT,
    at=EVENING,
    version="1.4.0",
)


async def answered(tmp_path: Path, answer: Any) -> tuple[object, Answer]:
    """What is made of an answer to both requests."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert json.loads(await reader.readline())["do"].startswith("update-")
        writer.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode() + b"\n")
        writer.close()

    server = await asyncio.start_unix_server(serve, tmp_path / "control")
    try:
        gateway = Gateway(tmp_path / "control")
        return await gateway.facts(), await gateway.tell(ENDED)
    finally:
        server.close()
        (tmp_path / "control").unlink()


async def test_what_is_no_answer_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "LINE_MAX", 1_000)
    for answer in (b"", b"\n", b"{", b"[" * 500 + b"\n", b"7\n", b"x" * 5_000):
        assert await answered(tmp_path, answer) == (None, Answer.NOBODY), answer
    assert await Gateway(tmp_path / "control").facts() is None


SAID: dict[str, Any] = {
    "open_alarms": ["home-1"],
    "version": "1.4.0",
    "uptime_s": 12.5,
    "digest": 64 * "d",
    "refused": "",
    "receivers": {"centre": {"confirmed_ago_s": 3.0}, "daughter": {"confirmed_ago_s": None}},
}


async def test_facts_are_all_that_this_version_needs_or_nothing(tmp_path: Path) -> None:
    facts, _ = await answered(tmp_path, {**SAID, "said": "by a newer program"})
    assert facts == Facts(
        open_alarms=("home-1",),
        version="1.4.0",
        uptime_s=12.5,
        digest=64 * "d",
        confirmed_ago_s={"centre": 3.0, "daughter": None},
    )
    for key in SAID:
        half = {name: value for name, value in SAID.items() if name != key}
        assert (await answered(tmp_path, half))[0] is None, key


async def test_a_gateway_that_does_not_take_it_is_another_matter(tmp_path: Path) -> None:
    for answer in ({"error": "there is no such request"}, {"taken": "yes"}, {}):
        assert await answered(tmp_path, answer) == (None, Answer.NOT_TAKEN)
    assert (await answered(tmp_path, {"taken": True}))[1] is Answer.TAKEN


async def test_a_gateway_that_hangs_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "ANSWER_S", 0.2)
    held: list[asyncio.StreamWriter] = []

    def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_unix_server(serve, tmp_path / "control")
    async with asyncio.timeout(30):
        assert await Gateway(tmp_path / "control").facts() is None
    for writer in held:
        writer.close()
    server.close()
