"""A database that a newer version has changed comes back by the way that is written in it, whole;
and where there is none the start goes on without."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from heimvakt.core.ledger import COUNTER, StoreUnavailable
from heimvakt.core.reports import ReportClass, Wanted
from heimvakt.store import way_back
from heimvakt.store.migrations import STEPS, VERSION, WAY_BACK, Ways, has_shape
from heimvakt.store.store import FILE, SqliteStore
from tests.support.newer import DOWN, NEXT, go_up, rows
from tests.support.stored import NOW, RECEIVER, fill, opened, waiting_ids, wrecks

ROOT = Path(__file__).parents[3]
KILLS = int(os.environ.get("HEIMVAKT_WAY_BACK_KILLS", "2"))
ASIDE = f"{FILE}.newer-20261105T023000Z"


def set_aside(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.glob(f"{FILE}.newer*"))


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (found,) = connection.execute("PRAGMA user_version").fetchone()
    return int(found)


async def test_it_comes_back_with_all_that_was_in_it_and_goes_up_again(tmp_path: Path) -> None:
    await fill(tmp_path)
    before = rows(tmp_path)
    for _ in range(2):
        go_up(tmp_path, {NEXT: DOWN})
        assert version(tmp_path / FILE) == NEXT
        restored, alarms, waiting = await opened(tmp_path)
        assert restored.fault is None
        assert waiting == waiting_ids() <= alarms
        assert version(tmp_path / FILE) == VERSION
        assert rows(tmp_path) == before
    assert set_aside(tmp_path) == wrecks(tmp_path) == []


async def test_from_two_versions_on_it_takes_both_ways(tmp_path: Path) -> None:
    await fill(tmp_path, rounds=1)
    before = rows(tmp_path)
    # As the version after the next would have left it: a table more, and the way from there.
    further = {NEXT: DOWN, NEXT + 1: ("DROP TABLE further",)}
    go_up(tmp_path, further, "CREATE TABLE further (a TEXT) STRICT")
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA user_version = {NEXT + 1}")
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        connection.execute(f"PRAGMA application_id = {application + 1}")
    restored, _, _ = await opened(tmp_path)
    assert restored.fault is None
    assert rows(tmp_path) == before


async def test_what_only_the_newer_one_knows_is_kept_for_it(tmp_path: Path) -> None:
    await fill(tmp_path, rounds=1)
    of = ReportClass.TELEMETRY
    event = {"kind": "rained", "v": 1, "seq": 99_999, "at": "2026-11-05T02:00:00Z", "mm": 3}
    go_up(
        tmp_path,
        {NEXT: DOWN},
        f"INSERT INTO journal (seq, class, body) VALUES (99999, {of.rank}, '{json.dumps(event)}')",
        """INSERT INTO state (key, body) VALUES ('weather:now', '{"mm":3}')""",
        # A field that this version does not know, also in alarms that are not over.
        "UPDATE alarms SET body = json_set(body, '$.weather', 'rain')",
    )
    wanted = {RECEIVER: Wanted.TELEMETRY}
    async with SqliteStore(tmp_path, opened_at=NOW, wanted=wanted) as store:
        assert store.restored.fault is None
        assert store.restored.last_seq >= 99_999
        assert {row.alarm_id for row in await store.waiting(RECEIVER, 99)} == waiting_ids(1)
        [report] = await store.reports(RECEIVER, of, 0, rows_max=9, bytes_max=9_999)
        assert json.loads(report.body) == event, "and whoever wants it is told in its words"
    kept = rows(tmp_path)
    assert ("weather:now", '{"mm":3}') in kept["state"]
    assert [json.loads(str(body)) for seq, _, body in kept["journal"] if seq == 99_999] == [event]


ENDLESS = """INSERT INTO drops WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n)
    SELECT NULL, 'low', '', i, 1, 1 FROM n WHERE i < 0"""
NO_WAYS: dict[str, tuple[Ways, str]] = {
    "none": ({}, "names no way back"),
    "one that fails": ({NEXT: (*DOWN, "DROP TABLE nowhere")}, "no such table"),
    "one that leads elsewhere": ({NEXT: DOWN[:2]}, "does not lead to"),
    "two statements in one": ({NEXT: ("; ".join(DOWN),)}, "failed"),
    "no statement": ({NEXT: ("\ud800",)}, "failed"),
    "one that ends the transaction": ({NEXT: ("COMMIT", *DOWN)}, "not authorized"),
    "one into another file": ({NEXT: (*DOWN, "ATTACH 'x' AS x")}, "not authorized"),
    "one without an end": ({NEXT: (*DOWN, ENDLESS)}, "interrupted"),
    "one that is too long": ({NEXT: ("SELECT 1",) * (way_back.STATEMENTS_MAX + 1)}, "too long"),
    "one that spoils an alarm": (
        {NEXT: (*DOWN, "UPDATE alarms SET body = '{}' WHERE number = 1")},
        "of a newer version: the alarm",
    ),
}


@pytest.mark.parametrize("name", NO_WAYS)
async def test_without_a_way_back_it_is_set_aside_whole_and_the_start_goes_on(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way_back, "OPERATIONS_MAX", 20 * way_back.OPERATIONS_EACH)
    directory, kept = tmp_path / "state", tmp_path / "kept"
    await fill(directory, events=30)
    ways, why = NO_WAYS[name]
    go_up(directory, ways)
    before = rows(directory)
    restored, alarms, waiting = await opened(directory)
    assert restored.fault is not None
    assert restored.fault.newer
    assert why in restored.fault.reason
    assert restored.fault.set_aside == ASIDE
    assert waiting == waiting_ids() <= alarms
    assert {path.name for path in directory.iterdir() if path.is_file()} >= {FILE, ASIDE}
    assert wrecks(directory) == []
    with closing(sqlite3.connect(directory / FILE)) as connection:
        assert has_shape(connection, STEPS)
        assert not [key for key, _ in rows(directory)["state"] if str(key).startswith(WAY_BACK)]
    kept.mkdir()
    shutil.copy(directory / ASIDE, kept / FILE)
    assert rows(kept) == before, "as the newer version left it"
    again, _, waiting = await opened(directory)
    assert again.fault == restored.fault, "until an event has told it"
    assert waiting == waiting_ids()


async def test_a_disk_that_is_at_fault_sets_nothing_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(tmp_path, rounds=1)
    go_up(tmp_path, {NEXT: DOWN})
    before = rows(tmp_path)

    def fails(*_: object) -> list[str]:
        full = sqlite3.OperationalError("database or disk is full")
        full.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise full

    monkeypatch.setattr(way_back, "_way", fails)
    with pytest.raises(StoreUnavailable, match="make room"):
        await opened(tmp_path)
    assert rows(tmp_path) == before
    assert set_aside(tmp_path) == wrecks(tmp_path) == []


MUCH = """INSERT INTO much WITH RECURSIVE n(i) AS (
    SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT i FROM n"""
SLOW = ("CREATE TABLE much (n INTEGER) STRICT", MUCH, *DOWN, MUCH, "DROP TABLE much")
CHILD = """
import asyncio, os, signal, sys
from pathlib import Path
from heimvakt.store import way_back
from tests.support.stored import opened
left = iter(range(int(sys.argv[2])))
def looks():
    if next(left, None) is None:
        os.kill(os.getpid(), signal.SIGKILL)
way_back.OPERATIONS_EACH = 20_000
way_back._counting = lambda: looks
asyncio.run(opened(Path(sys.argv[1])))
"""


def go_back_and_be_killed(directory: Path, after: int) -> bool:
    """Whether it was killed before it was back."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(directory), str(after)],
        check=False,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode in (0, -signal.SIGKILL)
    return done.returncode != 0


@pytest.mark.parametrize("seed", [1])
async def test_killed_on_the_way_back_it_has_all_the_next_time(tmp_path: Path, seed: int) -> None:
    await fill(tmp_path, events=30)
    before = rows(tmp_path)
    go_up(tmp_path, {NEXT: SLOW})
    chance = random.Random(seed)
    for _ in range(KILLS):
        assert await asyncio.to_thread(go_back_and_be_killed, tmp_path, chance.randrange(280))
    restored, _, waiting = await opened(tmp_path)
    assert restored.fault is None
    assert waiting == waiting_ids()
    after = rows(tmp_path)
    for each in (before, after):
        # A life that was killed has no clean end, so numbers go on above the floor.
        each["state"] = [row for row in each["state"] if row[0] != COUNTER]
    assert after == before
