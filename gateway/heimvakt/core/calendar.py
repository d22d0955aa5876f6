"""Stretches of the day in local time: over midnight and over daylight saving."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from .events import ClockQuality, Stamp


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of every day in local time. It may cross midnight; the end is not in it.

    A window is a matter of what the clock on the wall shows: in the night when the hour from two to
    three comes twice, both are in `23:00-06:00`, and the night is an hour longer.
    """

    begin: time
    end: time
    zone: ZoneInfo

    def contains(self, at: datetime) -> bool:
        """Whether the wall clock of the home stands inside the window."""
        local = at.astimezone(self.zone).time()
        if self.begin <= self.end:
            return self.begin <= local < self.end
        return local >= self.begin or local < self.end

    def day_of(self, at: datetime) -> date:
        """The local day on which the window began that holds `at`, or that began last before it."""
        local = at.astimezone(self.zone)
        return local.date() if local.time() >= self.begin else local.date() - timedelta(days=1)

    def moment(self, day: date, into: timedelta) -> datetime:
        """So far into the window that begins on `day`, UTC.

        By the clock on the wall: an hour that is left out is made up after it, and of an hour that
        comes twice the first is taken. So every day has exactly one.
        """
        wall = datetime.combine(day, self.begin) + into
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

    def next_once(
        self, into: timedelta, now: datetime, *, done: Collection[date]
    ) -> tuple[date, datetime]:
        """When something is next that is done once a day, so far into the window, and its day.

        At once if the moment of today was missed and the window is still open.
        """
        day = today = self.day_of(now)
        while True:
            if day not in done:
                if (at := self.moment(day, into)) >= now:
                    return day, at
                if day == today and self.contains(now):
                    return day, now
            day += timedelta(days=1)

    def next_in(self, at: datetime) -> datetime:
        """When the clock on the wall, which stands outside at `at`, comes to stand inside next.

        In the night in which an hour comes twice it may do so twice, and in the one in which an
        hour is left out in the middle of the window.
        """
        today = self.day_of(at)
        days = [
            datetime.combine(today + timedelta(days=n), self.begin, self.zone) for n in range(3)
        ]
        moments = [day.replace(fold=fold).astimezone(UTC) for day in days for fold in (0, 1)]
        if (change := _change(self.zone, at.astimezone(UTC), moments[-1])) is not None:
            moments.append(change)
        return min(each for each in moments if each > at and self.contains(each))

    @property
    def length(self) -> timedelta:
        """How long it is on a day without a change of the hour."""
        day = date(2000, 1, 1)
        length = datetime.combine(day, self.end) - datetime.combine(day, self.begin)
        return length if length > timedelta() else length + timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"


def _change(zone: ZoneInfo, after: datetime, until: datetime) -> datetime | None:
    """When the clock on the wall is set between two moments, some days apart; None: it is not."""

    def offset(at: datetime) -> timedelta | None:
        return at.astimezone(zone).utcoffset()

    low, high = after, until
    if offset(low) == offset(high):
        return None
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
    return high.replace(microsecond=0)  # clocks are set on the second


class UnknownClock(StrEnum):
    """What time of day it is held to be while nobody knows it."""

    NIGHT = "night"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Night:
    """What a rule calls night: a window, and what is meant where the clock cannot tell."""

    window: Window
    unknown_clock: UnknownClock

    def holds(self, stamp: Stamp) -> bool:
        """Whether something happened at night."""
        if stamp.clock is ClockQuality.UNKNOWN:
            return self.unknown_clock is UnknownClock.NIGHT
        return self.window.contains(stamp.at)

    def last(self, long: timedelta) -> Night:
        """Its end, of so long; what happens while nobody knows the time is not in it."""
        window = self.window
        end = datetime.combine(date(2000, 1, 2), window.end)
        begin = (end - long).time() if long < window.length else window.begin
        return Night(replace(window, begin=begin), UnknownClock.DAY)
