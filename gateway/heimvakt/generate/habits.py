"""Who lives there: the hours, the habits, and what goes wrong how often. Drawn once for a home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from random import Random


class Kind(StrEnum):
    """What sort of day somebody has."""

    USUAL = "usual"
    EARLY = "early"
    """Up long before others."""
    LATE = "late"
    """To bed after midnight."""
    NAPS = "naps"
    """In bed for hours of the day too."""


HOURS: Mapping[Kind, tuple[tuple[float, float], tuple[float, float]]] = {
    Kind.USUAL: ((21.5, 23.75), (6.25, 8.75)),
    Kind.EARLY: ((20.5, 22.25), (4.75, 6.0)),
    Kind.LATE: ((24.0, 25.5), (8.0, 9.25)),
    Kind.NAPS: ((21.0, 23.0), (6.5, 8.5)),
}
"""To bed and up again, in hours of the day, drawn evenly from within."""
SHARES: Mapping[Kind, int] = {Kind.USUAL: 60, Kind.EARLY: 12, Kind.LATE: 13, Kind.NAPS: 15}
"""How many of a hundred. Of those above sixty about one in six is up before six on most days."""
WITH_PARTNER = 0.15
CARERS = ((), (), (8.0,), (8.0, 19.0))
"""From which hours on carers may come: to half of all never, to a quarter once or twice a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Of one person. Rates are for 30 days where nothing else is said."""

    kind: Kind
    partner: bool
    """Somebody else lives there too, who is well, and helps."""
    to_bed: timedelta
    """Into the day, local time."""
    up_at: timedelta
    spread: timedelta
    """By how much an evening and a morning differ from the usual: a standard deviation."""
    toilet_a_night: float
    kitchen_a_night: float
    """For a glass of water."""
    out_a_day: float
    out_for: timedelta
    out_until: int
    """The hour after which he does not go out any more."""
    naps: float
    """A day."""
    guests: float
    """A day: they have no key."""
    carers: tuple[float, ...]
    """Hours of the day from which on carers come."""
    missed_visits: float
    """Of all that are planned, the share that nobody makes."""
    trips: float
    """Away for days."""
    forgets_away: float
    """Of these trips, the share that the home is not told of."""
    wanders: float
    leaves_at_night: float
    falls: float
    falls_at_night: float
    calls: float
    stays_in_bathroom: float
    """So long that somebody should look."""
    sleeps_in: float
    """Does not get up, and somebody should look."""
    forgets_door: float
    forgets_dose: float


def draw(chance: Random, *, unwell: bool) -> Habits:
    """A person.

    Args:
        chance: seeded.
        unwell: whether what should be an alarm happens at all.
    """
    kind = chance.choices(list(SHARES), list(SHARES.values()))[0]
    to_bed, up_at = HOURS[kind]
    drawn = Habits(
        kind=kind,
        partner=chance.random() < WITH_PARTNER,
        to_bed=timedelta(hours=chance.uniform(*to_bed)),
        up_at=timedelta(hours=chance.uniform(*up_at)),
        spread=timedelta(minutes=chance.uniform(10, 35)),
        toilet_a_night=chance.uniform(0.2, 2.2),
        kitchen_a_night=chance.choice([0.0, 0.1, 0.4]),
        out_a_day=chance.uniform(0.2, 1.5),
        out_for=timedelta(minutes=chance.uniform(30, 150)),
        out_until=21 if kind is Kind.LATE else 19,
        naps=chance.uniform(1.0, 2.0) if kind is Kind.NAPS else chance.uniform(0.0, 0.6),
        guests=chance.uniform(0.0, 0.6),
        carers=chance.choice(CARERS),
        missed_visits=0.01,
        trips=chance.uniform(0.0, 0.5),
        forgets_away=0.25,
        wanders=chance.uniform(0.5, 4.0),
        leaves_at_night=chance.uniform(0.2, 1.5),
        falls=chance.uniform(0.2, 1.0),
        falls_at_night=chance.uniform(0.0, 0.5),
        calls=chance.uniform(0.0, 0.5),
        stays_in_bathroom=chance.uniform(0.2, 1.0),
        sleeps_in=chance.uniform(0.2, 0.8),
        forgets_door=chance.uniform(0.2, 2.0),
        forgets_dose=chance.uniform(0.3, 4.0),
    )
    if drawn.partner:
        # Somebody sees it and helps: nothing is left to be told.
        drawn = replace(
            drawn,
            falls=0.0,
            falls_at_night=0.0,
            stays_in_bathroom=0.0,
            sleeps_in=0.0,
            forgets_door=0.0,
        )
    return drawn if unwell else well(drawn)


def well(habits: Habits) -> Habits:
    """The same person, to whom nothing happens that should be told."""
    return replace(
        habits,
        missed_visits=0.0,
        forgets_away=0.0,
        wanders=0.0,
        leaves_at_night=0.0,
        falls=0.0,
        falls_at_night=0.0,
        calls=0.0,
        stays_in_bathroom=0.0,
        sleeps_in=0.0,
        forgets_door=0.0,
        forgets_dose=0.0,
    )


def partner_of(habits: Habits, chance: Random) -> Habits:
    """Who lives with him: at about the same hours, and well."""
    return replace(
        well(habits),
        up_at=habits.up_at + timedelta(minutes=chance.uniform(-30, 60)),
        toilet_a_night=chance.uniform(0.2, 1.5),
        guests=0.0,
        trips=0.0,
    )
