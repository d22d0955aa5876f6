"""Where events wait for the pipeline: two queues, the urgent one read first, both bounded."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from heimvakt.core.events import (
    URGENT,
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    AlarmSpared,
    ClockQuality,
    Event,
)

ANSWERS = (AlarmDelivered, AlarmSpared, AlarmAcknowledged, AlarmClosed)
WAITING_MAX = 1_000
"""Of each queue; whoever hands over more waits until there is room."""
BATCH_MAX = 64
"""Committed together: a storm costs one flush for so many, and a press waits for no more."""
URGENT_IN_A_ROW = 8
"""Batches; then the others get one, so that a stuck button cannot silence the home."""


@dataclass(slots=True)
class Taken:
    """An event that was handed over, with the time of that moment.

    Without an event it is a proof of life: it asks for a commit and nothing else.
    """

    event: Event | None
    at: datetime
    monotonic: float
    clock: ClockQuality
    durable: asyncio.Future[None]
    """Of all events of one call: answered after the commit of the last."""
    last: bool = True
    owed: bool = False
    """It may have been told, or what came after it, before it was durable: it has to become so."""


class Inbox:
    """Hand over with `put`, take with `next_batch`."""

    def __init__(self) -> None:
        self._urgent: deque[Taken] = deque()
        self._usual: deque[Taken] = deque()
        self._filled = asyncio.Event()
        self._room = asyncio.Event()
        self._doors = (asyncio.Lock(), asyncio.Lock())
        """Whoever came first for a full queue gets in first."""
        self._in_a_row = 0

    def __len__(self) -> int:
        return len(self._urgent) + len(self._usual)

    async def put(self, call: Sequence[Taken]) -> None:
        """Queue the events of one call; waits while their queue is full. Answers never wait.

        They stay together and in order: with one that is urgent, all are.
        """
        if self.put_at_once(call):
            return
        urgent = _is_urgent(call)
        queue = self._urgent if urgent else self._usual
        async with self._doors[urgent]:
            for taken in call:
                while len(queue) >= WAITING_MAX:
                    self._room.clear()
                    await self._room.wait()
                self._add(queue, (taken,))

    def put_at_once(self, call: Sequence[Taken]) -> bool:
        """The same without waiting; False if it would have to."""
        urgent = _is_urgent(call)
        queue = self._urgent if urgent else self._usual
        roomy = len(queue) + len(call) <= WAITING_MAX and not self._doors[urgent].locked()
        if not roomy and not any(isinstance(taken.event, ANSWERS) for taken in call):
            return False
        self._add(queue, call)
        return True

    async def next_batch(self) -> list[Taken]:
        """What is to be committed next: what is urgent alone, else the oldest of the rest."""
        while not self._urgent and not self._usual:
            self._filled.clear()
            await self._filled.wait()
        return self.at_once()

    def at_once(self) -> list[Taken]:
        """The same without waiting; empty if nothing waits."""
        queue = self._urgent or self._usual
        if self._in_a_row >= URGENT_IN_A_ROW and self._usual:
            queue = self._usual
        self._in_a_row = self._in_a_row + 1 if queue is self._urgent else 0
        return self._taken_from(queue)

    def urgent_at_once(self) -> list[Taken]:
        """Of what is urgent alone, whatever else waits."""
        return self._taken_from(self._urgent)

    def _taken_from(self, queue: deque[Taken]) -> list[Taken]:
        batch = [queue.popleft() for _ in range(min(len(queue), BATCH_MAX))]
        self._room.set()
        return batch

    def _add(self, queue: deque[Taken], call: Sequence[Taken]) -> None:
        queue.extend(call)
        self._filled.set()


def _is_urgent(call: Sequence[Taken]) -> bool:
    return any(isinstance(taken.event, URGENT + ANSWERS) for taken in call)
