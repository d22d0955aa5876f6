"""An alarm and its life: every allowed move stands in `MOVES`, all else is refused.

Delivery and the condition are two things: an alarm whose condition went away before anyone heard of
it is still delivered, so `reset` and `cancelled` alarms can be delivered and change nothing by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from .chain import Chain, Told
from .changed import replace
from .events import ClockQuality, DeviceEvent, Event, Feedback
from .words import Words


class Priority(StrEnum):
    """How soon a person must look; the order of the outbox."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFORMATION = "information"

    @cached_property
    def rank(self) -> int:
        """0 is the most urgent."""
        return list(Priority).index(self)


THINNED = (Priority.LOW, Priority.INFORMATION)
"""What may be let go before anybody has received it, where there is far too much of it."""


class AlarmState(StrEnum):
    """Where an alarm is in its life."""

    PENDING = "pending"
    RAISED = "raised"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    RESET = "reset"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"
    """Kept back while the home is set to a mode that lists it."""

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something about it, or may have to."""
        return self in (self.RAISED, self.DELIVERED, self.ACCEPTED) or self.is_untold

    @property
    def is_untold(self) -> bool:
        """Whether it may still come to nothing: no receiver has heard of it."""
        return self in (self.PENDING, self.SUPPRESSED)


class Move(StrEnum):
    """What can happen to an alarm."""

    CONFIRM = "confirm"
    """The time to cancel a pre-alarm is over."""
    DELIVER = "deliver"
    ACCEPT = "accept"
    CLOSE = "close"
    CANCEL = "cancel"
    RESET = "reset"
    SUPPRESS = "suppress"
    """A mode keeps it back."""
    RELEASE = "release"
    """No mode keeps it back any more, and it still is so."""
    EXPIRE = "expire"
    """There are so many newer ones that the gateway keeps it in mind no longer."""


_S = AlarmState
MOVES: dict[tuple[AlarmState, Move], AlarmState] = {
    (_S.PENDING, Move.CONFIRM): _S.RAISED,
    (_S.PENDING, Move.CANCEL): _S.CANCELLED,
    (_S.PENDING, Move.SUPPRESS): _S.SUPPRESSED,
    (_S.SUPPRESSED, Move.RELEASE): _S.RAISED,
    (_S.SUPPRESSED, Move.CANCEL): _S.CANCELLED,
    (_S.SUPPRESSED, Move.RESET): _S.RESET,
    (_S.RAISED, Move.DELIVER): _S.DELIVERED,
    (_S.RAISED, Move.ACCEPT): _S.ACCEPTED,  # the answer of the system came late or never
    (_S.RAISED, Move.CLOSE): _S.CLOSED,
    (_S.RAISED, Move.CANCEL): _S.CANCELLED,
    (_S.RAISED, Move.RESET): _S.RESET,
    (_S.RAISED, Move.EXPIRE): _S.EXPIRED,  # never a high or medium one: see `may_expire`
    (_S.DELIVERED, Move.DELIVER): _S.DELIVERED,  # a second receiver, or the same one again
    (_S.DELIVERED, Move.ACCEPT): _S.ACCEPTED,
    (_S.DELIVERED, Move.CLOSE): _S.CLOSED,
    (_S.DELIVERED, Move.CANCEL): _S.CANCELLED,
    (_S.DELIVERED, Move.RESET): _S.RESET,
    (_S.DELIVERED, Move.EXPIRE): _S.EXPIRED,  # never a high one: see `may_expire`
    (_S.ACCEPTED, Move.DELIVER): _S.ACCEPTED,
    (_S.ACCEPTED, Move.ACCEPT): _S.ACCEPTED,  # another person takes it too
    (_S.ACCEPTED, Move.CLOSE): _S.CLOSED,
    (_S.ACCEPTED, Move.CANCEL): _S.CANCELLED,
    (_S.ACCEPTED, Move.RESET): _S.RESET,
    (_S.ACCEPTED, Move.EXPIRE): _S.EXPIRED,
    (_S.CLOSED, Move.DELIVER): _S.CLOSED,
    (_S.CANCELLED, Move.DELIVER): _S.CANCELLED,
    (_S.CANCELLED, Move.ACCEPT): _S.CANCELLED,
    (_S.CANCELLED, Move.CLOSE): _S.CLOSED,
    (_S.RESET, Move.DELIVER): _S.RESET,
    (_S.RESET, Move.ACCEPT): _S.RESET,
    (_S.RESET, Move.CLOSE): _S.CLOSED,
    (_S.EXPIRED, Move.DELIVER): _S.EXPIRED,
    (_S.EXPIRED, Move.CLOSE): _S.CLOSED,
}


class MoveRefused(ValueError):
    """The life of an alarm has no such move; the alarm is unchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One of the events that made an alarm, as it is told to people."""

    seq: int
    at: datetime
    kind: str
    device_id: str | None = None
    clock: ClockQuality | None = None
    """How far `at` can be trusted; None in what was stored before this was known."""

    @classmethod
    def of(cls, event: Event) -> Evidence:
        """The part of an event that is evidence."""
        stamp = event.stamp
        return cls(
            seq=stamp.seq,
            at=stamp.at,
            kind=event.kind,
            device_id=event.device_id if isinstance(event, DeviceEvent) else None,
            clock=stamp.clock,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One move that was made. A person who accepts what has ended is in the history too."""

    state: AlarmState
    at: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What a rule found, and what has become of it."""

    alarm_id: str
    number: int
    kind: str
    priority: Priority
    began_at: datetime
    raised_at: datetime
    clock: ClockQuality
    rule_id: str
    rule_version: int
    key: str
    """Which of the rule's conditions this is; one open alarm for each."""
    text: Words
    device_id: str | None = None
    room: str | None = None
    evidence: tuple[Evidence, ...] = ()
    thresholds: tuple[tuple[str, str], ...] = ()
    state: AlarmState = AlarmState.PENDING
    history: tuple[Step, ...] = ()
    delivered_at: datetime | None = None
    accepted_by: str | None = None
    revision: int = 0
    """Grows with each change that receivers must hear of; the id never changes."""
    clock_offset_s: float | None = None
    """Became known later: to be added to every time in it that was taken while the clock was
    unknown (`raised_at` if `clock` is, evidence if its own is); the times stay as they were."""
    chain: Chain = ()
    """Who is told of it, in order; taken from the routes when it is confirmed."""
    place: int = 0
    """How far it has gone along its chain: see `chain`."""
    told: tuple[Told, ...] = ()
    """Everyone who was told of it, in order."""
    test: bool = False
    """A technician is at work, and it was raised meanwhile: nobody need come."""
    outcome: Feedback = Feedback.UNKNOWN
    """What it turned out to be, as who closed it has said."""

    @property
    def was_raised(self) -> bool:
        """Whether receivers were ever to hear of it."""
        return any(step.state is AlarmState.RAISED for step in self.history)

    @property
    def is_unreceived(self) -> bool:
        """Whether receivers are to hear of it and the system of none has answered."""
        return self.delivered_at is None and self.was_raised

    @property
    def needs_somebody(self) -> bool:
        """Whether it goes on along its chain: raised, and neither accepted nor ended."""
        return self.state in (AlarmState.RAISED, AlarmState.DELIVERED)


