"""What was heard waits by device: no press behind anything else, and never too much."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from structlog.testing import capture_logs

from heimvakt.core.events import ButtonPressed, DoorClosed, DoorOpened, Event, RadioLost
from heimvakt_drivers.gpio.outgoing import WAITING_MAX, Outgoing
from tests.support.beside import beside


class Storage:
    def __init__(self) -> None:
        self.taken: list[Event] = []
        self.durable: list[Event] = []
        self.open: Callable[[Event], bool] = lambda event: True
        self.changed = asyncio.Event()

    async def emit(self, *events: Event) -> None:
        self.taken += events
        while not all(self.open(event) for event in events):
            self.changed.clear()
            await self.changed.wait()

    def let(self, open_: Callable[[Event], bool]) -> None:
        self.open = open_
        self.changed.set()


def outgoing(storage: Storage) -> tuple[Outgoing, Counter[str]]:
    counted: Counter[str] = Counter()
    return Outgoing(storage.emit, storage.durable.append, counted), counted


async def test_events_of_a_device_keep_their_order_and_are_told_when_durable() -> None:
    storage = Storage()
    queue, _ = outgoing(storage)
    events = [kind(device_id="door") for kind in (DoorOpened, DoorClosed, DoorOpened)]
    async with beside(queue.run()):
        storage.let(lambda event: False)
        queue.put(events[0])
        await asyncio.sleep(0.01)
        queue.put(*events[1:])
        assert storage.durable == []
        storage.let(lambda event: True)
        await queue.handed_over()
    assert storage.taken == storage.durable == events


async def test_a_press_does_not_wait_for_a_door() -> None:
    storage = Storage()
    queue, _ = outgoing(storage)
    storage.let(lambda event: isinstance(event, ButtonPressed))
    async with beside(queue.run()):
        queue.put(DoorOpened(device_id="door"), RadioLost(driver="gpio", reason="gone"))
        queue.put(ButtonPressed(device_id="help"))
        async with asyncio.timeout(30):
            while not storage.durable:  # noqa: ASYNC110
                await asyncio.sleep(0)
        assert storage.durable == [ButtonPressed(device_id="help")]
        storage.let(lambda event: True)
        await queue.handed_over()


async def test_of_too_many_presses_the_newest_give_way_and_of_all_else_the_oldest() -> None:
    storage = Storage()
    queue, counted = outgoing(storage)
    with capture_logs() as logs:
        queue.put(DoorOpened(device_id="door"))
        queue.put(*[DoorClosed(device_id="door")] * WAITING_MAX)
        queue.put(*[ButtonPressed(device_id="help")] * (WAITING_MAX + 3))
    assert counted == {"no room for door-closed": 1, "no room for button-pressed": 3}
    assert len(logs) == 2, "told once for each kind"
    left = queue.leave()
    assert len(left) == 2 * WAITING_MAX
    assert not [event for event in left if isinstance(event, DoorOpened)], "that was the oldest"
    assert queue.leave() == []
