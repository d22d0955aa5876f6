"""By how many weeks the times of an export move: whole ones, so that Monday stays Monday, and such
that the clock of the home was set at the same moments, so that 2 at night stays 2 at night.

What stays to be seen: the hour, the day of the week, whether it was summer time, and, where a clock
change is in it, how far before or after that it was.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

WEEKS = (*range(52, 1041), 1461)
"""One to twenty years back, and the 28 after which every date has its day of the week again. Never
forward: a time that is still to come would be taken for a clock that is wrong."""
STEP = timedelta(minutes=30)
"""Clocks are set at whole or half hours of UTC."""


class NoWeeks(ValueError):
    """No move leaves the clock of the home as it was."""


def weeks_back(first: datetime, last: datetime, zone: ZoneInfo, seed: int) -> timedelta:
    """One of the moves that fit, by the seed.

    Raises:
        NoWeeks: none does: it is too long, or the zone has changed its ways.
    """
    begin = first.replace(minute=0, second=0, microsecond=0)
    moments = [begin + STEP * n for n in range((last - begin) // STEP + 2)]
    offsets = [moment.astimezone(zone).utcoffset() for moment in moments]
    candidates = list(WEEKS)
    random.Random(seed).shuffle(candidates)
    for weeks in candidates:
        by = timedelta(weeks=-weeks)
        if all(
            (moment + by).astimezone(zone).utcoffset() == offset
            for moment, offset in zip(moments, offsets, strict=True)
        ):
            return by
    raise NoWeeks(f"no move by whole weeks keeps the clock changes of {zone.key}")
