"""Edges on their way from a thread of a library to the event loop: in order, bounded, none lost.

The time of an edge is taken in the thread, so that what came while the loop was busy is not taken
for something that took no time. At the limit the oldest give way: the last one is the truth.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from contextlib import suppress

from .pins import Edge

WAITING_MAX = 8_192
"""Edges; eight seconds of a kilohertz."""


class Edges:
    """One for all pins of a board, so that what two pins say together keeps its order."""

    def __init__(self, loop: asyncio.AbstractEventLoop, *, waiting_max: int = WAITING_MAX) -> None:
        self._loop = loop
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Edge, float, bool]] = deque(maxlen=waiting_max)
        self._asked = False
        self.dropped = 0

    def put(self, edge: Edge, level: bool) -> None:
        """An edge came; from any thread, never waits and never fails."""
        with self._lock:
            at = self._loop.time()
            self.dropped += len(self._waiting) == self._waiting.maxlen
            self._waiting.append((edge, at, level))
            asked, self._asked = self._asked, True
        if not asked:
            with suppress(RuntimeError):  # the loop has ended, and so has whoever listened
                self._loop.call_soon_threadsafe(self._hand_over)

    def _hand_over(self) -> None:
        with self._lock:
            taken = list(self._waiting)
            self._waiting.clear()
            self._asked = False
        for edge, at, level in taken:
            edge(at, level)
