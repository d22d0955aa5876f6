"""When there is no room: what goes first, what never goes, and that all of it is told."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import RecordsDropped, stamped
from heimvakt.core.ledger import ALIVE, Dropped, StoreFull, Transaction
from heimvakt.core.reports import ReportClass, Wanted
from heimvakt.store.database import connect
from heimvakt.store.drops import Drops
from heimvakt.store.reports import Places
from heimvakt.store.room import FileRoom
from heimvakt.store.store import FILE, SqliteStore
from heimvakt.store.thin import Thinner
from tests.support.crowded import (
    LITTLE,
    alarm,
    information,
    no_report,
    settle,
    store_in,
    telemetry,
)
from tests.support.homes import stamp
from tests.support.stored import RECEIVER

TELEMETRY, INFORMATION = ReportClass.TELEMETRY, ReportClass.INFORMATION


def count(directory: Path, what: str) -> int:
    with closing(sqlite3.connect(directory / FILE)) as other:
        (found,) = other.execute(f"SELECT count(*) FROM {what}").fetchone()
    return int(found)


def seqs(directory: Path) -> set[int]:
    with closing(sqlite3.connect(directory / FILE)) as other:
        return {seq for (seq,) in other.execute("SELECT seq FROM journal")}


@contextmanager
def working(
    directory: Path, wanted: Mapping[str, Wanted]
) -> Iterator[tuple[sqlite3.Connection, Thinner, Drops]]:
    """What erases, on the database of a store that has ended."""
    with closing(connect(directory / FILE)) as connection:
        file = os.open(directory / FILE, os.O_RDWR)
        places, drops = Places(connection, wanted), Drops(connection)
        room = FileRoom(connection, file, LITTLE)
        yield connection, Thinner(connection, room, places, drops, LITTLE.rows_max), drops
    os.close(file)


async def fill_with_alarms(store: SqliteStore, priority: Priority, first: int = 1) -> int:
    """Alarms until none fits any more; the number of the last that was taken."""
    number = first
    while True:
        try:
            await store.transact(alarm(number, priority))
        except StoreFull:
            return number - 1
        number += 1


async def test_the_file_never_grows_beyond_its_limit_nor_by_a_transaction_of_its_own(
    tmp_path: Path,
) -> None:
    async with store_in(tmp_path) as store:
        await settle(store)
        size = (tmp_path / FILE).stat().st_size
        await store.transact(Transaction(events=[telemetry(seq) for seq in range(1, 100)]))
        with closing(sqlite3.connect(tmp_path / FILE)) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert (tmp_path / FILE).stat().st_size <= size
        for seq in range(100, 6_000, 50):
            await store.transact(Transaction(events=[telemetry(seq + n) for n in range(50)]))
            await store.keep_house(stamp().at, clock_is_set=True)
            assert (tmp_path / FILE).stat().st_size <= LITTLE.bytes_max
        room = await store.room()
        assert room.rows == count(tmp_path, "journal")
        assert room.bytes_used <= room.bytes_max - room.reserve_bytes
        assert not room.full
    assert max(seqs(tmp_path)) == 5_999
    assert min(seqs(tmp_path)) > 100, "the oldest went"


async def of_each_kind(directory: Path) -> None:
    """A journal with reports that the receiver has and has not, and alarms of every priority."""
    async with store_in(directory, Wanted.TELEMETRY) as store:
        had = [telemetry(1), telemetry(2), information(3), information(4)]
        await store.transact(Transaction(events=had))
        await store.reported(RECEIVER, TELEMETRY, 2)
        await store.reported(RECEIVER, INFORMATION, 4)
        await store.transact(Transaction(events=[no_report(5)]))
        await store.transact(alarm(1, state=AlarmState.CLOSED))
        await store.transact(Transaction(events=[telemetry(6), information(7), no_report(8)]))
        for number, priority in enumerate(Priority, start=2):
            await store.transact(alarm(number, priority))


async def test_what_goes_goes_in_this_order(tmp_path: Path) -> None:
    await of_each_kind(tmp_path)
    seen: list[set[str]] = []

    def look(connection: sqlite3.Connection) -> None:
        here = {f"event {seq}" for (seq,) in connection.execute("SELECT seq FROM journal")}
        here |= {f"alarm {n}" for (n,) in connection.execute("SELECT number FROM alarms")}
        here |= {f"waiting {n}" for (n,) in connection.execute("SELECT number FROM outbox")}
        seen.append(here)

    with working(tmp_path, {RECEIVER: Wanted.TELEMETRY}) as (connection, thinner, drops):
        look(connection)
        while thinner.thin(low=True):
            look(connection)
        went = [sorted(before - after) for before, after in pairwise(seen)]
        told = {(d.what, d.count, d.first, d.last, d.reason) for d in drops.tell()}
        totals = drops.totals()
    assert went == [
        ["event 1", "event 2"],
        ["event 3", "event 4"],
        ["event 5"],
        ["alarm 1"],
        ["event 6"],
        ["event 7"],
        ["waiting 5"],
        ["waiting 4"],
    ]
    assert seen[-1] == {
        *("event 8", "alarm 2", "alarm 3", "alarm 4", "alarm 5", "waiting 2", "waiting 3")
    }
    assert told == {
        ("telemetry", 1, 6, 6, "disk"),
        ("information", 1, 7, 7, "disk"),
        ("low", 2, 4, 5, "disk"),
    }
    assert totals == {"history": 6, "telemetry": 1, "information": 1, "low": 2}


async def test_no_event_takes_the_place_of_an_alarm_that_somebody_waits_for(tmp_path: Path) -> None:
    async with store_in(tmp_path, Wanted.TELEMETRY) as store:
        await settle(store)
        for number in range(1, 11):
            await store.transact(alarm(number, Priority.LOW))
        while (await store.room()).reserve_bytes > LITTLE.reserve_bytes // 2:
            number += 1
            await store.transact(alarm(number))
        for seq in range(number + 1, number + 400):
            with suppress(StoreFull):
                await store.transact(Transaction(events=[telemetry(seq)]))
            await settle(store)
        assert len(await store.waiting(RECEIVER, 10_000)) == number
        assert "low" not in (await store.room()).dropped


async def test_a_receiver_that_is_gone_holds_nothing_back(tmp_path: Path) -> None:
    await of_each_kind(tmp_path)
    with working(tmp_path, {"another": Wanted.INFORMATION}) as (_, thinner, drops):
        while thinner.thin(low=True):
            pass
        assert {d.what: d.count for d in drops.tell()} == {"information": 3, "low": 2}


async def test_a_drop_is_told_until_an_event_of_its_own_number_has_told_it(tmp_path: Path) -> None:
    limits = replace(LITTLE, rows_max=1_000)
    async with store_in(tmp_path, Wanted.TELEMETRY, limits) as store:
        events = [telemetry(seq) for seq in range(1, 1_002)]
        await store.transact(Transaction(events=events[:1_000]))
        assert await store.tell_drops() == []
        await store.transact(Transaction(events=events[1_000:]))
        [drop] = await store.tell_drops()
        assert (drop.what, drop.count, drop.first, drop.last) == ("telemetry", 256, 1, 256)
        assert drop.reason == "rows"
        # While this is on its way another piece goes: it is not in what was told.
        more = [telemetry(seq) for seq in range(1_002, 1_302)]
        await store.transact(Transaction(events=more))
        assert [d.count for d in await store.tell_drops()] == [256, 256]
        await store.transact(Transaction(events=[told(drop, 1_302)]))
        [second] = await store.tell_drops()
        assert (second.first, second.last) == (257, 512)
    async with store_in(tmp_path, Wanted.TELEMETRY, limits) as store:
        assert await store.tell_drops() == [second]
        await store.transact(Transaction(events=[told(second, 1_303)]))
        assert await store.tell_drops() == []
        assert (await store.room()).dropped == {"telemetry": 512}


async def test_pieces_that_nobody_has_heard_of_yet_are_one_drop(tmp_path: Path) -> None:
    limits = replace(LITTLE, rows_max=300)
    async with store_in(tmp_path, Wanted.TELEMETRY, limits) as store:
        for first in range(1, 2_000, 100):
            events = [telemetry(seq) for seq in range(first, first + 100)]
            await store.transact(Transaction(events=events))
        [drop] = await store.tell_drops()
        kept = seqs(tmp_path)
        assert len(kept) <= 300
        assert drop.count == 2_000 - len(kept)
        assert (drop.first, drop.last) == (1, min(kept) - 1)


async def test_alarms_are_taken_from_the_reserve_when_nothing_else_is(tmp_path: Path) -> None:
    async with store_in(tmp_path) as store:
        await settle(store)
        assert (await store.room()).reserve_bytes == LITTLE.reserve_bytes
        last = await fill_with_alarms(store, Priority.HIGH)
        full = await store.room()
        assert full.full
        assert full.reserve_bytes == 0
        assert full.bytes_used > LITTLE.bytes_max * 0.85
        waiting = await store.waiting(RECEIVER, 10_000)
        assert [row.number for row in waiting] == list(range(1, last + 1))
        with pytest.raises(StoreFull, match="See which receiver does not answer"):
            await store.transact(Transaction(events=[telemetry(s) for s in range(1, 60)]))
        # The mark of life writes over what is there.
        await store.transact(Transaction(state={ALIVE: {"at": stamp().at.isoformat()}}))
        # Somebody answers, and what is over goes: there is room again, without a new start.
        for row in waiting:
            answered = alarm(row.number, state=AlarmState.CLOSED)
            answered.answered = [(row.receiver, row.alarm_id, row.revision)]
            await store.transact(answered)
        await settle(store)
        await store.transact(Transaction(events=[telemetry(s) for s in range(1, 60)]))
        room = await store.room()
        assert not room.full
        assert room.reserve_bytes == LITTLE.reserve_bytes


async def test_ordinary_events_never_take_from_the_reserve(tmp_path: Path) -> None:
    async with store_in(tmp_path) as store:
        await settle(store)
        for seq in range(1, 9_000, 60):
            events = [telemetry(seq + n) for n in range(60)]
            await store.transact(Transaction(events=events))
            assert (await store.room()).reserve_bytes == LITTLE.reserve_bytes


async def test_the_newest_numbers_survive_when_everything_else_goes(tmp_path: Path) -> None:
    async with store_in(tmp_path) as store:
        await store.transact(Transaction(events=[telemetry(7_000)]))
        last = await fill_with_alarms(store, Priority.HIGH)
    async with store_in(tmp_path) as store:
        # The alarm that found no room may have been told from memory: numbers go on above it.
        assert store.restored.last_seq >= 7_000
        assert len(store.restored.alarms) == last


async def test_a_reserve_that_was_used_is_filled_again_with_what_may_be_lost(
    tmp_path: Path,
) -> None:
    async with store_in(tmp_path, Wanted.TELEMETRY) as store:
        await settle(store)
        for seq in range(1, 6_000, 60):
            events = [telemetry(seq + n) for n in range(60)]
            await store.transact(Transaction(events=events))
        for number in range(6_000, 6_100):
            await store.transact(alarm(number))
        assert (await store.room()).reserve_bytes < LITTLE.reserve_bytes
        await settle(store)
        room = await store.room()
        assert room.reserve_bytes == LITTLE.reserve_bytes
        assert room.dropped["telemetry"] + room.rows == 6_000
        assert len(await store.waiting(RECEIVER, 1_000)) == 100


def told(drop: Dropped, seq: int) -> RecordsDropped:
    return stamped(
        RecordsDropped(
            drop_id=drop.drop_id,
            what=drop.what,
            count=drop.count,
            first=drop.first,
            last=drop.last,
            reason=drop.reason,
        ),
        stamp(seq),
    )
