"""How a receiver behaves, and one message as it got it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Manners(StrEnum):
    """How it answers; all but the first are for tests."""

    GOOD = "good"
    NEVER = "never"
    TWICE = "twice"
    LATE = "late"
    """`received` comes after the delay too."""
    WRONG_ID = "wrong-id"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What the receiver does with an alarm."""

    manners: Manners = Manners.GOOD
    accept_after_s: float | None = 1.0
    """Seconds until an operator takes it; None: nobody does."""
    close_after_s: float | None = None
    """Seconds after that until the operator is done with it; None: stays open."""
    receipts: bool = True
    """Whether batches of reports are answered, in the same manners as alarms."""
    keep_events: bool = False
    """Whether the events of a batch stay in its message; their numbers are always kept."""
    system: str = "demo-centre"
    operator: str = "operator-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One message, as it came."""

    topic: str
    gateway_id: str
    kind: str
    """Level of the topic: `alarm`, `state`, `heartbeat`, `reports` or `outstanding`."""
    at: datetime
    """By the clock given; UTC."""
    monotonic: float
    """By the same clock's `monotonic()`, for measuring."""
    message: dict[str, Any]
    duplicate: bool
    """It came before, under the same source and id."""
    retained: bool
