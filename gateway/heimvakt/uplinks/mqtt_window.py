"""How many messages may be under way at once, and a few places that only urgent ones may take.

A message leaves its place when the broker has confirmed it, not when its sender lost patience:
until then it fills the line.
"""

from __future__ import annotations

import asyncio
from collections import deque


class WindowClosed(Exception):
    """The connection is gone, and with it every place."""


class Window:
    """Places for messages under way. Who waits is let in by urgency, then by order."""

    def __init__(self, places: int, *, reserved: int) -> None:
        if not 0 <= reserved < places:
            raise ValueError(f"of {places} places {reserved} cannot be reserved")
        self._places = places
        self._reserved = reserved
        self._taken = 0
        self._closed = False
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    async def enter(self, *, urgent: bool) -> None:
        """Take a place, waiting for one if need be. May be cancelled.

        Raises:
            WindowClosed: there will be no place any more.
        """
        if self._closed:
            raise WindowClosed
        queue = self._urgent if urgent else self._others
        if not queue and self._free(urgent=urgent):
            self._taken += 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self.leave()  # it was given in the very moment
            elif place in queue:
                queue.remove(place)
            raise

    def take(self) -> None:
        """Take a place without waiting, even one too many."""
        self._taken += 1

    def leave(self) -> None:
        """Give a place back; the next one gets it."""
        self._taken -= 1
        for queue, urgent in ((self._urgent, True), (self._others, False)):
            while queue and self._free(urgent=urgent):
                place = queue.popleft()
                if not place.done():
                    self._taken += 1
                    place.set_result(None)

    def close(self) -> None:
        """Send away all who wait."""
        self._closed = True
        for place in (*self._urgent, *self._others):
            if not place.done():
                place.set_exception(WindowClosed())
        self._urgent.clear()
        self._others.clear()

    def _free(self, *, urgent: bool) -> bool:
        return self._taken < self._places - (0 if urgent else self._reserved)
