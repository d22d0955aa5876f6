"""Carers who come by a plan, with a key that the home knows; some day one of them does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from .habits import Habits
from .lived import Happened, Truth, Visit
from .trips import Trip

WINDOW = timedelta(minutes=90)
"""In which they may come, from the hour that is planned."""


def carers(
    habits: Habits, trips: Sequence[Trip], first: date, days: int, chance: Random
) -> Iterator[Visit | Truth]:
    """Every visit that is planned: made, or not; nobody comes while the person is known away."""
    known_away = [trip for trip in trips if trip.told]
    for number in range(days):
        midnight = datetime.combine(first + timedelta(days=number), time())
        for hour in habits.carers:
            begin = midnight + timedelta(hours=hour)
            at = begin + WINDOW * chance.uniform(0.05, 0.8)
            lasting = timedelta(minutes=chance.uniform(10, 40))
            missed = chance.random() < habits.missed_visits
            if any(trip.holds(at) for trip in known_away):
                continue
            if missed:
                yield Truth(Happened.VISIT_MISSED, begin + WINDOW, begin + WINDOW + WINDOW)
            else:
                yield Visit(at, at + lasting, with_key=True)