def has_ended(alarm: Alarm) -> bool:
    """Whether nobody need hear of it any more: ended, and received if it ever was to be."""
    return not (alarm.state.is_open or alarm.is_unreceived)


def is_over(alarm: Alarm) -> bool:
    """Whether nothing more can come of it. One that was cancelled or reset may still be accepted
    and closed by a person who has seen it."""
    match alarm.state:
        case AlarmState.EXPIRED:
            return True
        case AlarmState.CANCELLED | AlarmState.RESET:
            return not alarm.was_raised
        case _:
            return has_ended(alarm)


def may_expire(alarm: Alarm) -> bool:
    """Whether policy may end it: somebody has received it, and a high one was accepted as well; of
    what nobody has received only what may be thinned."""
    if (alarm.state, Move.EXPIRE) not in MOVES:
        return False
    if alarm.delivered_at is None:
        return alarm.state is AlarmState.RAISED and alarm.priority in THINNED
    return alarm.state is AlarmState.ACCEPTED or alarm.priority is not Priority.HIGH


def move(alarm: Alarm, what: Move, *, at: datetime, by: str | None = None) -> Alarm:
    """The alarm after a move.

    Raises:
        MoveRefused: the table has no such move.
    """
    after = MOVES.get((alarm.state, what))
    if after is None:
        raise MoveRefused(f"{alarm.alarm_id} is {alarm.state} and cannot {what}")
    changes: dict[str, Any] = {"state": after}
    if after is not alarm.state:
        changes["history"] = (*alarm.history, Step(state=after, at=at, by=by))
    match what:
        case Move.DELIVER:
            told = [_answered(one, at) if one.receiver == by else one for one in alarm.told]
            changes |= {"told": tuple(told), "delivered_at": alarm.delivered_at or at}
        case Move.ACCEPT if alarm.accepted_by is None:
            changes["accepted_by"] = by
            if after is not AlarmState.ACCEPTED:
                late = Step(state=AlarmState.ACCEPTED, at=at, by=by)
                changes["history"] = (*alarm.history, late)
        case Move.CANCEL | Move.RESET if not alarm.state.is_untold:
            changes["revision"] = alarm.revision + 1
        case _:
            pass
    return replace(alarm, **changes)


def _answered(told: Told, at: datetime) -> Told:
    return told if told.answered_at else replace(told, answered_at=at)
