"""The way of one person through his home: each stay begins where the last one ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from .lived import Doing, Lived, Room, Stay

SHORTEST_MINUTES = 0.1


@dataclass(slots=True)
class Walk:
    """Where the way has come to, and the chance that leads it."""

    chance: Random
    now: datetime

    def stay(
        self,
        room: Room,
        doing: Doing,
        *,
        minutes: float = 0.0,
        until: datetime | None = None,
        door_stays_open: bool = False,
    ) -> Stay:
        """For so long, or until then."""
        begin = self.now
        shortest = begin + timedelta(minutes=SHORTEST_MINUTES)
        self.now = max(until or begin + timedelta(minutes=minutes), shortest)
        return Stay(begin, self.now, room, doing, door_stays_open)

    def sleep(self, until: datetime) -> Iterator[Lived]:
        """In bed until then, if that is yet to come."""
        if until > self.now:
            yield self.stay(Room.BEDROOM, Doing.SLEEPS, until=until)

    def errand(self, room: Room, minutes: float) -> Iterator[Lived]:
        """Over the hall to a room, and back over the hall."""
        yield self.stay(Room.HALL, Doing.IS_UP, minutes=0.5)
        yield self.stay(room, Doing.IS_UP, minutes=minutes)
        yield self.stay(Room.HALL, Doing.IS_UP, minutes=0.5)

    def minutes(self, low: float, high: float) -> float:
        """Somewhere between."""
        return self.chance.uniform(low, high)

    def happens(self, in_30_days: float) -> bool:
        """Whether it does on this day, if it does so often in thirty."""
        return self.chance.random() < in_30_days / 30

    def count(self, a_day: float) -> int:
        """How often it is on this day."""
        whole = int(a_day)
        return whole + (self.chance.random() < a_day - whole)

    def between(self, begin: datetime, end: datetime) -> datetime:
        """A moment between these."""
        return begin + (end - begin) * self.chance.random()
