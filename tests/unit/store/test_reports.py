"""The journal as the outbox of reports: each receiver has a place in it that only moves forward."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from heimvakt.core.events import DoorOpened, Event, GatewayStopping, TimerFired, stamped
from heimvakt.core.ledger import Transaction
from heimvakt.core.reports import ReportClass, Wanted
from heimvakt.store.store import FILE, SqliteStore
from tests.support.homes import stamp
from tests.support.stored import NOW

TELEMETRY, INFORMATION = ReportClass.TELEMETRY, ReportClass.INFORMATION
WANTED: Mapping[str, Wanted] = {
    "centre": Wanted.TELEMETRY,
    "daughter": Wanted.INFORMATION,
    "neighbour": Wanted.NONE,
}
MUCH = 1 << 20


def telemetry(seq: int) -> Event:
    return stamped(DoorOpened(device_id="front-door"), stamp(seq))


def information(seq: int) -> Event:
    return stamped(GatewayStopping(), stamp(seq))


def nothing(seq: int) -> Event:
    return stamped(TimerFired(name="x/y", due=NOW), stamp(seq))


async def write(store: SqliteStore, *events: Event) -> None:
    await store.transact(Transaction(events=list(events)))


async def waiting(
    store: SqliteStore, receiver: str, of: ReportClass, after: int = 0, rows_max: int = 100
) -> list[int]:
    found = await store.reports(receiver, of, after, rows_max=rows_max, bytes_max=MUCH)
    return [row.seq for row in found]


def store_in(directory: Path, wanted: Mapping[str, Wanted] = WANTED) -> SqliteStore:
    return SqliteStore(directory, opened_at=NOW, wanted=wanted)


async def test_each_class_comes_in_its_order_and_nothing_else_with_it(tmp_path: Path) -> None:
    async with store_in(tmp_path) as store:
        await write(store, telemetry(1), information(2), nothing(3), telemetry(4), information(5))
        assert await waiting(store, "centre", TELEMETRY) == [1, 4]
        assert await waiting(store, "centre", INFORMATION) == [2, 5]
        assert await waiting(store, "centre", TELEMETRY, after=1) == [4]
        assert await waiting(store, "centre", TELEMETRY, rows_max=1) == [1]
        [row, _] = await store.reports("daughter", INFORMATION, 0, rows_max=9, bytes_max=MUCH)
        assert json.loads(row.body)["kind"] == "gateway-stopping"


async def test_a_batch_is_bounded_in_bytes_and_never_empty(tmp_path: Path) -> None:
    async with store_in(tmp_path) as store:
        await write(store, *(telemetry(seq) for seq in range(1, 11)))
        [one] = await store.reports("centre", TELEMETRY, 0, rows_max=9, bytes_max=1)
        three = await store.reports("centre", TELEMETRY, 0, rows_max=9, bytes_max=3 * len(one.body))
        assert [row.seq for row in three] == [1, 2, 3]


async def test_an_answer_moves_the_place_of_that_receiver_forward_and_never_back(
    tmp_path: Path,
) -> None:
    async with store_in(tmp_path) as store:
        await write(store, *(information(seq) for seq in range(1, 5)))
        await store.reported("centre", INFORMATION, 3)
        await store.reported("centre", INFORMATION, 2)
        assert await waiting(store, "centre", INFORMATION) == [4]
        assert await store.count_reports("centre", INFORMATION) == 1
        assert await waiting(store, "daughter", INFORMATION) == [1, 2, 3, 4]
        assert await store.count_reports("daughter", INFORMATION) == 4


async def test_places_are_there_after_a_clean_end(tmp_path: Path) -> None:
    async with store_in(tmp_path) as store:
        await write(store, telemetry(1), telemetry(2))
        await store.reported("centre", TELEMETRY, 1)
    async with store_in(tmp_path) as store:
        assert await waiting(store, "centre", TELEMETRY) == [2]


async def test_places_are_saved_once_in_a_second_and_when_the_clock_is_set_back(
    tmp_path: Path,
) -> None:
    def saved() -> int:
        with closing(sqlite3.connect(tmp_path / FILE)) as other:
            (through,) = other.execute("SELECT coalesce(max(through), 0) FROM places").fetchone()
        return int(through)

    async with store_in(tmp_path) as store:
        await write(store, *(telemetry(seq) for seq in range(1, 9)))
        for after_s, kept in ((0.0, 1), (0.9, 1), (1.0, 3), (-3600.0, 4)):
            await store.reported("centre", TELEMETRY, {0.0: 1, 0.9: 2, 1.0: 3}.get(after_s, 4))
            await store.keep_house(NOW + timedelta(seconds=after_s), clock_is_set=False)
            assert saved() == kept


async def test_what_nobody_wants_costs_nothing_and_a_new_receiver_begins_where_it_was_wanted(
    tmp_path: Path,
) -> None:
    async with store_in(tmp_path, {"centre": Wanted.NONE}) as store:
        await write(store, telemetry(1), information(2))
    async with store_in(tmp_path, {"centre": Wanted.INFORMATION}) as store:
        await write(store, telemetry(3), information(4))
        assert await waiting(store, "centre", INFORMATION) == [4]
        await store.reported("centre", INFORMATION, 4)
    async with store_in(tmp_path, {"centre": Wanted.INFORMATION, "new": Wanted.TELEMETRY}) as store:
        await write(store, telemetry(5))
        assert await waiting(store, "new", INFORMATION) == [4]
        assert await waiting(store, "new", TELEMETRY) == [5]
        assert await waiting(store, "centre", INFORMATION) == []


@pytest.mark.parametrize("count", [0, 1, 500])
async def test_how_many_wait(tmp_path: Path, count: int) -> None:
    async with store_in(tmp_path) as store:
        await write(store, *(telemetry(seq) for seq in range(1, count + 1)))
        assert await store.count_reports("centre", TELEMETRY) == count
