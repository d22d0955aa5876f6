"""What was erased for want of room: counted for ever, and listed until an event has told of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from heimvakt.core.ledger import Dropped

TOLD_MAX = 100
"""Drops that are told at once; the next are told when these are off the list."""


class Drops:
    """For one connection; `note` and `count` are part of a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._told: set[int] = set()
        """What was told is not added to: the event on its way says how much it was."""

    def count(self, what: str, count: int) -> None:
        """Erased for want of room, waited for or not."""
        self._connection.execute(
            "INSERT INTO dropped (what, count) VALUES (?, ?) "
            "ON CONFLICT (what) DO UPDATE SET count = count + excluded.count",
            (what, count),
        )

    def note(self, what: str, numbers: Sequence[int], reason: str) -> None:
        """Somebody waited for these, so an event is to tell of it."""
        found = self._connection.execute(
            "SELECT max(drop_id) FROM drops WHERE what = ? AND reason = ?", (what, reason)
        ).fetchone()
        values = (len(numbers), min(numbers), max(numbers))
        if found[0] is None or found[0] in self._told:
            self._connection.execute(
                "INSERT INTO drops (what, reason, count, first, last) VALUES (?, ?, ?, ?, ?)",
                (what, reason, *values),
            )
        else:
            self._connection.execute(
                "UPDATE drops SET count = count + ?, first = min(first, ?), last = max(last, ?) "
                "WHERE drop_id = ?",
                (*values, found[0]),
            )

    def tell(self) -> list[Dropped]:
        """See the port."""
        rows = self._connection.execute(
            "SELECT drop_id, what, count, first, last, reason FROM drops ORDER BY drop_id LIMIT ?",
            (TOLD_MAX,),
        )
        told = [
            Dropped(drop_id=i, what=what, count=count, first=first, last=last, reason=reason)
            for i, what, count, first, last, reason in rows
        ]
        self._told = {drop.drop_id for drop in told}
        return told

    def totals(self) -> dict[str, int]:
        """Since the database was made, by what it was."""
        return dict(self._connection.execute("SELECT what, count FROM dropped"))
