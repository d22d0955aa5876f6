"""Who lives there: the hours, the habits, and what goes wrong how often. Drawn once for a home."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Of one person. Rates are for 30 days where nothing else is said."""

    to_bed: timedelta
    """Into the day, local time."""
    up_at: timedelta
    spread: timedelta
    """By how much an evening and a morning differ from the usual: a standard deviation."""
    toilet_a_night: float
    out_a_day: float
    out_for: timedelta
    naps: float
    """A day."""
    visits: float
    """Of carers, a day."""
    wanders: float
    leaves_at_night: float
    falls: float
    stays_in_bathroom: float
    """So long that somebody should look."""
    sleeps_in: float
    """Does not get up, and somebody should look."""
    forgets_door: float


def draw(chance: Random, *, unwell: bool) -> Habits:
    """A person.

    Args:
        chance: seeded.
        unwell: whether what should be an alarm happens at all.
    """
    ill = 1.0 if unwell else 0.0
    return Habits(
        to_bed=timedelta(hours=chance.uniform(21.0, 24.0)),
        up_at=timedelta(hours=chance.uniform(6.0, 8.75)),
        spread=timedelta(minutes=chance.uniform(10, 35)),
        toilet_a_night=chance.uniform(0.2, 2.2),
        out_a_day=chance.uniform(0.2, 1.5),
        out_for=timedelta(minutes=chance.uniform(30, 150)),
        naps=chance.uniform(0.0, 0.8),
        visits=chance.choice([0.0, 0.0, 1.0, 2.0]),
        wanders=ill * chance.uniform(0.5, 4.0),
        leaves_at_night=ill * chance.uniform(0.2, 1.5),
        falls=ill * chance.uniform(0.2, 1.0),
        stays_in_bathroom=ill * chance.uniform(0.2, 1.0),
        sleeps_in=ill * chance.uniform(0.2, 0.8),
        forgets_door=ill * chance.uniform(0.2, 2.0),
    )
