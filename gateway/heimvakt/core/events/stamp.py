"""When a fact was taken, and how far the clock could be trusted then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class ClockQuality(StrEnum):
    """How far the wall clock can be trusted when an event was stamped."""

    SYNCHRONISED = "synchronised"
    HOLDOVER = "holdover"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """When an event was taken: order comes from `seq` alone, never from a clock."""

    seq: int
    at: datetime
    """UTC."""
    monotonic: float
    """Seconds on the clock of this boot."""
    boot_id: str
    clock: ClockQuality


NOT_STAMPED = Stamp(
    seq=0,
    at=datetime(1, 1, 1, tzinfo=UTC),
    monotonic=0.0,
    boot_id="",
    clock=ClockQuality.UNKNOWN,
)
