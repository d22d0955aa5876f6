"""How long it may be quiet in the hours of the day, and how long that usually is there: learned.

A quiet counts within the hours of one day: from its begin, or from the begin of the next day's
hours where it began outside of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from heimvakt.core.calendar import Window
from heimvakt.core.events import ClockQuality, Event
from heimvakt.core.usual import Usual, note

from .learning import Learning, Lesson, Taught

MOMENT = timedelta(microseconds=1)
"""The end of a window is not in it; what ends with it is."""
LOOK_DAYS = 3
"""Windows that are looked at for a long enough one; a change of the hour makes one shorter."""
FLOOR = timedelta(hours=3)
"""Of what is learned, where the home says nothing. A nap, and a book after it, are no alarm: with
two hours generated lives gave three times as many false ones (docs/learning.md)."""
WORTH_NOTING = timedelta(minutes=15)
"""A shorter quiet moves no limit."""
DAYS_MIN = 5
"""Of a week that is learned from."""


def counted_from(window: Window, since: datetime) -> tuple[date, datetime]:
    """The day whose hours count for a quiet since `since`, and from when on."""
    if window.contains(since):
        return window.day_of(since), since
    day = window.day_of(since) + timedelta(days=1)
    return day, window.moment(day, timedelta())


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiets(Learning):
    """How long it is quiet."""

    def due(self, known: Usual, since: datetime) -> datetime:
        """When it has been quiet for too long, if nothing is heard after `since`."""
        window = self.window
        day, begin = counted_from(window, since)
        limit = self.limit(known, begin)
        for _ in range(LOOK_DAYS):
            last = begin + limit - MOMENT
            if window.contains(last) and window.day_of(last) == day:
                break
            day += timedelta(days=1)
            begin = window.moment(day, timedelta())
            limit = self.limit(known, begin)
        return begin + limit

    def learned(self, state: Taught, since: datetime | None, event: Event) -> Usual:
        """What is usual with a quiet that was over at `event`; None: there was none."""
        known, window = state.usual, self.window
        if since is None or state.lesson is not Lesson.YES or event.at - since < WORTH_NOTING:
            return known
        day, begin = counted_from(window, since)
        lasted = min(event.at, window.moment(day, window.length)) - begin
        if lasted < WORTH_NOTING or event.stamp.clock is ClockQuality.UNKNOWN:
            return known
        lasted = min(lasted, self.limit(known, begin))
        return note(known, begin.astimezone(window.zone), lasted, days_min=DAYS_MIN)
