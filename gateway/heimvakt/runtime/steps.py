"""Notice that the wall clock was set, by the time that has passed on the clock of this boot.

A machine without a battery for its clock starts in the past and jumps when the network is there;
deadlines must neither all come at once nor wait for years because of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

STEP_MIN = timedelta(seconds=2)
"""Less is the slow correction of a clock that is kept in time."""


@dataclass(frozen=True, slots=True)
class ClockLine:
    """Where the wall clock stood at a moment of this boot."""

    at: datetime
    monotonic: float

    def expect(self, monotonic: float) -> datetime:
        """What it should show at another moment."""
        return self.at + timedelta(seconds=monotonic - self.monotonic)


def follow(line: ClockLine | None, seen: ClockLine) -> tuple[ClockLine, datetime | None]:
    """The newest of both, and what the clock should have shown if it was set in between."""
    if line is None:
        return seen, None
    if seen.monotonic < line.monotonic:
        return line, None  # handed over before something that overtook it
    expected = line.expect(seen.monotonic)
    return seen, expected if abs(seen.at - expected) >= STEP_MIN else None
