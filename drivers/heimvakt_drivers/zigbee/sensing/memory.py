"""What is remembered of one device between two frames.

PURE. It lives as long as the driver runs: after a restart the first state of everything is told
again, since nobody knows what happened meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from .recognise import UNKNOWN, Recognised
from .scales import UNSCALED, Scales
from .signature import NOTHING_SAID, Signature

KeySeen: TypeAlias = tuple[int, int, int, int | None]
"""Endpoint, cluster, command and the device's number of the frame."""

LONG_AGO = float("-inf")


@dataclass(frozen=True, slots=True)
class Told:
    """A measurement as it was last told."""

    value: float
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """All times are seconds on the clock of `Heard.at`."""

    signature: Signature = NOTHING_SAID
    """What the device says of itself."""
    nature: Recognised = UNKNOWN
    """What it is by that."""
    active: bool | None = None
    """Open, occupied, moving, in use, locked or in danger, as last told; None before the first."""
    alarm_bits: int = 0
    """The alarm bits of a zone that calls for help, as last heard; of a detector while its test key
    is held."""
    active_at: float = LONG_AGO
    """When it was last told to be active; for a button, last heard with an alarm bit."""
    due_at: float | None = None
    """When something is to be told if nothing else is heard before; see `later`."""
    holds_s: float = 0.0
    """For how long a motion sensor keeps silent after a motion, as it says itself."""
    tampered: bool | None = None
    battery_low: bool | None = None
    percent: float | None = None
    volts: float | None = None
    in_halves: bool = False
    """It has told a percentage that can only be of halves."""
    key: KeySeen | None = None
    """The last key of a remote that counted as a press."""
    key_at: float = LONG_AGO
    key_is_down: bool = False
    """It has told that it was pressed and not yet that it was let go."""
    jammed: bool = False
    """The bolt of a lock, as last told."""
    lock_by_known: bool = False
    """Who moved the bolt was told with it."""
    scales: Scales = UNSCALED
    celsius: Told | None = None
    humidity: Told | None = None
    lux: Told | None = None
    link_at: float | None = None
    seen_at: float | None = None


NOTHING_YET = Memory()
