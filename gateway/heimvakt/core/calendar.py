"""Stretches of the day in local time: over midnight and over daylight saving."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo


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

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"
