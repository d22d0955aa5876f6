"""What comes out of a conversation with a dispenser, for the shell to tell. Pure values."""

from __future__ import annotations

from dataclasses import dataclass

from .orders import Order
from .payload import Answer, LogEntry, Status


@dataclass(frozen=True, slots=True)
class Reached:
    """The device said something, and it was surely this device."""


@dataclass(frozen=True, slots=True)
class Lost:
    """There is no contact any more."""

    reason: str


@dataclass(frozen=True, slots=True)
class Synced:
    """There is contact, and all that happened meanwhile has been told."""


@dataclass(frozen=True, slots=True)
class AllTold:
    """Its log is empty; only for the conversation itself."""


@dataclass(frozen=True, slots=True)
class Told:
    """A record of its log, to be stored and then acknowledged by `Agenda.took`."""

    entry: LogEntry


@dataclass(frozen=True, slots=True)
class Completed:
    """What came of an order; no answer: nobody will ever know."""

    order: Order
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class PlanRefused:
    """It does not take the plan; it is not sent again before the next session."""


Fact = Reached | Lost | Synced | AllTold | Told | Completed | PlanRefused | Status
