"""How far the wall clock can be trusted, from what the machine says of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .events import ClockQuality

BUILT = datetime(2026, 11, 1, tzinfo=UTC)
"""No true time is before the software was made."""
LEFT_ITS_LINE = timedelta(minutes=2)
"""Within a boot the wall clock and the time since boot go by the same quartz: who finds them so far
apart finds a clock that was set. Less is the second that a real-time clock counts in, and leaps."""
DRIFT_PPM = 100
"""Twice the 50 parts per million that the quartz of small boards is sold with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFacts:
    """What is known of the wall clock at one moment."""

    now: datetime
    synchronised: bool
    """The system says that the network keeps it in time."""
    expected: datetime | None
    """What it should show by the last moment of this boot at which it was known to be right: kept
    by the network, or taken from a real-time clock at the start. None: there was no such moment."""
    floor: datetime
    """The newest time that the journal knew at the start."""


def quality(facts: ClockFacts) -> ClockQuality:
    """How far `facts.now` can be trusted."""
    if facts.now < BUILT:
        return ClockQuality.UNKNOWN
    if facts.synchronised:
        return ClockQuality.SYNCHRONISED
    if facts.expected is None or facts.now < facts.floor:
        return ClockQuality.UNKNOWN
    has_left = abs(facts.now - facts.expected) > LEFT_ITS_LINE
    return ClockQuality.UNKNOWN if has_left else ClockQuality.HOLDOVER


def drift(since: timedelta) -> timedelta:
    """How wrong a clock may be that nobody has corrected for so long."""
    return since * DRIFT_PPM / 1_000_000
