"""Events on their way to storage."""

from __future__ import annotations

import asyncio
from collections import Counter

from heimvakt.core.events import DeviceSeen, DoorOpened, Event
from heimvakt_drivers.serial.locks.outbox import Outbox


def door(number: int) -> Event:
    return DoorOpened(device_id=f"door-{number}")


async def test_they_come_out_in_order() -> None:
    got: list[Event] = []
    every = asyncio.Event()
    outbox = Outbox(Counter())
    outbox.put(door(n) for n in range(100))

    async def emit(*events: Event) -> None:
        got.extend(events)
        if len(got) == 100:
            every.set()

    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        feeding = tasks.create_task(outbox.feed(emit))
        await every.wait()
        feeding.cancel()
    assert got == [door(n) for n in range(100)]


async def test_at_the_limit_signs_of_life_give_way_then_the_oldest_and_all_is_counted() -> None:
    counted: Counter[str] = Counter()
    outbox = Outbox(counted, limit=3)
    got: list[Event] = []

    async def emit(*events: Event) -> None:
        got.extend(events)

    outbox.put([door(1), door(2), door(3), DeviceSeen(device_id="door-1"), door(4)])
    assert await outbox.leave(emit) == 0
    assert got == [door(2), door(3), door(4)]
    assert counted == {"no room for device-seen": 1, "no room for door-opened": 1}


async def test_what_storage_does_not_take_in_time_is_said() -> None:
    async def stuck(*events: Event) -> None:
        await asyncio.Event().wait()

    outbox = Outbox(Counter())
    outbox.put([door(1), door(2)])
    assert await outbox.leave(stuck) == 2
