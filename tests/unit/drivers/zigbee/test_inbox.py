"""Calls for help go first, a device keeps its order, and nothing grows without bound."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.events import (
    URGENT,
    BatteryMeasured,
    ButtonPressed,
    DeviceEvent,
    DeviceSeen,
    DoorClosed,
    DoorOpened,
    Event,
    FallDetected,
    RadioLost,
    SmokeCleared,
    SmokeDetected,
)
from heimvakt_drivers.zigbee import inbox as inbox_module
from heimvakt_drivers.zigbee.inbox import BATCH_MAX, CALLS_MAX, Inbox


class Storage:
    """An `emit` that can be made to wait."""

    def __init__(self) -> None:
        self.calls: list[tuple[Event, ...]] = []
        self.stuck: set[type[Event]] = set()
        self.called = asyncio.Event()
        self.released = asyncio.Event()

    def emit(self, *events: Event) -> Coroutine[Any, Any, None]:
        self.calls.append(events)
        self.called.set()
        return self._durable(events)

    async def _durable(self, events: tuple[Event, ...]) -> None:
        if any(type(event) in self.stuck for event in events):
            await self.released.wait()

    @property
    def events(self) -> list[Event]:
        return [event for call in self.calls for event in call]

    async def has(self, count: int) -> list[Event]:
        while len(self.events) < count:
            self.called.clear()
            await self.called.wait()
        return self.events


@asynccontextmanager
async def fed(inbox: Inbox, storage: Storage) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        feeders = [
            tasks.create_task(inbox.feed_ordinary(storage.emit)),
            tasks.create_task(inbox.feed_urgent(storage.emit)),
        ]
        yield
        for feeder in feeders:
            feeder.cancel()


def opened(device_id: str) -> DoorOpened:
    return DoorOpened(device_id=device_id)


PRESS = ButtonPressed(device_id="pendant")
FALL = FallDetected(device_id="pendant")


async def test_what_waits_goes_in_one_call_in_its_order() -> None:
    inbox, storage = Inbox(Counter()), Storage()
    events = [opened("a"), DoorClosed(device_id="a"), opened("b"), RadioLost(driver="x", reason="")]
    inbox.put(events[:1])
    inbox.put(events[1:])
    async with fed(inbox, storage):
        await storage.has(4)
    assert storage.calls == [tuple(events)]


async def test_a_call_for_help_goes_first() -> None:
    inbox, storage = Inbox(Counter()), Storage()
    inbox.put([opened("a"), opened("b")])
    inbox.put([PRESS])
    async with fed(inbox, storage):
        await storage.has(3)
    assert storage.calls == [(PRESS,), (opened("a"), opened("b"))]


async def test_a_call_for_help_is_handed_over_in_the_call_in_which_it_was_heard() -> None:
    inbox, storage = Inbox(Counter()), Storage()
    async with fed(inbox, storage):
        inbox.put([opened("a")])
        await storage.has(1)  # the feeders feed
        inbox.put([opened("pendant"), PRESS])
        assert storage.calls[1:] == [(opened("pendant"), PRESS)], "before any turn of the loop"


async def test_what_is_heard_after_storage_has_failed_waits_for_the_next_feeder() -> None:
    inbox, storage = Inbox(Counter()), Storage()

    async def fails(*events: Event) -> None:
        raise OSError("the disk is gone")

    inbox.put([PRESS])
    feeder = asyncio.get_running_loop().create_task(inbox.feed_urgent(fails))
    while not feeder.done():
        await asyncio.sleep(0)
        inbox.put([PRESS])  # also in the moments in which the feeder ends
    assert feeder.exception() is not None
    inbox.put([FALL])
    async with fed(inbox, storage):
        await storage.has(1)
        assert FALL in storage.events


async def test_calls_for_help_behind_one_that_waits_for_storage_go_together() -> None:
    inbox, storage = Inbox(Counter()), Storage()
    storage.stuck = {ButtonPressed}
    async with fed(inbox, storage):
        inbox.put([PRESS])
        await storage.has(1)
        inbox.put([FALL])
        inbox.put([FALL])
        assert storage.calls == [(PRESS,)]
        storage.released.set()
        await storage.has(3)
    assert storage.calls == [(PRESS,), (FALL, FALL)]


async def test_a_call_for_help_does_not_wait_for_storage_that_is_stuck_with_others() -> None:
    inbox, storage = Inbox(Counter()), Storage()
    storage.stuck = {DoorOpened}
    async with fed(inbox, storage):
        inbox.put([opened("a")])
        await storage.has(1)
        inbox.put([opened("b"), PRESS])
        await storage.has(2)
        assert storage.calls[-1] == (PRESS,)
        storage.released.set()
        assert await storage.has(3) == [opened("a"), PRESS, opened("b")]


async def test_what_the_device_said_before_its_call_goes_before_it() -> None:
    inbox, storage = Inbox(Counter()), Storage()
    battery = BatteryMeasured(device_id="pendant", percent=20.0)
    inbox.put([opened("a"), battery, opened("b"), PRESS, DeviceSeen(device_id="pendant")])
    async with fed(inbox, storage):
        await storage.has(5)
    assert storage.calls[0] == (battery, PRESS, DeviceSeen(device_id="pendant"))
    assert storage.calls[1] == (opened("a"), opened("b"))


async def test_a_storm_goes_in_calls_of_bounded_size() -> None:
    inbox, storage = Inbox(Counter()), Storage()
    inbox.put(opened(str(n)) for n in range(BATCH_MAX * 2 + 1))
    async with fed(inbox, storage):
        await storage.has(BATCH_MAX * 2 + 1)
    assert [len(call) for call in storage.calls] == [BATCH_MAX, BATCH_MAX, 1]


def test_at_the_limit_signs_of_life_give_way_first_then_the_oldest_state() -> None:
    counted: Counter[str] = Counter()
    inbox = Inbox(counted, ordinary_max=3)
    inbox.put([opened("a"), DeviceSeen(device_id="b"), opened("c")])
    inbox.put([DeviceSeen(device_id="d")])  # no room for it
    inbox.put([opened("e")])  # in place of the sign of life
    inbox.put([opened("f")])  # in place of the oldest
    assert inbox.leave() == [opened("c"), opened("e"), opened("f")]
    assert counted == {"no room for device-seen": 2, "no room for door-opened": 1}


def test_calls_for_help_have_room_of_their_own_and_the_first_ones_stay() -> None:
    counted: Counter[str] = Counter()
    inbox = Inbox(counted, ordinary_max=1, urgent_max=2)
    calls = [ButtonPressed(device_id=name) for name in "abc"]
    inbox.put([opened("door"), *calls])
    assert inbox.leave() == [calls[0], calls[1], opened("door")]
    assert counted == {"no room for button-pressed": 1}


async def test_what_storage_raises_ends_the_feeder() -> None:
    class FullError(Exception):
        pass

    async def full(*events: Event) -> None:
        raise FullError

    inbox = Inbox(Counter())
    inbox.put([PRESS])
    with pytest.raises(ExceptionGroup) as raised:
        await inbox.feed_urgent(full)
    assert raised.group_contains(FullError)


async def test_what_comes_while_storage_hangs_is_handed_over_behind_it_up_to_a_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inbox_module, "HANGS_S", 0.01)
    inbox, storage = Inbox(Counter()), Storage()
    storage.stuck = {DoorOpened}
    async with fed(inbox, storage):
        for number in range(CALLS_MAX + 2):
            inbox.put([opened(f"door-{number}")])
            await storage.has(min(number + 1, CALLS_MAX))
        assert len(storage.calls) == CALLS_MAX
        storage.released.set()
        out = await storage.has(CALLS_MAX + 2)
    assert out == [opened(f"door-{number}") for number in range(CALLS_MAX + 2)]


events = st.builds(
    lambda kind, name: kind(device_id=name),
    st.sampled_from([DoorOpened, DeviceSeen, ButtonPressed, SmokeDetected, SmokeCleared]),
    st.sampled_from("abc"),
)


@given(st.lists(st.lists(events, max_size=5), max_size=20))
async def test_in_any_interleaving_all_comes_out_and_each_device_keeps_its_order(
    frames: list[list[DeviceEvent]],
) -> None:
    inbox, storage = Inbox(Counter()), Storage()
    put = [event for frame in frames for event in frame]
    async with fed(inbox, storage):
        for number, frame in enumerate(frames):
            inbox.put(frame)
            if number % 3 == 0:
                await asyncio.sleep(0)
        out = await storage.has(len(put))
    for name in "abc":
        assert [e for e in out if getattr(e, "device_id", "") == name] == [
            e for e in put if e.device_id == name
        ]
    assert len(out) == len(put)


def test_the_end_of_a_danger_takes_the_same_way_as_its_beginning() -> None:
    for kind in set(URGENT) - {FallDetected}:  # which has no end
        cleared = kind.__name__.replace("Detected", "Cleared")
        assert cleared in {other.__name__ for other in URGENT}
