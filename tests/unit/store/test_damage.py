"""Whatever is damaged, the store opens, alarms are saved first, and no number is used twice."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from heimvakt.core.codec import Json
from heimvakt.core.ledger import COUNTER, Restored, Transaction
from heimvakt.core.reports import ReportClass, Wanted
from heimvakt.store.store import FILE, SqliteStore
from tests.support.homes import EVENING
from tests.support.stored import (
    NOW,
    RECEIVER,
    begun,
    fill,
    moment,
    opened,
    waiting_ids,
    wrecks,
)

PAGE = 1024
WANTED = {RECEIVER: Wanted.TELEMETRY}
EVENTS = 1500
ALARMS = 40
ASIDE = "heimvakt.db.damaged-20261105T023000Z"
CLASSES = {
    "interior of an index": 0x02,
    "interior of a table": 0x05,
    "leaf of an index": 0x0A,
    "leaf of a table": 0x0D,
    "overflow or free": None,
}


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that ended in order, with pages of every class."""
    directory = tmp_path_factory.mktemp("past")

    async def live() -> None:
        await fill(directory)
        async with SqliteStore(directory, opened_at=EVENING) as store:
            parts: dict[str, Json | None] = {f"device:{n:04}": {"n": n} for n in range(2_000)}
            parts |= {f"rule:{n}": {"is": "Long", "text": "x" * 9_000} for n in range(4)}
            await store.transact(Transaction(state=parts))
            await store.transact(Transaction(state={"rule:0": None, "rule:1": None}))

    asyncio.run(live())
    return directory


@pytest.fixture
def directory(past: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(past, tmp_path / "state"))


