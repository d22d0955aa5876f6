"""Where events wait for the pipeline: two queues, the urgent one read first, both bounded."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime

from heimvakt.core.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    ButtonCancelled,
    ButtonPressed,
    CarbonMonoxideDetected,
    ClockQuality,
    Event,
    LeakDetected,
    SmokeDetected,
)

URGENT = (ButtonPressed, ButtonCancelled, SmokeDetected, CarbonMonoxideDetected, LeakDetected)
ANSWERS = (AlarmDelivered, AlarmAcknowledged, AlarmClosed)
WAITING_MAX = 1_000
"""Of each queue; whoever hands over more waits until there is room."""
BATCH_MAX = 64
"""Committed together: a storm costs one flush for so many, and a press waits for no more."""


@dataclass(slots=True)
class Taken:
    """An event that was handed over, with the time of that moment.

    Without an event it is a proof of life: it asks for a commit and nothing else.
    """

    event: Event | None
    at: datetime
    monotonic: float
    clock: ClockQuality
    durable: asyncio.Future[None] | None
    """Answered after the commit, for the last event of a call."""


class Inbox:
    """Hand over with `put`, take with `next_batch`."""

    def __init__(self) -> None:
        self._urgent: deque[Taken] = deque()
        self._usual: deque[Taken] = deque()
        self._filled = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()

    def __len__(self) -> int:
        return len(self._urgent) + len(self._usual)

    async def put(self, taken: Taken) -> None:
        """Queue an event; waits while its queue is full. Answers and timers never wait."""
        queue = self._urgent if isinstance(taken.event, URGENT + ANSWERS) else self._usual
        while len(queue) >= WAITING_MAX and not isinstance(taken.event, ANSWERS):
            self._room.clear()
            await self._room.wait()
        queue.append(taken)
        self._filled.set()

    async def next_batch(self) -> list[Taken]:
        """What is to be committed next: everything urgent alone, else the oldest of the rest."""
        while not self._urgent and not self._usual:
            self._filled.clear()
            await self._filled.wait()
        queue = self._urgent or self._usual
        batch = [queue.popleft() for _ in range(min(len(queue), BATCH_MAX))]
        self._room.set()
        return batch
