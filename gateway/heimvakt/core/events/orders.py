"""Orders from outside: what came, what was made of it, and the log of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .event import Event, event


class CommandResult(StrEnum):
    """How something that was to be done ended."""

    DONE = "done"
    """The device itself said so."""
    FAILED = "failed"
    REFUSED = "refused"
    """It was not tried; the reason says why."""
    TIMED_OUT = "timed-out"
    """Nobody knows whether it was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Where a signed change is to be fetched, and how it is known that it is the right one."""

    url: str
    sha256: str
    """Of the whole file, in hex."""
    size: int
    """Bytes."""


@event
class CommandReceived(Event):
    """An order came from somebody who may give some, or who says so. It is taken once."""

    order_id: str
    """Its own number, never used again (`jti`); empty: it could not be read."""
    verb: str
    role: str
    """Of the key that it is signed with: `operator`, `technician`, `fleet`; empty: of none."""
    by: str
    """Who gave it: a pseudonymous id."""
    receiver: str
    """Over whom it came, as the configuration names him."""
    issued_at: datetime | None = None
    expires_at: datetime | None = None
    device_id: str | None = None
    alarm_id: str | None = None
    """Why: the alarm that it is given for."""
    argument: str = ""
    """What else belongs to the verb: the mode, `on`, a dose."""
    lasting_s: float | None = None
    bundle: Bundle | None = None
    refused: str = ""
    """Why it is not to be obeyed, where that is known from the order alone."""


@event
class CommandCompleted(Event):
    """What a device was told to do, and how that went: one for each command that was given out."""

    command_id: str
    verb: str
    device_id: str | None = None
    result: CommandResult
    reason: str = ""


@event
class OrderRefused(Event):
    """An order was not obeyed (derived inside the engine)."""

    order_id: str
    code: str
    """Why: an `orders.Refusal`."""
    verb: str
    by: str
    receiver: str
    suspicious: bool
    """It looks as if somebody tried what he can do."""


@event
class SendTestOrdered(Event):
    """A test alarm was ordered (derived inside the engine)."""

    order_id: str
    priority: str
    by: str


@event
class AuditBroken(Event):
    """The audit log is not as it was written."""

    number: int
    """The first row that does not fit to the one before."""
    reason: str
