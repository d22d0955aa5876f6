"""The port of the store: what is written in one transaction, and what a start finds again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from .alarms import Alarm
from .audit import Entry
from .audit_chain import Row
from .codec import Json
from .events import URGENT, Event
from .reports import ReportClass

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


@dataclass(frozen=True, slots=True)
class Stored:
    """An event as it stands in the journal."""

    seq: int
    body: str
    """JSON, as it was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Records that were erased because there was no room, before every receiver had them."""

    drop_id: int
    """Its place in the list of drops that no event has told yet."""
    what: str
    """`telemetry`, `information` or `low`."""
    count: int
    first: int
    """The lowest number among them."""
    last: int
    reason: str
    """`bytes`, `rows`, `age` or `disk`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How full the store is."""

    bytes_used: int
    bytes_max: int
    rows: int
    rows_max: int
    reserve_bytes: int
    """Of what only alarms may use, as much is still there."""
    disk_free_bytes: int
    full: bool
    """What is no alarm is not taken now."""
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Since the database was made, by what was dropped."""


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
    audit: list[Entry] = field(default_factory=list)
    """What the audit log is told, in order."""
    owed: bool = False
    """What was told from memory hangs on it: it may use the reserve, whatever it is."""


def is_urgent(transaction: Transaction) -> bool:
    """Whether it may use the reserve: an alarm or what one comes from, what becomes of it, and what
    only writes over what is there, such as the mark of life."""
    if transaction.owed or not transaction.events:
        return True
    if transaction.alarms or transaction.outbox or transaction.answered:
        return True
    if transaction.audit:
        return True  # a door is opened also while the disk is full, and that is written down
    return any(isinstance(event, URGENT) for event in transaction.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A database that was found damaged, or of a newer version without a way back."""

    reason: str
    set_aside: str
    saved: str
    newer: bool = False


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


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some rows of the audit log."""

    rows: tuple[Row, ...]
    last: int
    """The highest number that was ever given; 0 before the first."""


class AuditLog(Protocol):
    """What can be read of the audit log."""

    async def audit(self, after: int, limit: int) -> AuditPage:
        """The rows behind number `after`, oldest first.

        Raises:
            StoreUnavailable: it cannot be read.
        """


class StoreUnavailable(Exception):
    """The store cannot take or give anything: its file, its disk or its rights are at fault."""


class StoreFull(StoreUnavailable):
    """There is no room for this, also after all that may be erased was; an alarm still fits."""


class Store(Protocol):
    """Killed at any moment, what `transact` returned for is there, and all of it or none."""

    async def transact(self, transaction: Transaction) -> None:
        """Make it durable; returns after the flush.

        When there is no room, what may be lost is erased: telemetry, information, low. A
        transaction with an alarm uses the reserve before that, so that it does not wait.

        Raises:
            StoreFull: there is no room for it; nothing of it was written.
            StoreUnavailable: nothing of it was written; the same may be tried again.
        """

    async def waiting(self, receiver: str, limit: int) -> Sequence[Waiting]:
        """What a receiver has not answered for: most urgent first, then oldest."""

    async def newest_high(self, receiver: str, limit: int) -> Sequence[Waiting]:
        """Of the high alarms that a receiver has not answered for those that were raised last."""

    async def waits_for(self, receiver: str, alarm_id: str) -> int | None:
        """The revision that waits for this receiver's answer; None if none does."""

    async def count_waiting(self) -> Mapping[str, int]:
        """How many wait, by receiver."""

    async def oldest_waiting(self) -> datetime | None:
        """When the alarm was raised that has waited longest for any receiver."""

    async def alarm(self, alarm_id: str) -> Alarm | None:
        """The alarm as it is now."""

    async def alarms(self, limit: int) -> Sequence[Alarm]:
        """The newest alarms, newest first."""

    async def reports(
        self, receiver: str, of: ReportClass, after: int, *, rows_max: int, bytes_max: int
    ) -> Sequence[Stored]:
        """Events of a class with numbers above `after` and above what this receiver has answered
        for, oldest first; at least one if there is one, however long.

        A receiver that is new begins at the oldest that is kept and that was wanted by somebody
        when it was written.
        """

    async def reported(self, receiver: str, of: ReportClass, through: int) -> None:
        """This receiver has answered for every report of the class up to this number.

        Need not be durable at once: what is forgotten by a power cut is only sent again.
        """

    async def count_reports(self, receiver: str, of: ReportClass) -> int:
        """How many wait for this receiver."""

    async def tell_drops(self) -> Sequence[Dropped]:
        """Drops that no event has told yet. A transaction with `RecordsDropped` of the same
        `drop_id` takes them off the list."""

    async def room(self) -> Room:
        """How full it is."""

    async def keep_house(self, now: datetime, *, clock_is_set: bool) -> bool:
        """A small piece of what is done when there is time: erase events of more than the days that
        the home keeps, give free pages back, fill the reserve again. Never longer than 50 ms, and
        nothing by age while the clock is not known to be set. Call it every second, and again at
        once as long as it returns True (there was something to do) and the inbox is empty."""
