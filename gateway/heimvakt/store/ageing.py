"""Erase what has been kept for its days, from the oldest end and a piece at a time.

What is found old is erased first; only then is looked further. Nothing is looked at again before
the oldest record that is left comes of age.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta

from heimvakt.core.reports import ReportClass

from .age import Aged, aged, kept_long_enough
from .drops import Drops
from .reports import Places
from .sql import parse, transaction_on
from .thin import Thinner

LOOK = 256
"""Records whose age is read at a time."""
ERASE = 128
"""Records that are erased at a time; their pages are overwritten as well."""


class Ageing:
    """Of one table. `body_at` is what the time of a record is called in its body."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        numbers_and_bodies: str,
        body_at: str,
        days: int,
        erase: Callable[[int], int],
    ) -> None:
        self._connection = connection
        self._query = numbers_and_bodies
        self._body_at = body_at
        self._kept = timedelta(days=days)
        self._erase = erase
        """Erases a piece of what is not above a number, and says how much that was."""
        self._looked = 0
        self._through: int | None = None
        self._not_before: datetime | None = None

    def piece(self, now: datetime) -> bool:
        """Erase or look for a few ms; whether there was anything to do."""
        if self._through is not None:
            if self._erase(self._through):
                return True
            self._through = None
        if self._not_before is not None and now < self._not_before:
            return False
        return self._look(now)

    def _look(self, now: datetime) -> bool:
        rows = self._connection.execute(self._query, (self._looked, LOOK)).fetchall()
        records = [self._aged(*row) for row in rows]
        before = now - self._kept
        self._through = kept_long_enough(records, before)
        if self._through is not None:
            self._looked = self._through
            return True
        young = next((record.at for record in records if record.at is not None), None)
        if young is not None:
            self._not_before = young + self._kept
            return False
        if len(records) == LOOK:
            self._looked = records[-1].number
            return True
        return False

    def _aged(self, number: int, body: str) -> Aged:
        record = parse(body) or {}
        return aged(number, record.get(self._body_at), record.get("clock"))


def events(
    connection: sqlite3.Connection, days: int, places: Places, thinner: Thinner, drops: Drops
) -> Ageing:
    """Of the journal. A report that somebody still waited for is told as dropped."""

    def erase(through: int) -> int:
        with transaction_on(connection):
            gone = connection.execute(
                "SELECT seq, class FROM journal WHERE seq <= ? ORDER BY seq LIMIT ?",
                (through, ERASE),
            ).fetchall()
            for of in ReportClass:
                had = places.had_by_all(of)
                waited_for = [seq for seq, rank in gone if rank == of.rank and seq > had]
                if waited_for:
                    drops.note(of.value, waited_for, "age")
            connection.executemany("DELETE FROM journal WHERE seq = ?", [(seq,) for seq, _ in gone])
        thinner.rows -= len(gone)
        return len(gone)

    return Ageing(
        connection,
        # The newest stays, since numbers go on from it.
        "SELECT seq, body FROM journal WHERE seq > ? AND seq < (SELECT max(seq) FROM journal) "
        "ORDER BY seq LIMIT ?",
        "at",
        days,
        erase,
    )


def alarms(connection: sqlite3.Connection, days: int) -> Ageing:
    """Of the alarms that are over and that every receiver has."""

    def erase(through: int) -> int:
        with transaction_on(connection):
            return connection.execute(
                "DELETE FROM alarms WHERE number IN (SELECT number FROM alarms WHERE number <= ? "
                "AND over AND number NOT IN (SELECT number FROM outbox) ORDER BY number LIMIT ?)",
                (through, ERASE),
            ).rowcount

    return Ageing(
        connection,
        "SELECT number, body FROM alarms WHERE number > ? "
        "AND number < (SELECT max(number) FROM alarms) ORDER BY number LIMIT ?",
        "raised_at",
        days,
        erase,
    )
