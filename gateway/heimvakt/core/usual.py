"""How long something usually lasts in one home, by the hour in which it begins: learned, bounded.

Pure: values in, values out, no clock. What is noted is how long a quiet, or an absence, lasted that
began at an hour of the clock on the wall. Of each week the longest is kept, for each hour of a
working day, and of a Saturday or Sunday; of the last twelve weeks that were listened to, the
longest but one is what is usual, an hour earlier or later being no difference. The limit of a rule
is twice as long, within the floor and the ceiling of the home.

Why so. A mean and a deviation are moved by one bad day, and gaps between signs of life have a long
tail; an order statistic asks for no distribution. A week is the rhythm of a home (who comes when,
the bath, church), and its longest stands for some five days at once: the longest but one of twelve
is passed in one week of six or seven (2 of 13, if all weeks are alike). So there must be room above
it: with half as much again, generated lives gave twice as many false alarms as with twice as long.

Slow to widen. Of those who lie on the floor for more than an hour after a fall half do not live
another half year (Wild, BMJ 1981): what ended in an alarm must not make the next one late. One odd
week is the longest and counts for nothing; callers note no more than the limit that counted; and
what is usual grows by a quarter a week at most.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

WEEKS_MIN = 4
"""So many weeks must tell of an hour before anything is usual at it."""
WEEKS_MAX = 12
"""A season: what was usual in summer is forgotten by winter."""
ODD_WEEKS = 1
"""The longest of so many weeks count for nothing."""
ROOM = 2
"""How many times as long as usual the limit is."""
HOURS = 24
PLACES = 2 * HOURS
"""An hour of a working day, or of a Saturday or Sunday."""
MINUTE = timedelta(minutes=1)

Minutes = tuple[int, ...]
"""One number for each place; 0: nothing is known."""
_NONE: Minutes = (0,) * PLACES


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What was learned. It changes seldom: its row is written only then."""

    under: str = ""
    """What it was learned under: with other hours or other sensors it means nothing."""
    week: date | None = None
    """The Monday of the week that is not over."""
    days: int = 0
    """Of that week, a bit for each day on which something was noted."""
    longest: Minutes = ()
    """Of that week."""
    weeks: tuple[Minutes, ...] = ()
    """The longest of each week before it, the newest last."""
    known: Minutes = ()
    """What is usual, by all these weeks."""

    def at(self, place: int) -> timedelta | None:
        """What is usual there; None: not known yet."""
        return self.known[place] * MINUTE if self.known and self.known[place] else None


NOTHING_USUAL = Usual()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a home allows."""

    fixed: timedelta
    """The limit while nothing is known."""
    at_least: timedelta
    at_most: timedelta

    def limit(self, usual: timedelta | None) -> timedelta:
        """The limit where so much is usual."""
        if usual is None:
            return self.fixed
        return min(max(ROOM * usual, self.at_least), self.at_most)


def place_of(local: datetime) -> int:
    """The place of a local time."""
    return local.hour + (HOURS if local.weekday() >= 5 else 0)


def note(before: Usual, local: datetime, lasted: timedelta, *, days_min: int = 1) -> Usual:
    """With how long something had lasted at a local time.

    Args:
        before: what is known.
        local: on the clock on the wall; what is of an older week than the last that was noted is
            not learned from.
        lasted: at most the limit that counted then.
        days_min: a week in which it was noted on fewer days is forgotten: nobody was at home.
    """
    monday = local.date() - timedelta(days=local.weekday())
    if before.week is None:
        now = replace(before, week=monday, days=0, longest=_NONE)
    elif monday < before.week:
        return before
    else:
        now = before if monday == before.week else _turned(before, monday, days_min)
    place, minutes = place_of(local), int(lasted / MINUTE)
    days = now.days | 1 << local.weekday()
    if minutes <= now.longest[place]:
        return now if days == now.days else replace(now, days=days)
    longest = (*now.longest[:place], minutes, *now.longest[place + 1 :])
    return replace(now, days=days, longest=longest)


def without_week(before: Usual) -> Usual:
    """The clock was set, by weeks perhaps: the week that is not over is not known any more."""
    return before if before.week is None else replace(before, week=None, days=0, longest=())


def _turned(before: Usual, monday: date, days_min: int) -> Usual:
    weeks, known = before.weeks, before.known
    if before.days.bit_count() >= days_min:
        weeks = (*weeks, before.longest)[-WEEKS_MAX:]
        known = tuple(
            _slowly(_usual(weeks, place), was) for place, was in enumerate(known or _NONE)
        )
    return replace(before, week=monday, days=0, longest=_NONE, weeks=weeks, known=known)


def _slowly(usual: int, before: int) -> int:
    """By no more than a quarter, rounded up, longer than what was usual before."""
    return min(usual, -(-before * 5 // 4)) if before else usual


def _usual(weeks: tuple[Minutes, ...], place: int) -> int:
    """The longest but one of the weeks that tell of this hour, or of the one before or after."""
    kind, hour = divmod(place, HOURS)
    near = [kind * HOURS + (hour + by) % HOURS for by in (-1, 0, 1)]
    longest = sorted((max(week[each] for each in near) for week in weeks), reverse=True)
    told = [minutes for minutes in longest if minutes]
    return told[ODD_WEEKS] if len(told) >= WEEKS_MIN else 0
