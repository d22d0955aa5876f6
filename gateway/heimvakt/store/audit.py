"""The audit log in the database: rows are put behind the last, and the oldest are cut off.

Nothing else can be done to it: triggers refuse to change a row, and to erase one that no cut names.
It has limits of its own and is not erased with the journal.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from heimvakt.core.audit import Entry
from heimvakt.core.audit_chain import BEGINNING, CUT, Row, linked
from heimvakt.core.events import ClockQuality
from heimvakt.core.ledger import AuditPage

from .ageing import ERASE, Ageing
from .drops import Drops
from .room import is_full
from .sql import transaction_on

HISTORY = "audit"
"""What rows are counted as that were cut off for want of room."""
SHARE = 8
"""A part of the database that the log may take at most: 32 MiB of 256."""
ROW_BYTES = 512
"""Of a row; an order with all that belongs to it has 450."""


def append(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Put entries behind the last row; part of a transaction."""
    if not entries:
        return
    number, previous = _last(connection)
    for entry in entries:
        number += 1
        row = linked(number, previous, entry)
        previous = row.hash
        connection.execute(
            "INSERT INTO audit (number, hash, body) VALUES (?, ?, ?)",
            (row.number, row.hash, row.body),
        )


def read(connection: sqlite3.Connection, after: int, limit: int) -> AuditPage:
    """Rows behind a number, oldest first, and the highest number that was ever given."""
    rows = connection.execute(
        "SELECT number, hash, body FROM audit WHERE number > ? ORDER BY number LIMIT ?",
        (after, limit),
    )
    return AuditPage(rows=tuple(Row(*row) for row in rows), last=_given(connection))


class AuditAgeing(Ageing):
    """Cuts off what is too old, and the oldest of what is too much."""

    def __init__(
        self, connection: sqlite3.Connection, drops: Drops, days: int, rows_max: int
    ) -> None:
        super().__init__(
            connection,
            "SELECT number, body FROM audit WHERE number > ? "
            "AND number < (SELECT max(number) FROM audit) ORDER BY number LIMIT ?",
            "at",
            days,
            self._cut,
        )
        self._drops = drops
        self._rows_max = rows_max
        self._now: datetime | None = None

    def piece(self, now: datetime) -> bool:
        """See `Ageing`; rows above the limit first. To say that rows are cut off needs room: where
        there is none it is tried the next time."""
        self._now = now
        try:
            return self._piece(now)
        except sqlite3.Error as error:
            if not is_full(error):
                raise
            return False

    def _piece(self, now: datetime) -> bool:
        first, last = self._connection.execute(
            "SELECT coalesce(min(number), 1), coalesce(max(number), 0) FROM audit"
        ).fetchone()
        if last - first + 1 > self._rows_max:
            self._cut(last - self._rows_max + ERASE, counted=True)
            return True
        return super().piece(now)

    def _cut(self, through: int, *, counted: bool = False) -> int:
        """Say in the log itself which row is the last that is cut off, and erase up to it."""
        assert self._now is not None
        with transaction_on(self._connection):
            found = self._connection.execute(
                "SELECT number, hash FROM audit WHERE number <= ? ORDER BY number LIMIT ?",
                (through, ERASE),
            ).fetchall()
            if not found:
                return 0
            number, row_hash = found[-1]
            entry = Entry(
                what=CUT,
                at=self._now,
                clock=ClockQuality.SYNCHRONISED,
                seq=0,
                about={"through": number, "through_hash": row_hash, "rows": len(found)},
            )
            append(self._connection, (entry,))
            self._connection.execute("INSERT INTO audit_cuts (through) VALUES (?)", (number,))
            self._connection.execute("DELETE FROM audit WHERE number <= ?", (number,))
            self._connection.execute("DELETE FROM audit_cuts")
            if counted:
                self._drops.count(HISTORY, len(found))
        return len(found)


def rows_max(bytes_max: int) -> int:
    """How many rows a database of this size keeps."""
    return bytes_max // SHARE // ROW_BYTES


def _last(connection: sqlite3.Connection) -> tuple[int, str]:
    row = connection.execute(
        "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1"
    ).fetchone()
    number, previous = (0, BEGINNING) if row is None else row
    return max(number, _given(connection)), previous


def _given(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
    return int(row[0]) if row else 0
