"""How many messages and how many bytes may be under way at once, and who goes first. Pure but for
the futures on which those wait who have no place yet.

A message leaves its place when the broker has confirmed it, not when its sender lost patience:
until then it fills the line. High alarms have places of their own and are held back by no bytes
(whoever ships bounds those that have waited), and a fresh one has places of its own among them; all
else goes while what is under way, of whatever kind, is less than `room` with it, so that a high
alarm is never behind more.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from enum import IntEnum


class Lane(IntEnum):
    """Who is let in first."""

    FRESH = 0
    """High alarms that were raised just now, and what the connection itself needs."""
    HIGH = 1
    """High alarms that have waited."""
    ALARM = 2
    """Other alarms, heartbeats, answers."""
    REPORT = 3
    """Batches of reports: only while no alarm waits for a place."""


class WindowClosed(Exception):
    """The connection is gone, and with it every place."""


class Window:
    """Places for messages under way. Who waits is let in by lane, then by order."""

    def __init__(
        self,
        places: int,
        *,
        reserved: int,
        room: Callable[[], int],
        clear: Callable[[], bool] = lambda: True,
    ) -> None:
        """All places are free.

        Args:
            places: messages under way at most.
            reserved: places that only high alarms take; half of them only fresh ones.
            room: bytes under way at most, with a message that is no high alarm; one always may
                where nothing is.
            clear: whether the socket takes more at once. What is not fresh waits here and not
                behind it, so that an alarm can overtake it; `wake` says that this may have changed.
        """
        if not 0 <= reserved < places:
            raise ValueError(f"of {places} places {reserved} cannot be reserved")
        self._places = places
        self._reserved = reserved
        self._room = room
        self._clear = clear
        self._taken = 0
        self._bytes = 0
        self._admitted = 0
        """Let in by `wake` and about to send, after which the socket may not be clear."""
        self._closed = False
        self._lanes: tuple[deque[_Waiter], ...] = tuple(deque() for _ in Lane)

    async def enter(self, lane: Lane, size: int) -> None:
        """Take a place, waiting for one if need be. May be cancelled.

        Whoever returns from here sends without waiting for anything else, and then calls `wake`.

        Raises:
            WindowClosed: there will be no place any more.
        """
        if self._closed:
            raise WindowClosed
        if not any(self._lanes[: lane + 1]) and self._fits(lane, size):
            self.take(lane, size)
            return
        waiter = _Waiter(asyncio.get_running_loop().create_future(), size)
        self._lanes[lane].append(waiter)
        place = waiter.place
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self._admitted -= 1
                self.leave(lane, size)  # it was given in the very moment
            elif waiter in self._lanes[lane]:
                self._lanes[lane].remove(waiter)
                self.wake()  # it may have stood before one that fits
            raise
        self._admitted -= 1

    def take(self, lane: Lane, size: int) -> None:
        """Take a place without waiting, even one too many."""
        self._taken += 1
        self._bytes += size

    def leave(self, lane: Lane, size: int) -> None:
        """Give a place back; the next one gets it."""
        self._taken -= 1
        self._bytes -= size
        self.wake()

    def wake(self) -> None:
        """Let in whoever may go now."""
        for lane in Lane:
            waiting = self._lanes[lane]
            while waiting and self._fits(lane, waiting[0].size):
                waiter = waiting.popleft()
                if not waiter.place.done():
                    self.take(lane, waiter.size)
                    self._admitted += 1
                    waiter.place.set_result(None)
            if waiting:
                return  # nobody overtakes a lane before his own

    def close(self) -> None:
        """Send away all who wait."""
        self._closed = True
        for waiting in self._lanes:
            for waiter in waiting:
                if not waiter.place.done():
                    waiter.place.set_exception(WindowClosed())
            waiting.clear()

    def _fits(self, lane: Lane, size: int) -> bool:
        if lane is Lane.FRESH:
            return self._taken < self._places
        if lane is Lane.HIGH:
            free = self._places - self._reserved // 2
            return self._taken < free and not self._admitted and self._clear()
        return (
            self._taken < self._places - self._reserved
            and not self._admitted
            and (not self._bytes or self._bytes + size <= self._room())
            and self._clear()
        )


class _Waiter:
    """Somebody without a place."""

    __slots__ = ("place", "size")

    def __init__(self, place: asyncio.Future[None], size: int) -> None:
        self.place = place
        self.size = size
