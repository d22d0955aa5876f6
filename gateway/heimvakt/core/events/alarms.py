"""What becomes of an alarm once it is raised."""

from __future__ import annotations

from enum import StrEnum

from .event import Event, event


class Feedback(StrEnum):
    """What an alarm turned out to be, as who dealt with it says."""

    TRUE = "true"
    """Somebody was needed."""
    FALSE = "false"
    """Nobody was."""
    TEST = "test"
    """Somebody tried it."""
    UNKNOWN = "unknown"
    """Nobody found out, or nobody has said."""


@event
class AlarmDelivered(Event):
    """A receiver's system answered for this alarm."""

    alarm_id: str
    receiver: str
    revision: int


@event
class AlarmSpared(Event):
    """A receiver was not told of this alarm, or of what became of it, after all: a person has it,
    and the receiver had not heard of it or knows that."""

    alarm_id: str
    receiver: str
    revision: int


@event
class AlarmAcknowledged(Event):
    """A person took the alarm."""

    alarm_id: str
    receiver: str
    by: str


@event
class AlarmClosed(Event):
    """A person is done with the alarm."""

    alarm_id: str
    receiver: str
    by: str
    outcome: Feedback = Feedback.UNKNOWN


@event
class AlarmUnanswered(Event):
    """An alarm was raised, and no receiver's system has it yet (derived inside the engine)."""

    alarm_id: str
    alarm_kind: str
    priority: str


@event
class AlarmAnswered(Event):
    """A receiver's system has it now, or it is over (derived inside the engine)."""

    alarm_id: str
