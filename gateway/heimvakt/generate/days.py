"""Where the person is from minute to minute, what he does there, and what happens to him.

Local time without a zone: a person lives by the clock on the wall. Each day is a chain of stays in
rooms without a gap; what should have been an alarm stands beside it as the truth.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from random import Random

from .habits import Habits


class Room(StrEnum):
    """Where somebody can be."""

    BEDROOM = "bedroom"
    BATHROOM = "bathroom"
    KITCHEN = "kitchen"
    LIVING = "living"
    HALL = "hall"
    OUT = "out"


class Doing(StrEnum):
    """What somebody does, as far as sensors can tell."""

    SLEEPS = "sleeps"
    """In bed."""
    SITS = "sits"
    """In a chair: little movement."""
    IS_UP = "is-up"
    COOKS = "cooks"
    LIES = "lies"
    """On the floor: no movement at all."""
    IS_OUT = "is-out"


class Happened(StrEnum):
    """What somebody should hear of."""

    WANDERING = "wandering"
    """Up at night for long, and about."""
    LEFT_AT_NIGHT = "left-at-night"
    FALL = "fall"
    """And lies there."""
    LONG_IN_BATHROOM = "long-in-bathroom"
    NOT_UP = "not-up"
    DOOR_LEFT_OPEN = "door-left-open"


@dataclass(frozen=True, slots=True)
class Stay:
    """In one room, doing one thing."""

    begin: datetime
    end: datetime
    room: Room
    doing: Doing
    door_stays_open: bool = False
    """Out of the home: the door is not closed behind him."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Something that an alarm should have come of."""

    what: Happened
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody else was there."""

    begin: datetime
    end: datetime


Lived = Stay | Truth | Visit


class Person:
    """Lives one day after the other."""

    def __init__(self, habits: Habits, chance: Random) -> None:
        self._habits = habits
        self._chance = chance
        self._now = datetime(1, 1, 1)  # noqa: DTZ001 - set when the life begins

    def live(self, first: date, days: int) -> Iterator[Lived]:
        """From the midnight before `first` on; truths come before the stays that they are about."""
        self._now = datetime.combine(first, time())
        for number in range(days):
            day = first + timedelta(days=number)
            yield from self._night(day)
            yield from self._day(day)

    # --- one after the other ----------------------------------------------------------------------

    def _night(self, day: date) -> Iterator[Lived]:
        """From going to bed until getting up on `day`."""
        habits, chance = self._habits, self._chance
        up_at = self._at(day, habits.up_at)
        if self._happens(habits.sleeps_in):
            late = datetime.combine(day, time(12)) + timedelta(minutes=chance.uniform(0, 90))
            yield Truth(Happened.NOT_UP, datetime.combine(day, time(10)), late)
            up_at = late
        # Who stays in bed for longer than he should is unwell, and was not up before it either.
        last = min(up_at, self._at(day, habits.up_at)) - timedelta(minutes=40)
        for at in sorted(self._times(habits.toilet_a_night, self._now, last)):
            if at <= self._now or (up_at > last + timedelta(hours=2) and at.hour >= 4):
                continue
            yield self._stay(Room.BEDROOM, Doing.SLEEPS, until=at)
            yield from self._toilet(timedelta(minutes=chance.uniform(2, 8)))
        if self._happens(habits.wanders):
            yield from self._wanders(day)
        elif self._happens(habits.leaves_at_night):
            yield from self._leaves(day)
        if self._now < up_at:
            yield self._stay(Room.BEDROOM, Doing.SLEEPS, until=up_at)

    def _day(self, day: date) -> Iterator[Lived]:
        habits, chance = self._habits, self._chance
        to_bed = self._at(day, habits.to_bed)
        yield from self._toilet(timedelta(minutes=chance.uniform(8, 25)))
        yield self._stay(Room.KITCHEN, Doing.COOKS, minutes=chance.uniform(15, 40))
        left = {
            "out": self._count(habits.out_a_day),
            "nap": self._count(habits.naps),
            "visit": self._count(habits.visits),
            "fall": int(self._happens(habits.falls)),
            "bath": int(self._happens(habits.stays_in_bathroom)),
        }
        while to_bed - self._now > timedelta(minutes=30):
            yield from self._something(left, to_bed)
        yield from self._toilet(timedelta(minutes=chance.uniform(5, 12)))

    def _something(self, left: dict[str, int], to_bed: datetime) -> Iterator[Lived]:
        chance = self._chance
        there_is_time = to_bed - self._now > timedelta(hours=9)
        coming = [what for what, count in left.items() if count and chance.random() < 0.12]
        what = coming[0] if coming else "life"
        if what in ("fall", "bath") and not there_is_time:
            what = "life"  # what goes on into the night is another story
        if what in left:
            left[what] -= 1
        match what:
            case "out" if 9 <= self._now.hour < 19:
                yield from self._goes_out()
            case "nap":
                yield self._stay(Room.BEDROOM, Doing.SLEEPS, minutes=chance.uniform(20, 80))
            case "visit" if 8 <= self._now.hour < 21:
                yield from self._visited()
            case "fall":
                yield from self._falls()
            case "bath":
                yield from self._stays_in_bathroom()
            case _:
                yield from self._lives(to_bed)

    def _lives(self, to_bed: datetime) -> Iterator[Lived]:
        chance = self._chance
        left = (to_bed - self._now) / timedelta(minutes=1)
        match chance.choices(["sits", "kitchen", "toilet", "about"], [5, 2, 2, 2])[0]:
            case "sits":
                yield self._stay(
                    Room.LIVING, Doing.SITS, minutes=min(chance.uniform(20, 100), left)
                )
            case "kitchen":
                yield self._stay(
                    Room.KITCHEN, Doing.COOKS, minutes=min(chance.uniform(5, 45), left)
                )
            case "toilet":
                yield from self._toilet(timedelta(minutes=min(chance.uniform(2, 10), left)))
            case _:
                yield self._stay(Room.HALL, Doing.IS_UP, minutes=min(chance.uniform(1, 8), left))

    # --- what he does -----------------------------------------------------------------------------

    def _toilet(self, lasting: timedelta) -> Iterator[Lived]:
        yield self._stay(Room.HALL, Doing.IS_UP, minutes=0.5)
        yield self._stay(Room.BATHROOM, Doing.IS_UP, minutes=lasting / timedelta(minutes=1))
        yield self._stay(Room.HALL, Doing.IS_UP, minutes=0.5)

    def _goes_out(self) -> Iterator[Lived]:
        lasting = self._habits.out_for * self._chance.uniform(0.5, 1.6)
        forgets = self._happens(self._habits.forgets_door)
        yield self._stay(Room.HALL, Doing.IS_UP, minutes=2)
        if forgets:
            yield Truth(Happened.DOOR_LEFT_OPEN, self._now, self._now + lasting)
        minutes = lasting / timedelta(minutes=1)
        yield self._stay(Room.OUT, Doing.IS_OUT, minutes=minutes, door_stays_open=forgets)
        yield self._stay(Room.HALL, Doing.IS_UP, minutes=2)

    def _visited(self) -> Iterator[Lived]:
        lasting = timedelta(minutes=self._chance.uniform(10, 50))
        yield Visit(self._now, self._now + lasting)
        yield self._stay(Room.HALL, Doing.IS_UP, minutes=2)
        yield self._stay(Room.LIVING, Doing.IS_UP, minutes=lasting / timedelta(minutes=1) - 2)

    def _falls(self) -> Iterator[Lived]:
        lies = timedelta(hours=self._chance.uniform(5.5, 8.5))
        room = self._chance.choice([Room.LIVING, Room.KITCHEN, Room.HALL])
        yield self._stay(room, Doing.IS_UP, minutes=1)
        yield Truth(Happened.FALL, self._now, self._now + lies)
        yield self._stay(room, Doing.LIES, minutes=lies / timedelta(minutes=1))

    def _stays_in_bathroom(self) -> Iterator[Lived]:
        long = timedelta(minutes=self._chance.uniform(100, 180))
        yield self._stay(Room.HALL, Doing.IS_UP, minutes=1)
        yield Truth(Happened.LONG_IN_BATHROOM, self._now, self._now + long)
        yield self._stay(Room.BATHROOM, Doing.IS_UP, minutes=2)
        yield self._stay(Room.BATHROOM, Doing.LIES, minutes=long / timedelta(minutes=1) - 2)

    def _wanders(self, day: date) -> Iterator[Lived]:
        at = datetime.combine(day, time(1)) + timedelta(minutes=self._chance.uniform(0, 200))
        if at <= self._now:
            return
        yield self._stay(Room.BEDROOM, Doing.SLEEPS, until=at)
        lasting = timedelta(minutes=self._chance.uniform(35, 90))
        yield Truth(Happened.WANDERING, at, at + lasting)
        ends = at + lasting
        while self._now < ends:
            room = self._chance.choice([Room.HALL, Room.LIVING, Room.KITCHEN])
            yield self._stay(room, Doing.IS_UP, minutes=self._chance.uniform(2, 12))

    def _leaves(self, day: date) -> Iterator[Lived]:
        at = datetime.combine(day, time(1)) + timedelta(minutes=self._chance.uniform(0, 200))
        if at <= self._now:
            return
        yield self._stay(Room.BEDROOM, Doing.SLEEPS, until=at)
        yield self._stay(Room.HALL, Doing.IS_UP, minutes=3)
        lasting = timedelta(minutes=self._chance.uniform(20, 90))
        yield Truth(Happened.LEFT_AT_NIGHT, self._now, self._now + lasting)
        yield self._stay(Room.OUT, Doing.IS_OUT, minutes=lasting / timedelta(minutes=1))
        yield self._stay(Room.HALL, Doing.IS_UP, minutes=3)

    # --- time and chance --------------------------------------------------------------------------

    def _stay(
        self,
        room: Room,
        doing: Doing,
        *,
        minutes: float = 0.0,
        until: datetime | None = None,
        door_stays_open: bool = False,
    ) -> Stay:
        begin = self._now
        self._now = until or begin + timedelta(minutes=max(minutes, 0.1))
        return Stay(begin, self._now, room, doing, door_stays_open)

    def _at(self, day: date, usual: timedelta) -> datetime:
        away = self._chance.gauss(0.0, self._habits.spread / timedelta(minutes=1))
        return datetime.combine(day, time()) + usual + timedelta(minutes=away)

    def _happens(self, in_30_days: float) -> bool:
        return self._chance.random() < in_30_days / 30

    def _count(self, a_day: float) -> int:
        whole = int(a_day)
        return whole + (self._chance.random() < a_day - whole)

    def _times(self, count: float, begin: datetime, end: datetime) -> list[datetime]:
        return [begin + (end - begin) * self._chance.random() for _ in range(self._count(count))]
