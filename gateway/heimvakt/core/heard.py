"""What comes back from receivers: answers to alarms, receipts, questions, orders."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .events import Feedback
from .month import Month


class Answer(StrEnum):
    """What a receiver says of an alarm."""

    RECEIVED = "received"
    """Its system has the alarm."""
    ACCEPTED = "accepted"
    """A person has it."""
    CLOSED = "closed"
    """That person is done with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """An answer at application level; only this makes an alarm delivered."""

    alarm_id: str
    answer: Answer
    receiver: str
    """The receiver's name in the configuration."""
    by: str
    """Who answered: a system, or an operator's pseudonymous id."""
    revision: int | None = None
    """Which revision of the alarm was answered; None: whatever was sent last."""
    outcome: Feedback = Feedback.UNKNOWN
    """What it turned out to be, where it is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReceipt:
    """A receiver has stored the reports of one batch."""

    receiver: str
    batch_id: str
    """As the batch was sent: only the answer for that very id counts."""
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthReceipt:
    """A receiver has stored the figures of a month."""

    receiver: str
    month: Month
    by: str


class Question(StrEnum):
    """What a receiver may ask."""

    OUTSTANDING = "outstanding"
    """Which alarms are open?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A receiver asks something."""

    receiver: str
    question: Question
    question_id: str
    """Goes back with the answer."""
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """Somebody orders something. Whether it is a receiver's own word its signature says."""

    receiver: str
    """Over whom it came."""
    path: str
    token: str
    """As it came; nothing of it is known yet."""


Heard = Acknowledgement | ReportReceipt | MonthReceipt | Asked | Ordered
"""What comes back from a receiver."""