def pages_of(data: bytes, kind: int | None) -> list[int]:
    known = {k for k in CLASSES.values() if k is not None}
    found = []
    for page in range(1, len(data) // PAGE):
        first = data[page * PAGE]
        if first == kind or (kind is None and first not in known):
            found.append(page)
    return found


def assert_numbers_go_on(restored: Restored) -> None:
    assert restored.last_seq >= EVENTS
    assert restored.state[COUNTER]["n"] >= ALARMS


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", CLASSES)
async def test_flipped_bytes_in_every_class_of_page(directory: Path, kind: str, seed: int) -> None:
    chance = random.Random(f"{kind} {seed}")
    data = bytearray((directory / FILE).read_bytes())
    page = chance.choice(pages_of(bytes(data), CLASSES[kind]))
    # In turn: its header, anywhere in it, all of it.
    first, count = [(0, 12), (chance.randrange(PAGE - 40), 40), (0, PAGE)][seed % 3]
    for at in range(page * PAGE + first, page * PAGE + first + count):
        data[at] = chance.randrange(256)
    (directory / FILE).write_bytes(data)
    restored, alarms, _ = await opened(directory)
    assert_numbers_go_on(restored)
    assert wrecks(directory) == ([ASIDE] if restored.fault else [])
    if restored.fault:
        assert (directory / ASIDE).read_bytes() == data, "it is kept as it was found"
    missing = waiting_ids() - alarms
    # A leaf that is gone may have been one of the alarms: only what was in it can be lost.
    assert not missing or (kind == "leaf of a table" and count == PAGE), missing


@pytest.mark.parametrize("at", [0, 16, 18, 24, 28, 44, 56, 60, 68, 100, 103, 105])
async def test_a_damaged_header_of_the_file(directory: Path, at: int) -> None:
    data = bytearray((directory / FILE).read_bytes())
    data[at : at + 4] = b"\x00\x00\x00\x09" if at % 100 else b"\xff\xff\xff\xff"
    (directory / FILE).write_bytes(data)
    restored, _, waiting = await opened(directory)
    assert_numbers_go_on(restored)
    if at not in (16, 100, 103, 105):  # these say where rows are
        assert waiting == waiting_ids()


async def test_a_file_that_was_cut_off(directory: Path) -> None:
    size = (directory / FILE).stat().st_size
    with (directory / FILE).open("r+b") as file:
        file.truncate(size * 2 // 3)
    restored, alarms, _ = await opened(directory)
    assert restored.fault is not None
    assert alarms >= waiting_ids()
    assert_numbers_go_on(restored)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x00" * 8192])
async def test_a_file_without_a_database_in_it(directory: Path, content: bytes) -> None:
    (directory / FILE).write_bytes(content)
    restored, alarms, _ = await opened(directory)
    assert restored.fault is not None
    assert restored.fault.set_aside == ASIDE
    assert restored.fault.saved.startswith("0 undelivered of 0 alarms")
    assert alarms == set()
    assert_numbers_go_on(restored)


async def test_a_file_that_is_gone(directory: Path) -> None:
    (directory / FILE).unlink()
    restored, _, _ = await opened(directory)
    assert restored.fault is not None
    assert (restored.fault.reason, restored.fault.set_aside) == ("the file is gone", "")
    assert_numbers_go_on(restored)


async def test_an_index_that_hides_what_waits(directory: Path) -> None:
    # Where the pages agree with themselves but not with each other, nothing complains at first.
    async with SqliteStore(directory, opened_at=NOW, wanted=WANTED) as store:
        await store.transact(Transaction(events=[moment(seq) for seq in range(2_001, 2_011)]))
    with closing(sqlite3.connect(directory / FILE, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        columns = "type, name, tbl_name, rootpage, sql"
        (index,) = connection.execute(
            f"DELETE FROM sqlite_schema WHERE name = 'reports' RETURNING {columns}"
        ).fetchall()
        connection.execute("PRAGMA writable_schema = RESET")
        connection.execute("UPDATE journal SET class = NULL WHERE seq = 2005")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(f"INSERT INTO sqlite_schema ({columns}) VALUES (?, ?, ?, ?, ?)", index)
    async with SqliteStore(directory, opened_at=NOW, wanted=WANTED) as store:
        assert store.restored.fault is not None
        found = await store.reports(
            RECEIVER, ReportClass.TELEMETRY, 0, rows_max=99, bytes_max=1 << 20
        )
        assert len(found) == 9


async def test_places_and_drops_outlive_the_database(directory: Path) -> None:
    async with SqliteStore(directory, opened_at=NOW, wanted=WANTED) as store:
        await store.transact(Transaction(events=[moment(seq) for seq in range(2_001, 2_011)]))
        await store.reported(RECEIVER, ReportClass.TELEMETRY, 2_004)
    with closing(sqlite3.connect(directory / FILE, isolation_level=None)) as connection:
        connection.execute(
            "INSERT INTO drops (what, reason, count, first, last) VALUES ('low', 'disk', 3, 1, 9)"
        )
        connection.execute("INSERT INTO dropped (what, count) VALUES ('low', 3)")
        connection.execute("INSERT INTO places VALUES ('elsewhere', 5, 1000000)")
    (directory / f"{FILE}.suspect").write_text("malformed page")
    wanted = {**WANTED, "elsewhere": Wanted.TELEMETRY}
    async with SqliteStore(directory, opened_at=NOW, wanted=wanted) as store:
        assert store.restored.fault is not None
        assert await store.count_reports(RECEIVER, ReportClass.TELEMETRY) == 6
        assert await store.count_reports("elsewhere", ReportClass.TELEMETRY) == 10, "never beyond"
        assert [drop.count for drop in await store.tell_drops()] == [3]
        assert (await store.room()).dropped == {"low": 3}


async def test_an_alarm_that_cannot_be_read_is_told_as_one_that_nobody_knows(
    directory: Path,
) -> None:
    gone = min(waiting_ids())
    with closing(sqlite3.connect(directory / FILE, isolation_level=None)) as connection:
        connection.execute("UPDATE alarms SET body = '{' WHERE alarm_id = ?", (gone,))
    async with SqliteStore(directory, opened_at=NOW) as store:
        assert store.restored.fault is not None
        told = await store.alarm(gone)
        assert told is not None
        assert told.text.en.endswith("Look after the resident.")
        assert told.priority == "high"
        assert gone in {row.alarm_id for row in await store.waiting(RECEIVER, 100)}
        assert gone in {alarm.alarm_id for alarm in store.restored.alarms}


async def test_damage_that_is_met_in_use_is_set_aside_at_the_next_start(directory: Path) -> None:
    async with SqliteStore(directory, opened_at=NOW):
        (directory / f"{FILE}.suspect").write_text("malformed page")
    restored, alarms, waiting = await opened(directory)
    assert restored.fault is not None
    assert restored.fault.reason == "malformed page"
    assert (alarms >= waiting_ids(), waiting) == (True, waiting_ids())
    async with SqliteStore(directory, opened_at=NOW):
        assert len(wrecks(directory)) == 1


async def test_what_sqlite_would_undo_in_a_damaged_file_is_not_undone_in_the_new_one(
    directory: Path,
) -> None:
    """Left by a cut at the first moment of a database that was made anew."""
    (directory / f"{FILE}.suspect").write_text("malformed page")
    (directory / f"{FILE}-journal").write_bytes(b"what was there before")
    restored, _, waiting = await opened(directory)
    assert restored.fault is not None
    assert waiting == waiting_ids()
    assert (directory / f"{ASIDE}-journal").read_bytes() == b"what was there before"
    assert wrecks(directory) == [ASIDE]


async def test_the_second_time_in_the_same_second_has_a_name_of_its_own(directory: Path) -> None:
    for _ in range(2):
        (directory / FILE).write_bytes(b"nonsense")
        await opened(directory)
    assert wrecks(directory) == [ASIDE, f"{ASIDE}-2"]


async def test_there_is_a_limit_on_what_is_set_aside(directory: Path) -> None:
    for second in range(8):
        (directory / FILE).write_bytes(b"nonsense")
        await opened(directory, NOW.replace(second=second))
    assert [name[-3:] for name in wrecks(directory)] == ["03Z", "04Z", "05Z", "06Z", "07Z"]


@pytest.mark.parametrize("stage", ["rebuilding", "rebuilt", "log moved", "all moved"])
async def test_a_cut_in_the_middle_of_salvage_loses_nothing(
    tmp_path: Path, past: Path, stage: str
) -> None:
    """Each stage as it would be found on the disk."""
    whole = Path(shutil.copytree(past, tmp_path / "whole"))
    (whole / f"{FILE}.suspect").write_text("malformed page")
    broken = Path(shutil.copytree(whole, tmp_path / "broken"))
    if stage == "rebuilding":
        (broken / f"{FILE}.rebuilding").write_bytes(b"half of a new one")
    else:
        await opened(whole)
        shutil.copy(whole / FILE, broken / f"{FILE}.rebuilt")
    if stage == "log moved":
        (broken / f"{ASIDE}-wal").write_bytes(b"")
    if stage == "all moved":
        (broken / FILE).rename(broken / ASIDE)
    restored, alarms, waiting = await opened(broken)
    assert restored.fault is not None
    assert waiting == waiting_ids()
    assert alarms >= waiting_ids()
    assert begun(broken) == []
    assert_numbers_go_on(restored)
    assert ASIDE in wrecks(broken)


async def test_salvage_of_a_big_journal_with_damage_in_it_is_bounded(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, opened_at=EVENING) as store:
        await store.transact(Transaction(events=[moment(seq) for seq in range(1, 40_001)]))
    data = bytearray((tmp_path / FILE).read_bytes())
    interior = pages_of(bytes(data), 0x05)[0]
    leaf = pages_of(bytes(data), 0x0D)[200]
    for page in (interior, leaf):
        data[page * PAGE : page * PAGE + 200] = b"\xff" * 200
    (tmp_path / FILE).write_bytes(data)
    restored, _, _ = await opened(tmp_path)
    assert restored.fault is not None
    saved = int(restored.fault.saved.split()[-4])
    assert saved > 10_000, restored.fault
