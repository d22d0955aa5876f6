"""What was heard and is on its way to storage: each device has a queue and a feeder of its own.

So a press waits behind nothing but what its own button said before. At the limit of a queue the
newest gives way for a button, since hundreds that wait say what the next one would, and the oldest
for all else. Nothing here knows of pins.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from typing import Protocol

import structlog

from heimvakt.core.events import ButtonCancelled, ButtonPressed, DeviceEvent, Event

WAITING_MAX = 256
"""Events of one device; a contact that chatters as fast as is believed fills it in 8 s."""

log = structlog.get_logger(__name__)


class Emit(Protocol):
    """`DriverContext.emit`."""

    async def __call__(self, *events: Event) -> None:
        """Return when the events are on durable storage."""


class Outgoing:
    """Filled from plain calls; emptied while `run` does."""

    def __init__(self, emit: Emit, durable: Callable[[Event], None], counted: Counter[str]) -> None:
        """`durable` is called for each event that is on storage; `counted` gets how many of each
        kind found no room."""
        self._emit = emit
        self._durable = durable
        self._counted = counted
        self._waiting: dict[str, deque[Event]] = {}
        """By device; the box itself has the empty name."""
        self._feeders: set[str] = set()
        self._some = asyncio.Event()
        self._none = asyncio.Event()
        self._none.set()

    def put(self, *events: Event) -> None:
        """Take events in the order in which they happened. Never waits and never fails."""
        for event in events:
            name = event.device_id if isinstance(event, DeviceEvent) else ""
            queue = self._waiting.setdefault(name, deque())
            if len(queue) >= WAITING_MAX:
                self._count(event)
                if isinstance(event, ButtonPressed | ButtonCancelled):
                    continue
                queue.popleft()
            queue.append(event)
            self._none.clear()
            self._some.set()

    async def run(self) -> None:
        """Emit until cancelled; what `emit` raises ends it."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._some.wait()
                self._some.clear()
                for name, queue in self._waiting.items():
                    if queue and name not in self._feeders:
                        self._feeders.add(name)
                        tasks.create_task(self._feed(name, queue), name=f"gpio: {name or 'box'}")

    async def handed_over(self) -> None:
        """Return when nothing waits any more."""
        await self._none.wait()

    def leave(self) -> list[Event]:
        """Everything that still waits; it waits no more."""
        left = [event for queue in self._waiting.values() for event in queue]
        self._waiting.clear()
        return left

    async def _feed(self, name: str, queue: deque[Event]) -> None:
        try:
            while queue:
                batch = list(queue)
                queue.clear()
                await self._emit(*batch)
                for event in batch:
                    self._durable(event)
        finally:
            self._feeders.discard(name)
        if not self._feeders and not any(self._waiting.values()):
            self._none.set()

    def _count(self, event: Event) -> None:
        name = f"no room for {event.kind}"
        self._counted[name] += 1
        if self._counted[name] == 1:
            log.error("storage does not keep up; told once, then counted", lost=event.kind)
