"""How full a battery is, and for how many days it may last.

Pure. A device tells its battery when it changes; the cold of a night, or one long message, lets it
look emptier for hours. So of each week only the highest value counts, and what it loses in a week
is the median over all pairs of weeks. Less than that is known: no forecast.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from statistics import median

from .events import BatteryMeasured

WEEKS_MAX = 26
"""Half a year: older weeks were of another season."""
WEEKS_MIN = 5
"""Without so many no forecast: in fewer the first days of a new battery, which fall fast, weigh
too much."""
LOSS_MIN = 3.0
"""Percent, over all of it: less is the step of a coarse sensor."""
DAYS_MAX = 1_000.0
"""More than that is no forecast but a guess."""
COLD_WEEKS = 4
NEW_JUMP, NEW_FROM = 25.0, 70.0
"""Percent: so much above its best of the last weeks, and as full as this, is another battery."""

CELL: tuple[tuple[float, float], ...] = (
    (2.1, 0.0),
    (2.4, 6.0),
    (2.7, 18.0),
    (2.9, 42.0),
    (3.0, 100.0),
)
"""Volts and percent of a lithium cell of 3 V at a light load: flat for most of its life, then a
cliff. Of a device that tells volts alone."""
CELL_VOLTS_MAX = 3.7
"""Other batteries are no such cell: what their volts mean is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """What is known of one battery since it was put in."""

    percent: float | None = None
    """As last told, or as its volts mean."""
    low: bool = False
    """The device itself says so."""
    best: tuple[float, ...] = ()
    """Percent, of one week after the other; the newest last. In one in which nothing was told it is
    as it was before."""
    week: int = 0
    """The number of the newest."""


NO_BATTERY = Battery()


def measured(before: Battery, event: BatteryMeasured, *, clock_known: bool = True) -> Battery:
    """What is known after a device has told its battery."""
    percent = percent_of(event)
    if percent is None:
        return replace(before, low=event.low)
    if is_new(before, percent):
        before = NO_BATTERY
    if not clock_known:
        return replace(before, percent=percent, low=event.low)
    # A clock that was set back does not open old weeks again.
    week = max(week_of(event.at), before.week)
    best = _until(before, week)
    best = (*best[:-1], max(percent, best[-1])) if best else (percent,)
    return Battery(percent=percent, low=event.low, best=best, week=week)


def percent_of(event: BatteryMeasured) -> float | None:
    """What was told, in percent; None where that is not known."""
    if event.percent is not None:
        return min(max(event.percent, 0.0), 100.0)
    if event.volts is None or not 0.0 < event.volts <= CELL_VOLTS_MAX:
        return None
    below = CELL[0]
    for point in CELL:
        if event.volts < point[0]:
            share = (event.volts - below[0]) / (point[0] - below[0]) if point != below else 0.0
            return below[1] + share * (point[1] - below[1])
        below = point
    return below[1]


def is_new(before: Battery, percent: float) -> bool:
    """Whether this can only be another battery; one that was cold has been as full not long ago."""
    best = max(before.best[-COLD_WEEKS:], default=before.percent)
    return best is not None and percent >= NEW_FROM and percent - best >= NEW_JUMP


def forecast_days(battery: Battery, at: datetime) -> float | None:
    """For how many days it lasts if it goes on as it did; None where nobody can tell."""
    week = max(week_of(at), battery.week)
    best = _until(battery, week)
    if len(best) < WEEKS_MIN or best[0] - best[-1] < LOSS_MIN:
        return None
    losses = ((a - b) / (j - i) for (i, a), (j, b) in combinations(enumerate(best), 2))
    loss = median(losses)
    if loss <= 0.0:
        return None
    # The best of a week is that of its beginning; the line goes through the middle of them all.
    last = len(best) - 1
    level = median(value - loss * (last - n) for n, value in enumerate(best))
    begin = datetime.combine(date.fromordinal(week * 7), time(), UTC)
    weeks = max(level / loss, 0.0) - max(at - begin, timedelta()) / timedelta(weeks=1)
    return min(max(weeks, 0.0) * 7, DAYS_MAX)


def _until(battery: Battery, week: int) -> tuple[float, ...]:
    """The weeks, with those up to this one in which nothing was told."""
    missing = min(week - battery.week, WEEKS_MAX)
    if not battery.best or missing <= 0:
        return battery.best
    level = battery.best[-1] if battery.percent is None else battery.percent
    return (*battery.best, *(level,) * missing)[-WEEKS_MAX:]


def week_of(at: date) -> int:
    """The number of a week."""
    return at.toordinal() // 7
