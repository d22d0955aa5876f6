"""A store that is full, or has room again, is told once each time."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from heimvakt.core.events import Event, StoreFilled, StoreHasRoom
from heimvakt.core.ledger import Room, StoreUnavailable
from heimvakt.runtime.room import RoomWatch
from tests.support.beside import beside

SOME = Room(
    bytes_used=2**20,
    bytes_max=256 * 2**20,
    rows=10,
    rows_max=1000,
    reserve_bytes=2**20,
    disk_free_bytes=900 * 2**20,
    full=False,
)


class Full:
    """A store that stalls at first, then says how full it is, one answer after the other."""

    def __init__(self, *rooms: Room) -> None:
        self._rooms = list(rooms)
        self.stalls = 2
        self.asked_all = asyncio.Event()

    async def room(self) -> Room:
        if self.stalls:
            self.stalls -= 1
            raise StoreUnavailable("the disk stalls")
        if len(self._rooms) == 1:
            self.asked_all.set()
            return self._rooms[0]
        return self._rooms.pop(0)


async def told_of(*rooms: Room) -> list[Event]:
    store, told = Full(*rooms, rooms[-1]), list[Event]()

    async def emit(*events: Event) -> None:
        told.extend(events)

    async with beside(RoomWatch(store, emit, look_every_s=0.0).run()):  # type: ignore[arg-type]
        async with asyncio.timeout(30):
            await store.asked_all.wait()
    return told


async def test_a_store_with_room_is_no_news() -> None:
    assert await told_of(SOME, SOME) == []


async def test_a_store_that_fills_and_empties_is_told_twice() -> None:
    full = replace(SOME, full=True, bytes_used=256 * 2**20)
    told = await told_of(SOME, full, full, SOME, SOME)
    assert told == [
        StoreFilled(reason="256 of 256 MiB, 900 MiB free on the disk"),
        StoreHasRoom(),
    ]


async def test_a_store_full_of_rows_says_so() -> None:
    assert await told_of(replace(SOME, full=True, rows=1000)) == [
        StoreFilled(reason="1000 of 1000 records")
    ]
