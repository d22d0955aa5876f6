"""Where a person is from minute to minute: a chain of stays in rooms without a gap, day by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from . import troubles
from .habits import Habits
from .lived import Deed, Doing, Happened, Lived, Moment, Room, Truth, Visit
from .trips import Trip
from .walk import Walk

MORNING_AT = time(9)
"""Who comes home on a day after this sleeps no more of its night."""
NOT_UP_AT = time(10)
"""Somebody should look when he is not up by then."""
BEFORE = timedelta(hours=5)
"""Into the day: what happens later is of the morning, also to who sleeps long."""
LAST_CALM = timedelta(minutes=90)
"""Before getting up: nothing else of the night happens in it."""
THERE_IS_TIME = timedelta(hours=9)
"""Before going to bed: what goes on into the night is another story."""
NEVER = timedelta(days=365)
LATER_THAN_PLANNED = timedelta(hours=6)
"""Who goes away for days says until when, and a little more."""
SOMETHING = 0.12
"""The chance that, of what the day has in store, one thing is next."""


class Person:
    """Lives one day after the other."""

    def __init__(
        self,
        habits: Habits,
        chance: Random,
        trips: Sequence[Trip] = (),
        carers: Sequence[Visit] = (),
    ) -> None:
        self._habits = habits
        self._walk = Walk(chance, datetime(1, 1, 1))  # noqa: DTZ001 - set when the life begins
        self._trips = {trip.day: trip for trip in trips}
        self._carers = carers
        """Whoever comes helps."""

    def live(self, first: date, days: int) -> Iterator[Lived]:
        """From the midnight before `first` on; truths come before the stays that they are about."""
        self._walk.now = datetime.combine(first, time())
        for number in range(days):
            day = first + timedelta(days=number)
            if self._walk.now < datetime.combine(day, MORNING_AT):
                yield from self._night(day)
                yield from self._rises()
            if self._walk.now.date() <= day:  # or he is away
                yield from self._day(day)

    # --- the night --------------------------------------------------------------------------------

    def _night(self, day: date) -> Iterator[Lived]:
        """From going to bed until getting up on `day`."""
        habits, walk = self._habits, self._walk
        up_at = usual = self._at(day, habits.up_at)
        if walk.happens(habits.sleeps_in):
            too_late = datetime.combine(day, NOT_UP_AT)
            up_at = too_late + timedelta(minutes=walk.minutes(120, 210))
            if (helped_at := self._helped_after(usual)) < up_at:
                up_at = helped_at
            if up_at > too_late:
                yield Truth(Happened.NOT_UP, too_late, up_at)
        for at, happens in self._in_the_night(min(usual, up_at) - LAST_CALM):
            if at > walk.now:
                yield from walk.sleep(until=at)
                yield from happens()
        yield from walk.sleep(until=up_at)

    def _in_the_night(self, last: datetime) -> list[tuple[datetime, Callable[[], Iterator[Lived]]]]:
        """What he gets up for, in order of time."""
        habits, walk = self._habits, self._walk
        asleep = walk.now + timedelta(minutes=30)
        midnight = datetime.combine(last.date(), time())
        plan: list[tuple[datetime, Callable[[], Iterator[Lived]]]] = []
        if last <= asleep:
            return plan

        def some(
            what: Callable[[], Iterator[Lived]], since: datetime = asleep, until: datetime = last
        ) -> None:
            if since < until:
                plan.append((walk.between(since, until), what))

        for _ in range(walk.count(habits.toilet_a_night)):
            some(lambda: walk.errand(Room.BATHROOM, walk.minutes(2, 9)))
        for _ in range(walk.count(habits.kitchen_a_night)):
            some(lambda: walk.errand(Room.KITCHEN, walk.minutes(2, 9)))
        at_night = max(asleep, midnight - timedelta(minutes=30))
        before = min(last, midnight + BEFORE)
        before = min(last, midnight + BEFORE)
        if walk.happens(habits.wanders):
            some(lambda: troubles.wanders(walk), at_night, before)
        if walk.happens(habits.leaves_at_night):
            some(lambda: troubles.leaves(walk), at_night, before)
        if walk.happens(habits.falls_at_night):
            some(
                lambda: troubles.falls_at_night(walk, self._helped_after(walk.now)),
                at_night,
                before,
            )
        return sorted(plan, key=lambda planned: planned[0])

    def _falls_at_night(self) -> Iterator[Lived]:
        return troubles.falls_at_night(self._walk, self._helped_after(self._walk.now))

    def _rises(self) -> Iterator[Lived]:
        walk = self._walk
        yield from walk.errand(Room.BATHROOM, walk.minutes(8, 25))
        yield walk.stay(Room.KITCHEN, Doing.COOKS, minutes=walk.minutes(15, 40))

    # --- the day ----------------------------------------------------------------------------------

    def _day(self, day: date) -> Iterator[Lived]:
        habits, walk = self._habits, self._walk
        to_bed = self._at(day, habits.to_bed)
        if (trip := self._trips.get(day)) is not None:
            yield from self._travels(trip)
            return
        left = Counter(
            out=walk.count(habits.out_a_day),
            nap=walk.count(habits.naps),
            guest=walk.count(habits.guests),
            call=int(walk.happens(habits.calls)),
            fall=int(walk.happens(habits.falls)),
            bath=int(walk.happens(habits.stays_in_bathroom)),
        )
        while to_bed - walk.now > timedelta(minutes=30):
            yield from self._something(left, to_bed)
        yield from walk.errand(Room.BATHROOM, walk.minutes(5, 12))

    def _something(self, left: Counter[str], to_bed: datetime) -> Iterator[Lived]:
        habits, walk = self._habits, self._walk
        coming = [what for what in left if left[what] and walk.chance.random() < SOMETHING]
        what = coming[0] if coming else ""
        left[what] -= 1
        match what:
            case "out" if 9 <= walk.now.hour < habits.out_until:
                yield from self._goes_out(to_bed)
            case "nap":
                yield walk.stay(Room.BEDROOM, Doing.SLEEPS, minutes=walk.minutes(20, 80))
            case "guest" if 8 <= walk.now.hour < 21:
                yield from self._has_guests()
            case "call":
                yield from troubles.calls(walk)
            case "fall" if to_bed - walk.now > THERE_IS_TIME:
                yield from troubles.falls(walk, self._helped_after(walk.now))
            case "bath" if to_bed - walk.now > THERE_IS_TIME:
                yield from troubles.stays_in_bathroom(walk, self._helped_after(walk.now))
            case _:
                yield from self._lives((to_bed - walk.now) / timedelta(minutes=1))

    def _lives(self, left: float) -> Iterator[Lived]:
        walk = self._walk
        match walk.chance.choices(["sits", "kitchen", "toilet", "about"], [5, 2, 2, 2])[0]:
            case "sits":
                yield walk.stay(Room.LIVING, Doing.SITS, minutes=min(walk.minutes(20, 100), left))
            case "kitchen":
                yield walk.stay(Room.KITCHEN, Doing.COOKS, minutes=min(walk.minutes(5, 45), left))
            case "toilet":
                yield from walk.errand(Room.BATHROOM, min(walk.minutes(2, 10), left))
            case _:
                yield walk.stay(Room.HALL, Doing.IS_UP, minutes=min(walk.minutes(1, 8), left))

    def _goes_out(self, to_bed: datetime) -> Iterator[Lived]:
        habits, walk = self._habits, self._walk
        out = min(habits.out_for * walk.minutes(0.5, 1.6), to_bed - walk.now)
        yield walk.stay(Room.HALL, Doing.IS_UP, minutes=2)
        if walk.happens(habits.forgets_door):
            yield from troubles.forgets_door(walk, out)
        else:
            yield walk.stay(Room.OUT, Doing.IS_OUT, until=walk.now + out)
        yield walk.stay(Room.HALL, Doing.IS_UP, minutes=2)

    def _has_guests(self) -> Iterator[Lived]:
        walk = self._walk
        long = walk.minutes(10, 90)
        yield Visit(walk.now, walk.now + timedelta(minutes=long))
        yield walk.stay(Room.HALL, Doing.IS_UP, minutes=2)
        yield walk.stay(Room.LIVING, Doing.IS_UP, minutes=long - 2)

    def _travels(self, trip: Trip) -> Iterator[Lived]:
        """Away for days; the home is told of most of them."""
        walk = self._walk
        yield walk.stay(Room.HALL, Doing.IS_UP, minutes=6)
        if trip.told:
            at = walk.now - timedelta(minutes=1)
            yield Moment(at, Deed.SETS_AWAY, lasting=trip.back - at + LATER_THAN_PLANNED)
        else:
            yield Truth(Happened.AWAY_UNTOLD, walk.now, trip.back)
        yield walk.stay(Room.OUT, Doing.IS_OUT, until=trip.back)
        yield walk.stay(Room.HALL, Doing.IS_UP, minutes=5)

    # --- time -------------------------------------------------------------------------------------

    def _at(self, day: date, usual: timedelta) -> datetime:
        away = self._walk.chance.gauss(0.0, self._habits.spread / timedelta(minutes=1))
        return datetime.combine(day, time()) + usual + timedelta(minutes=away)

    def _helped_after(self, moment: datetime) -> datetime:
        """When the next carer comes; at once where one is there."""
        found = (max(visit.begin, moment) for visit in self._carers if visit.end > moment)
        return next(found, moment + NEVER)
