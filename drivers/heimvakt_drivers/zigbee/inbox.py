"""What was heard and is on its way to storage: two lanes, both bounded.

Zigbee hands frames over in plain calls that cannot wait, and storage takes its time: this stands
between. A call for help never waits behind other sensors, not even while storage is stuck in the
middle of their events, so it has a lane with a feeder of its own. Within a device the order stays:
what it said before goes ahead of its call, and what it says after that stays behind it.

At the limit of the ordinary lane signs of life and measurements give way first, then the oldest
state. At the limit of the urgent lane the newest gives way: a thousand calls that wait say what the
next one would. Both are counted and told. No time, no Zigbee: only asyncio's way to wait.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from typing import Any, Protocol

import structlog

from heimvakt.core.events import (
    URGENT,
    BatteryMeasured,
    DeviceEvent,
    DeviceSeen,
    Event,
    LinkMeasured,
)

GIVES_WAY: tuple[type[Event], ...] = (DeviceSeen, LinkMeasured, BatteryMeasured)
"""What is said again soon anyhow."""

ORDINARY_MAX = 4096
"""Events; an hour of the busiest home of the field recordings, and 2 MiB."""

URGENT_MAX = 1024
BATCH_MAX = 256
"""Events in one call of `emit`, and so in one commit: a storm costs a few of them."""

HANGS_S = 1.0
"""Storage that has not taken a call for so long hangs: what came since is handed over behind it, so
that the gateway knows of it and can tell from memory what cannot wait."""

CALLS_MAX = 8
"""Of a lane, that wait for storage at once; then what comes waits here."""


log = structlog.get_logger(__name__)


class Emit(Protocol):
    """`DriverContext.emit`."""

    def __call__(self, *events: Event) -> Coroutine[Any, Any, None]:
        """Hand over in the call; awaited, it returns when the events are on durable storage."""


class Inbox:
    """Filled from plain calls; emptied by two feeders that run for as long as the driver does."""

    def __init__(
        self,
        counted: Counter[str],
        *,
        ordinary_max: int = ORDINARY_MAX,
        urgent_max: int = URGENT_MAX,
    ) -> None:
        """`counted` gets how many events of each kind found no room."""
        self._counted = counted
        self._ordinary = _Lane(ordinary_max)
        self._urgent = _Lane(urgent_max)

    def put(self, events: Iterable[Event]) -> None:
        """Take events in the order in which they happened. Never waits and never fails."""
        for event in events:
            if isinstance(event, URGENT):
                self._put_urgent(event)
            elif isinstance(event, DeviceEvent) and event.device_id in self._urgent.waiting_for:
                self._urgent.add(event)
            else:
                self._put_ordinary(event)
        self._urgent.go()
        self._ordinary.wake()

    def _put_urgent(self, event: Event) -> None:
        assert isinstance(event, DeviceEvent)
        for earlier in self._ordinary.take_of(event.device_id):
            self._urgent.add(earlier)
        if len(self._urgent) >= self._urgent.limit:
            gone = self._urgent.give_way()
            self._lost(gone or event)
            if gone is None:
                return
        self._urgent.add(event)

    def _put_ordinary(self, event: Event) -> None:
        if len(self._ordinary) >= self._ordinary.limit:
            if isinstance(event, GIVES_WAY):
                self._lost(event)
                return
            self._lost(self._ordinary.give_way() or self._ordinary.take(1)[0])
        self._ordinary.add(event)

    def _lost(self, event: Event) -> None:
        name = f"no room for {event.kind}"
        self._counted[name] += 1
        if self._counted[name] == 1:
            log.error("storage does not keep up; told once, then counted", lost=event.kind)

    async def feed_urgent(self, emit: Emit) -> None:
        """Emit what is urgent until cancelled; what `emit` raises ends it."""
        await self._urgent.feed(emit)

    async def feed_ordinary(self, emit: Emit) -> None:
        """Emit everything else until cancelled; what `emit` raises ends it."""
        await self._ordinary.feed(emit, after=self._urgent)

    def leave(self) -> list[Event]:
        """Everything that still waits, urgent first; it waits no more."""
        return self._urgent.take(len(self._urgent)) + self._ordinary.take(len(self._ordinary))


class _Lane:
    """A queue that knows which devices have something in it."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.waiting_for: dict[str, int] = {}
        """Device -> how many of its events wait here."""
        self._events: deque[Event] = deque()
        self._some = asyncio.Event()
        self._call: Callable[[], None] | None = None
        """Hands over what waits, while it is fed."""
        self._calls: dict[asyncio.Task[None], float] = {}
        """That wait for storage, the newest last, and when it hangs that has not taken one."""

    def __len__(self) -> int:
        return len(self._events)

    def add(self, event: Event) -> None:
        self._events.append(event)
        if isinstance(event, DeviceEvent):
            self.waiting_for[event.device_id] = self.waiting_for.get(event.device_id, 0) + 1

    def wake(self) -> None:
        """Let the feeder look at what waits."""
        if self._events:
            self._some.set()

    def go(self) -> None:
        """Hand over what waits at once, without a turn of the loop for the feeder and one for the
        call; behind a call that waits for storage it is the feeder's."""
        if self._events and not self._calls and self._call is not None:
            self._call()
        self.wake()

    def take(self, count: int) -> list[Event]:
        taken = [self._events.popleft() for _ in range(min(count, len(self._events)))]
        for event in taken:
            self._forget(event)
        return taken

    def take_of(self, device_id: str) -> list[Event]:
        """The events of one device, in order."""
        if device_id not in self.waiting_for:
            return []
        mine: list[Event] = []
        others: deque[Event] = deque()
        for event in self._events:
            is_mine = isinstance(event, DeviceEvent) and event.device_id == device_id
            (mine if is_mine else others).append(event)
        self._events = others
        del self.waiting_for[device_id]
        return mine

    def give_way(self) -> Event | None:
        """Drop the oldest event that is said again anyhow, and give it; None if there is none."""
        for index, event in enumerate(self._events):
            if isinstance(event, GIVES_WAY):
                del self._events[index]
                self._forget(event)
                return event
        return None

    async def feed(self, emit: Emit, after: _Lane | None = None) -> None:
        async with asyncio.TaskGroup() as group:
            call = self._call = partial(self._begin, emit, group)
            try:
                while True:
                    await self._some.wait()
                    if after:
                        await asyncio.sleep(0)  # both have something: the other is about to wake
                    if self._calls:
                        await self._wait()
                    if self._events:
                        call()
                    if not self._events:
                        self._some.clear()
            finally:
                self._call = None

    async def _wait(self) -> None:
        """Until storage has taken the newest call, or hangs and another may wait for it too."""
        newest, hangs_at = next(reversed(self._calls.items()))
        await asyncio.wait((newest,), timeout=max(0.0, hangs_at - _now()))
        while len(self._calls) >= CALLS_MAX:
            await asyncio.wait(self._calls, return_when=asyncio.FIRST_COMPLETED)

    def _begin(self, emit: Emit, group: asyncio.TaskGroup) -> None:
        call = group.create_task(emit(*self.take(BATCH_MAX)))
        self._calls[call] = _now() + HANGS_S
        call.add_done_callback(self._ended)

    def _ended(self, call: asyncio.Task[None]) -> None:
        del self._calls[call]
        if call.cancelled() or call.exception() is not None:
            self._call = None  # the feeder is about to end, and takes no more calls

    def _forget(self, event: Event) -> None:
        if isinstance(event, DeviceEvent):
            left = self.waiting_for[event.device_id] - 1
            if left:
                self.waiting_for[event.device_id] = left
            else:
                del self.waiting_for[event.device_id]


def _now() -> float:
    return asyncio.get_running_loop().time()
