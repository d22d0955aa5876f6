"""`heimvakt audit` reads the log while nothing runs, and leaves no trace beside the database."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from heimvakt.cli import audit
from heimvakt.core.ledger import Transaction
from heimvakt.store.store import FILE, SqliteStore
from tests.support.orders import audited
from tests.support.stored import NOW, change_one_byte, moment

RUNNER = CliRunner()


@pytest.fixture
async def state(tmp_path: Path) -> Path:
    """Of a gateway that has ended."""
    folder = tmp_path / "state"
    async with SqliteStore(folder, opened_at=NOW) as store:
        entries = [audited(number) for number in range(1, 600)]
        await store.transact(Transaction(events=[moment(1)], audit=entries))
    return folder


def run(state: Path, *words: str) -> Result:
    where = ["--state", str(state), "--socket", str(state / "nobody")]
    return RUNNER.invoke(audit.group, [*words, *where])


def test_a_whole_log_is_said_to_be_whole(state: Path) -> None:
    said = run(state, "verify")
    assert said.exit_code == 0
    assert said.output.startswith("whole: 599 rows, 1 to 599, the last is ")
    verdict = json.loads(run(state, "verify", "--json").output)
    assert (verdict["whole"], verdict["rows"]) == (True, 599)


def test_one_byte_that_is_another_is_found(state: Path) -> None:
    change_one_byte(state / FILE, b'"lock-300"')
    said = run(state, "verify")
    assert (said.exit_code, said.output) == (1, "BROKEN at row 300: it was changed\n")


def test_the_newest_are_shown_and_those_of_one_device(state: Path) -> None:
    assert len(run(state, "show", "--limit", "5").output.splitlines()) == 5
    (line,) = run(state, "show", "--device", "lock-7").output.splitlines()
    assert "lock" in line
    assert "device=lock-7" in line
    assert json.loads(run(state, "show", "--device", "lock-7", "--json").output)[0]["number"] == 7


def test_what_is_exported_can_be_verified_by_itself(state: Path, tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    file.write_text(run(state, "export").output, encoding="utf-8")
    assert RUNNER.invoke(audit.group, ["verify", "--file", str(file)]).exit_code == 0
    lines = file.read_text().splitlines()
    file.write_text("\n".join([*lines[:10], *lines[11:]]))
    said = RUNNER.invoke(audit.group, ["verify", "--file", str(file)])
    assert (said.exit_code, said.output) == (1, "BROKEN at row 11: rows 11 to 11 are gone\n")
    for strange in ("{}", "[" * 100_000):
        file.write_text(strange)
        said = RUNNER.invoke(audit.group, ["verify", "--file", str(file)])
        assert (said.exit_code, "is not what export writes" in said.output) == (1, True)


def test_nothing_is_left_beside_the_database(state: Path) -> None:
    before = {path.name for path in state.iterdir()}
    run(state, "verify")
    assert {path.name for path in state.iterdir()} == before


async def test_what_was_killed_is_read_with_its_log(tmp_path: Path) -> None:
    folder, copy = tmp_path / "state", tmp_path / "copy"
    async with SqliteStore(folder, opened_at=NOW) as store:
        await store.transact(Transaction(events=[moment(1)], audit=[audited(1)]))
        in_use = run(folder, "verify")
        shutil.copytree(folder, copy)
    assert in_use.exit_code == 3
    assert "a service is using it" in in_use.output
    assert run(copy, "verify").output.startswith("whole: 1 rows")


def test_where_there_is_nothing_that_is_said(tmp_path: Path) -> None:
    said = run(tmp_path, "verify")
    assert (said.exit_code, "no service runs" in said.output) == (3, True)
