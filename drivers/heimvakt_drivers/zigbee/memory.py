"""What is remembered of one device between two frames.

PURE. It lives as long as the driver runs: after a restart the first state of everything is told
again, since nobody knows what happened meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

KeySeen: TypeAlias = tuple[int, int, int, int]
"""Endpoint, cluster, command and the device's number of the frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """All times are seconds on the clock of `Heard.at`."""

    active: bool | None = None
    """Open, occupied, moving or in danger, as last told; None before the first."""
    alarm_bits: int = 0
    """The alarm bits of a button's zone, as last heard."""
    active_at: float = float("-inf")
    """When it was last told to be active; for a button, last heard with an alarm bit."""
    tampered: bool | None = None
    battery_low: bool | None = None
    percent: float | None = None
    volts: float | None = None
    key: KeySeen | None = None
    """The last key of a remote that counted as a press."""
    key_at: float = float("-inf")
    link_at: float | None = None
    seen_at: float | None = None


NOTHING_YET = Memory()
