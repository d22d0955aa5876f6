"""What is planned for certain days, in local time: which of it is over, and what is next.

Pure. Each day of a plan has each of its occasions once, also when the clock is set forward or back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOOKED_BACK = timedelta(hours=24)
"""What was to be longer ago nobody can do anything about: a clock that is set, or a box that was
off for days, must not tell all of it at once."""
_AHEAD = timedelta(days=8)
"""Every plan has a day in a week, and one that an hour is left out of is no exception."""


@dataclass(frozen=True, slots=True, order=True)
class Occasion:
    """One on one day."""

    ends_at: datetime
    """UTC, as `begins_at`. Of a moment both are the same."""
    begins_at: datetime
    key: str
    """Names it: the local day, and its time there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The same on some days of each week."""

    begin: time
    lasting: timedelta
    """By the clock on the wall; less than a day."""
    days: frozenset[int]
    """Of the week, on which it begins; 0 is Monday."""


def occasions(
    plans: Sequence[Plan], zone: ZoneInfo, after: datetime, until: datetime
) -> list[Occasion]:
    """Those that end after `after`, and at `until` or before, in order."""
    found = []
    for plan in plans:
        day = after.astimezone(zone).date() - timedelta(days=1)
        while day <= until.astimezone(zone).date():
            if day.weekday() in plan.days:
                wall = datetime.combine(day, plan.begin)
                begins_at = wall.replace(tzinfo=zone).astimezone(UTC)
                ends_at = (wall + plan.lasting).replace(tzinfo=zone).astimezone(UTC)
                if begins_at.astimezone(zone).replace(tzinfo=None) != wall:
                    # What begins in an hour that is left out begins after it, as long as ever.
                    ends_at = begins_at + plan.lasting
                if after < ends_at <= until:
                    found.append(Occasion(ends_at, begins_at, f"{day}T{plan.begin:%H:%M}"))
            day += timedelta(days=1)
    return sorted(found)


def next_end(plans: Sequence[Plan], zone: ZoneInfo, now: datetime) -> datetime:
    """When the next one ends."""
    return occasions(plans, zone, now, now + _AHEAD)[0].ends_at
