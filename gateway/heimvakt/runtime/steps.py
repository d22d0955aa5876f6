"""Notice that the wall clock was set, by the time that has passed on the clock of this boot.

A machine without a battery for its clock starts in the past and jumps when the network is there;
deadlines must neither all come at once nor wait for years because of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from heimvakt.core.events import ClockQuality, ClockQualityChanged, ClockStepped, Event
from heimvakt.core.times import BootClock

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


def known_line(clock: BootClock | None, boot_id: str) -> ClockLine | None:
    """The line that an earlier life of the gateway has left, if it was in this boot: the clock may
    have been set while nobody looked."""
    if clock is None or not clock.goes_on_in(boot_id):
        return None
    return ClockLine(clock.at, clock.monotonic)


def follow(line: ClockLine | None, seen: ClockLine) -> tuple[ClockLine, datetime | None]:
    """The newest of both, and what the clock should have shown if it was set in between."""
    if line is None:
        return seen, None
    if seen.monotonic < line.monotonic:
        return line, None  # handed over before something that overtook it
    expected = line.expect(seen.monotonic)
    return seen, expected if abs(seen.at - expected) >= STEP_MIN else None


def clock_facts(
    line: ClockLine | None,
    seen: ClockLine,
    quality: ClockQuality,
    known: BootClock | None,
    boot_id: str,
) -> tuple[ClockLine, list[Event]]:
    """The newest line, and what has become of the clock since what is known of it was told."""
    newest, expected = follow(line, seen)
    facts: list[Event] = []
    if expected is not None:
        facts.append(ClockStepped(before=expected, after=seen.at))
    goes_on = newest is seen and known is not None and known.goes_on_in(boot_id)
    if goes_on and known and known.quality is not quality:
        facts.append(ClockQualityChanged(before=known.quality, after=quality))
    return newest, facts
