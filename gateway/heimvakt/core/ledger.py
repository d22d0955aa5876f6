"""The port of the store: what is written in one transaction, and what a start finds again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from .alarms import Alarm
from .codec import Json
from .events import Event

ALIVE = "alive:gateway"
"""The row of the state in which the pipeline marks that it lives; no matter of the engine."""

COUNTER = "counter:alarms"
"""The row of the state with the number of the last alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An alarm that a receiver has not answered for."""

    receiver: str
    alarm_id: str
    urgency: int
    """Rank of the priority; 0 goes first."""
    number: int
    """The alarm's own number: age, whatever the clock said."""
    revision: int


@dataclass(slots=True)
class Transaction:
    """All that becomes durable together."""

    events: list[Event] = field(default_factory=list)
    state: dict[str, Json | None] = field(default_factory=dict)
    """Changed parts of the state; None erases one."""
    alarms: dict[str, Alarm] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)
    """Those of `alarms` that the engine has no more to do with."""
    outbox: dict[tuple[str, str], Waiting] = field(default_factory=dict)
    """By receiver and alarm: a newer revision takes the place of an older one."""
    answered: list[tuple[str, str, int]] = field(default_factory=list)
    """Receiver, alarm and revision that were answered for: no longer waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A database that was found damaged."""

    reason: str
    set_aside: str
    saved: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a start finds."""

    state: Mapping[str, Json]
    alarms: Sequence[Alarm]
    """Those that the engine still has to do with."""
    last_seq: int
    """No number up to this one may be used again, for events or alarms."""
    last_alive: datetime | None
    fault: Fault | None = None


class StoreUnavailable(Exception):
    """The store cannot take or give anything: its file, its disk or its rights are at fault."""


class Store(Protocol):
    """Killed at any moment, what `transact` returned for is there, and all of it or none."""

    async def transact(self, transaction: Transaction) -> None:
        """Make it durable; returns after the flush.

        Raises:
            StoreUnavailable: nothing of it was written; the same may be tried again.
        """

    async def waiting(self, receiver: str, limit: int) -> Sequence[Waiting]:
        """What a receiver has not answered for: most urgent first, then oldest."""

    async def waits_for(self, receiver: str, alarm_id: str) -> int | None:
        """The revision that waits for this receiver's answer; None if none does."""

    async def count_waiting(self) -> Mapping[str, int]:
        """How many wait, by receiver."""

    async def alarm(self, alarm_id: str) -> Alarm | None:
        """The alarm as it is now."""

    async def alarms(self, limit: int) -> Sequence[Alarm]:
        """The newest alarms, newest first."""
