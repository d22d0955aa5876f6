"""The journal as the outbox of reports: up to where each receiver has answered for each class.

A receiver that is new, or whose place was lost, begins at the oldest event that is kept and was
wanted by somebody when it was written. One that is no longer in the configuration holds nothing
back; its place stays, so that it goes on there if it comes again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from heimvakt.core.events import Event
from heimvakt.core.ledger import Stored
from heimvakt.core.reports import ReportClass, Wanted, report_class

END = (1 << 63) - 1
"""Above every number."""


class Places:
    """In memory as they are, in the database as they were when last saved: what a cut takes away is
    only sent again."""

    def __init__(self, connection: sqlite3.Connection, wanted: Mapping[str, Wanted]) -> None:
        self._connection = connection
        self._wanting: dict[ReportClass, list[str]] = {
            of: [name for name, wants in wanted.items() if of in wants.classes]
            for of in ReportClass
        }
        rows = connection.execute("SELECT receiver, class, through FROM places")
        self._through: dict[tuple[str, int], int] = {(r, c): through for r, c, through in rows}
        self._unsaved: set[tuple[str, int]] = set()

    @property
    def unsaved(self) -> bool:
        """Whether a place has moved since they were saved."""
        return bool(self._unsaved)

    def rank(self, event: Event) -> int | None:
        """Of the report that some receiver wants of an event; None if none does."""
        of = report_class(event)
        return of.rank if of is not None and self._wanting[of] else None

    def move(self, receiver: str, of: ReportClass, through: int) -> None:
        """Forward only."""
        key = (receiver, of.rank)
        if through > self._through.get(key, 0):
            self._through[key] = through
            self._unsaved.add(key)

    def save(self) -> None:
        """Write what has moved; part of a transaction, after which `saved` is called."""
        self._connection.executemany(
            "INSERT INTO places (receiver, class, through) VALUES (?, ?, ?) "
            "ON CONFLICT (receiver, class) DO UPDATE SET through = excluded.through",
            [(*key, self._through[key]) for key in self._unsaved],
        )

    def saved(self) -> None:
        """It was committed."""
        self._unsaved.clear()

    def had_by_all(self, of: ReportClass) -> int:
        """Up to here every receiver that wants the class has it."""
        wanting = self._wanting[of]
        return min((self._through.get((name, of.rank), 0) for name in wanting), default=END)

    def read(
        self, receiver: str, of: ReportClass, after: int, rows_max: int, bytes_max: int
    ) -> list[Stored]:
        """See the port."""
        after = max(after, self._through.get((receiver, of.rank), 0))
        rows = self._connection.execute(
            "SELECT seq, body FROM journal INDEXED BY reports "
            "WHERE class = ? AND seq > ? ORDER BY seq LIMIT ?",
            (of.rank, after, rows_max),
        )
        found: list[Stored] = []
        for seq, body in rows:
            bytes_max -= len(body.encode())
            if found and bytes_max < 0:
                break
            found.append(Stored(seq, body))
        return found

    def count(self, receiver: str, of: ReportClass) -> int:
        """How many wait for a receiver."""
        (count,) = self._connection.execute(
            "SELECT count(*) FROM journal INDEXED BY reports WHERE class = ? AND seq > ?",
            (of.rank, self._through.get((receiver, of.rank), 0)),
        ).fetchone()
        return int(count)
