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

HANGS_S = 1.0
"""Storage that has not taken a call for so long hangs: what came since is handed over behind it, so
that the gateway knows of it and can tell from memory what cannot wait."""

CALLS_MAX = 8
"""That wait for storage at once; then what comes waits here."""

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
        self._feeders = 0

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
        async with asyncio.TaskGroup() as group:
            self._feeders = 0
            self._start(emit, group)

    def _start(self, emit: Emit, group: asyncio.TaskGroup) -> asyncio.Task[None]:
        self._feeders += 1
        return group.create_task(self._feed(emit, group))

    async def _feed(self, emit: Emit, group: asyncio.TaskGroup) -> None:
        """One call after the other, until one hangs: then another goes on in this one's place."""
        follower: asyncio.Task[None] | None = None

        def hangs() -> None:
            nonlocal follower
            if self._feeders < CALLS_MAX:
                follower = self._start(emit, group)

        while follower is None:
            await self._some.wait()
            timer = asyncio.get_running_loop().call_later(HANGS_S, hangs)
            try:
                await emit(*self._batch(BATCH_MAX))
            finally:
                timer.cancel()
            if not self._events:
                self._some.clear()
        self._feeders -= 1

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
