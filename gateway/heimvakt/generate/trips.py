"""Days away from home: when, until when, and whether the home is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from .habits import Habits

NIGHTS_MAX = 5


@dataclass(frozen=True, slots=True)
class Trip:
    """Away from some time of a day on."""

    day: date
    back: datetime
    told: bool
    """The home is set to away."""

    def holds(self, at: datetime) -> bool:
        """Whether somebody may be away then."""
        return datetime.combine(self.day, time()) <= at < self.back


def trips(habits: Habits, first: date, days: int, chance: Random) -> Iterator[Trip]:
    """One after the other, none on the day on which another ends."""
    number = 1
    while number < days:
        day = first + timedelta(days=number)
        if chance.random() < habits.trips / 30:
            nights = chance.randint(1, NIGHTS_MAX)
            back = datetime.combine(day, time(10)) + timedelta(days=nights)
            back += timedelta(hours=chance.uniform(0, 8))
            yield Trip(day, back, chance.random() >= habits.forgets_away)
            number += nights
        number += 1
