"""What is erased when there is no room, and in which order.

First what nobody waits for: reports that every receiver has, events that are no reports, alarms
that are over. Then what somebody waits for and can do without: telemetry, information, and the rows
of the outbox for alarms of the two lowest priorities; such an alarm itself stays as it is. Never a
high or medium alarm that somebody has not received, and never the state. The newest event and the
newest alarm stay as well, since numbers go on from them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from heimvakt.core.alarms import Priority
from heimvakt.core.ledger import Transaction
from heimvakt.core.reports import ReportClass

from .drops import Drops
from .reports import END, Places
from .room import FileRoom, is_full
from .sql import transaction_on

CHUNK = 256
"""Rows in one transaction: some 80 KiB of events, erased in a few milliseconds."""
HISTORY = "history"
"""What is counted as erased early though nobody waited for it."""


@dataclass(frozen=True, slots=True)
class _Step:
    what: str
    is_waited_for: bool
    select: str
    """The oldest of what can go; of each its key, which ends in its number."""
    values: tuple[int, ...]
    erase: str
    """The statement that erases one by its key."""


class Thinner:
    """Erases one piece after the other."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        room: FileRoom,
        places: Places,
        drops: Drops,
        rows_max: int,
    ) -> None:
        self._connection = connection
        self._room = room
        self._places = places
        self._drops = drops
        self._rows_max = rows_max
        self._history_from = 0
        """Below it there is no event that is no report; what is new is above it."""
        self._may_be_over = True
        """Whether there may be an alarm that nobody needs; to look at all of them takes 0.1 s."""
        (self.rows,) = connection.execute("SELECT count(*) FROM journal").fetchone()
        """Of the journal."""

    def wrote(self, transaction: Transaction) -> None:
        """This was committed."""
        self.rows += len(transaction.events)
        self._may_be_over |= bool(transaction.over or transaction.answered)

    def thin(self, *, low: bool) -> bool:
        """Erase a piece of the first kind that there is some of; False if nothing is left, or if
        not even that can be written. Rows of low alarms go for other alarms only."""
        reason = "bytes" if self._room.is_at_its_limit else "disk"
        try:
            needless = chain(self._needless_events(), self._needless_alarms())
            return self._first_of(chain(needless, _UNREPORTED, _LOW if low else ()), reason)
        except sqlite3.Error as error:
            if not is_full(error):
                raise
            return False

    def keep_rows(self, coming: int) -> None:
        """Erase events until so many more are not too many."""
        while self.rows + coming > self._rows_max and self._first_of(
            chain(self._needless_events(), _UNREPORTED), "rows"
        ):
            pass

    def _first_of(self, steps: Iterable[_Step], reason: str) -> bool:
        return any(self._do(step, reason) for step in steps)

    def _do(self, step: _Step, reason: str) -> bool:
        with transaction_on(self._connection):
            gone = self._connection.execute(step.select, (*step.values, CHUNK)).fetchall()
            if gone:
                self._connection.executemany(step.erase, gone)
                self._drops.count(step.what, len(gone))
            if gone and step.is_waited_for:
                self._drops.note(step.what, [key[-1] for key in gone], reason)
        if step.erase == _EVENT:
            self.rows -= len(gone)
        if gone and step.select == _NO_REPORTS:
            self._history_from = gone[0][0]
        return bool(gone)

    def _needless_events(self) -> Iterator[_Step]:
        for of in _CLASSES:
            had = self._places.had_by_all(of)
            yield _Step(HISTORY, False, _REPORTS, (of.rank, had), _EVENT)
        yield _Step(HISTORY, False, _NO_REPORTS, (self._history_from,), _EVENT)
        # Asked for one more step: this one had nothing.
        (newest,) = self._connection.execute("SELECT max(seq) FROM journal").fetchone()
        self._history_from = newest or 0

    def _needless_alarms(self) -> Iterator[_Step]:
        if self._may_be_over:
            yield _OVER
            self._may_be_over = False


_CLASSES = (ReportClass.TELEMETRY, ReportClass.INFORMATION)
_EVENT = "DELETE FROM journal WHERE seq = ?"
_REPORTS = (
    "SELECT seq FROM journal INDEXED BY reports WHERE class = ? AND seq <= ? "
    "AND seq < (SELECT max(seq) FROM journal) ORDER BY seq LIMIT ?"
)
_NO_REPORTS = (
    "SELECT seq FROM journal WHERE class IS NULL AND seq >= ? "
    "AND seq < (SELECT max(seq) FROM journal) ORDER BY seq LIMIT ?"
)
_OVER = _Step(
    HISTORY,
    False,
    "SELECT number FROM alarms WHERE over AND number NOT IN (SELECT number FROM outbox) "
    "AND number < (SELECT max(number) FROM alarms) ORDER BY number LIMIT ?",
    (),
    "DELETE FROM alarms WHERE number = ?",
)
_UNREPORTED = tuple(_Step(of.value, True, _REPORTS, (of.rank, END), _EVENT) for of in _CLASSES)
_LOW = tuple(
    _Step(
        Priority.LOW.value,
        True,
        "SELECT receiver, urgency, number FROM outbox WHERE urgency = ? ORDER BY number LIMIT ?",
        (priority.rank,),
        "DELETE FROM outbox WHERE receiver = ? AND urgency = ? AND number = ?",
    )
    for priority in (Priority.INFORMATION, Priority.LOW)
)
