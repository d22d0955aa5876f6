"""What is under way on one connection: who has a place, who waits for which confirmation, and what
the confirmations say of the line. Knows no socket and no packet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from heimvakt.core.uplink import Line

from .link_lost import LinkLost
from .mqtt_line import Departure, Meter
from .mqtt_window import Lane, Window

PLACES = 256
"""Messages under way, where the broker of MQTT 5 takes as many (mosquitto as shipped: 20). At a
round trip of 50 ms that is 5,000 alarms in a second; bytes are bounded by the window."""
RESERVED = 4
"""Places that only high alarms take, and half of them only fresh ones: one goes out although the
rest fills the line."""


@dataclass(frozen=True, slots=True)
class _Message:
    """One that the broker has not confirmed."""

    answer: asyncio.Future[bool]
    """Of the broker: whether somebody hears it."""
    lane: Lane
    departure: Departure


class UnderWay:
    """Of one connection, by the packet ids of its messages."""

    def __init__(self, clear: Callable[[], bool]) -> None:
        """`clear`: whether the socket takes more at once."""
        self._loop = asyncio.get_running_loop()
        self._clear = clear
        self._meter = Meter()
        self._messages: dict[int, _Message] = {}
        self.moved_at = self._loop.time()
        """When something was confirmed last, or the first went out after nothing was under way."""
        self.window = self._places(PLACES)

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def line(self) -> Line:
        """What the connection has been measured to carry."""
        return self._meter.line

    def limit(self, places: int) -> None:
        """The broker takes so many at once; said before anything is under way."""
        if places < PLACES:
            self.window = self._places(places)

    def sent(self, mid: int, lane: Lane, size: int) -> asyncio.Future[bool]:
        """It begins its way, in a place that it has taken; done when it is confirmed."""
        answer: asyncio.Future[bool] = self._loop.create_future()
        if not self._messages:
            self.moves()
        departure = self._meter.sent(size, self._loop.time())
        self._messages[mid] = _Message(answer, lane, departure)
        return answer

    def answered(self, took_s: float) -> None:
        """The broker has answered something short while nothing else was under way."""
        self._meter.answered(took_s)

    def moves(self) -> None:
        """The far end has shown that it goes on, or it has only now been asked for something."""
        self.moved_at = self._loop.time()

    def confirmed(self, mid: int) -> asyncio.Future[bool] | None:
        """It has arrived, or was refused: its place is free; returns who waits for that. None: it
        was confirmed before."""
        if next(iter(self._messages), None) == mid:
            # Brokers confirm in order, so a later one says nothing for an alarm before it.
            self.moves()
        message = self._messages.pop(mid, None)
        if message is None:
            return None
        self._meter.confirmed(message.departure, self._loop.time())
        self.window.leave(message.lane, message.departure.size)
        return message.answer

    def end(self, lost: LinkLost) -> None:
        """The connection is gone, and all that was under way on it has failed."""
        for message in self._messages.values():
            fail(message.answer, lost)
        self._messages.clear()
        self.window.close()

    def _places(self, limit: int) -> Window:
        return Window(
            limit,
            reserved=min(RESERVED, limit // 2),
            room=lambda: self._meter.room,
            clear=self._clear,
        )


def fail(answer: asyncio.Future[Any], lost: LinkLost) -> None:
    """Tell whoever waits that it will never be known."""
    if not answer.done():
        answer.set_exception(lost.again())
        answer.exception()  # whoever was to hear it may have left: that is no error
