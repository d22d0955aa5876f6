"""When which dose is due: a plan in local time, and the moments that come of it.

Pure. Each day of the plan has each of its doses exactly once, also when the clock is set forward
or back: an hour that is left out is made up after it, of an hour that comes twice the first counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(7))
WINDOW_MIN, WINDOW_MAX = timedelta(minutes=5), timedelta(hours=5)
"""What dispensers can be set to."""
A_DAY_MAX = 28
"""Doses; the largest dispensers have so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DosePlan:
    """One dose of the day."""

    at: time
    """Local time."""
    window: timedelta
    """How long it may be taken; then it is locked away."""
    days: frozenset[int] = EVERY_DAY
    """Days of the week, 0 is Monday."""


@dataclass(frozen=True, slots=True, order=True)
class Dose:
    """One dose of one day. A dispenser has at most one for each moment."""

    at: datetime
    """When it is offered, UTC: that is what it is known by."""
    closes_at: datetime

    @property
    def half_way(self) -> datetime:
        """When somebody is reminded that it is still there (promise 20)."""
        return self.at + (self.closes_at - self.at) / 2


def doses(
    plans: Iterable[DosePlan], zone: ZoneInfo, since: datetime, until: datetime
) -> Iterator[Dose]:
    """Those that are offered from `since` on and before `until`, in order."""
    found: set[Dose] = set()
    for plan in plans:
        day = since.astimezone(zone).date() - timedelta(days=1)
        while day <= until.astimezone(zone).date():
            if day.weekday() in plan.days:
                wall = datetime.combine(day, plan.at)
                at = wall.replace(tzinfo=zone).astimezone(UTC)
                if since <= at < until:
                    found.add(Dose(at, at + plan.window))
            day += timedelta(days=1)
    yield from sorted(found)
