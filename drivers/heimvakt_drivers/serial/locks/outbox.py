"""Events on their way from plain calls to storage: in order, and never more than so many.

At the limit signs of life give way, then the oldest; each is counted.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Iterable
from typing import Protocol

from heimvakt.core.events import DeviceSeen, Event

LIMIT = 1024
BATCH_MAX = 64
"""Events in one call of `emit`."""

LEAVE_S = 0.5
"""How long a driver that is stopped still tries to hand over what it has heard."""


class Emit(Protocol):
    """`DriverContext.emit`."""

    def __call__(self, *events: Event) -> Awaitable[None]:
        """Return when the events are on durable storage."""


class Outbox:
    """Filled from plain calls, emptied by `feed`."""

    def __init__(self, counted: Counter[str], limit: int = LIMIT) -> None:
        self._counted = counted
        self._limit = limit
        self._events: deque[Event] = deque()
        self._some = asyncio.Event()

    def put(self, events: Iterable[Event]) -> None:
        """Take events. Never waits and never fails."""
        for event in events:
            if len(self._events) >= self._limit:
                if isinstance(event, DeviceSeen):
                    self._counted[f"no room for {event.kind}"] += 1
                    continue
                self._counted[f"no room for {self._events.popleft().kind}"] += 1
            self._events.append(event)
            self._some.set()

    async def feed(self, emit: Emit) -> None:
        """Emit until cancelled; what `emit` raises ends it."""
        while True:
            await self._some.wait()
            self._some.clear()
            while batch := self._batch(BATCH_MAX):
                await emit(*batch)

    async def leave(self, emit: Emit) -> int:
        """Try once more, shortly; how many did not get through."""
        if not (left := self._batch(self._limit)):
            return 0
        try:
            async with asyncio.timeout(LEAVE_S):
                await emit(*left)
        except TimeoutError:
            return len(left)
        return 0

    def _batch(self, count: int) -> list[Event]:
        return [self._events.popleft() for _ in range(min(count, len(self._events)))]
