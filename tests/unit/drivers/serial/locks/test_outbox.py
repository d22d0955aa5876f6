"""Events on their way to storage."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from heimvakt.core.events import DeviceSeen, DoorOpened, Event
from heimvakt.core.ledger import StoreUnavailable
from heimvakt_drivers.serial.locks import outbox
from heimvakt_drivers.serial.locks.outbox import CALLS_MAX, Outbox


def door(number: int) -> Event:
    return DoorOpened(device_id=f"door-{number}")


async def test_they_come_out_in_order() -> None:
    got: list[Event] = []
    every = asyncio.Event()
    box = Outbox(Counter())
    box.put(door(n) for n in range(100))

    async def emit(*events: Event) -> None:
        got.extend(events)
        if len(got) == 100:
            every.set()

    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        feeding = tasks.create_task(box.feed(emit))
        await every.wait()
        feeding.cancel()
    assert got == [door(n) for n in range(100)]


async def test_behind_storage_that_hangs_the_next_are_handed_over_in_order_and_with_measure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "HANGS_S", 0.0)
    monkeypatch.setattr(outbox, "BATCH_MAX", 1)
    got: list[Event] = []
    came, takes = asyncio.Event(), asyncio.Event()

    async def emit(*events: Event) -> None:
        got.extend(events)
        came.set()
        await takes.wait()

    async def until(count: int) -> None:
        while len(got) < count:
            came.clear()
            await came.wait()

    doors = [door(n) for n in range(CALLS_MAX + 2)]
    box = Outbox(Counter())
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        feeding = tasks.create_task(box.feed(emit))
        box.put(doors)
        await until(CALLS_MAX)
        for _ in range(10):
            await asyncio.sleep(0)
        assert got == doors[:CALLS_MAX], "the rest waits where it is bounded"
        takes.set()
        await until(len(doors))
        feeding.cancel()
    assert got == doors


async def test_what_storage_says_ends_it() -> None:
    async def refuses(*events: Event) -> None:
        raise StoreUnavailable("it has ended")

    box = Outbox(Counter())
    box.put([door(1)])
    with pytest.raises(ExceptionGroup) as raised:
        async with asyncio.timeout(30):
            await box.feed(refuses)
    assert raised.group_contains(StoreUnavailable, match="it has ended")


async def test_at_the_limit_signs_of_life_give_way_then_the_oldest_and_all_is_counted() -> None:
    counted: Counter[str] = Counter()
    box = Outbox(counted, limit=3)
    got: list[Event] = []

    async def emit(*events: Event) -> None:
        got.extend(events)

    box.put([door(1), door(2), door(3), DeviceSeen(device_id="door-1"), door(4)])
    assert await box.leave(emit) == 0
    assert got == [door(2), door(3), door(4)]
    assert counted == {"no room for device-seen": 1, "no room for door-opened": 1}


async def test_what_storage_does_not_take_in_time_is_said() -> None:
    async def stuck(*events: Event) -> None:
        await asyncio.Event().wait()

    box = Outbox(Counter())
    box.put([door(1), door(2)])
    assert await box.leave(stuck) == 2
