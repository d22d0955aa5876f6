"""Write a transaction, and make room for it where there is none."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from heimvakt.core.ledger import StoreFull, Transaction, is_urgent

from . import audit, sql
from .advice import advise
from .reports import Places
from .room import FileRoom, is_full
from .thin import Thinner

STEPS_MAX = 16
"""Steps of growth before a transaction is tried again: 4 MiB."""


class Writer:
    """For one connection."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        room: FileRoom,
        places: Places,
        thinner: Thinner,
        directory: Path,
    ) -> None:
        self._connection = connection
        self._room = room
        self._places = places
        self._thinner = thinner
        self._directory = directory
        self.refuses = False
        """Something was not taken, and nothing that is no alarm has been taken since."""

    def write(self, transaction: Transaction) -> None:
        """Commits and flushes before it returns, or rolls back and raises.

        Raises:
            StoreFull: there is no room for it, also after everything was erased that may be.
        """
        urgent = is_urgent(transaction)
        self._thinner.keep_rows(len(transaction.events))
        release, measures = 0, self._measures(urgent=urgent)
        while True:
            try:
                with self._room.transaction(release):
                    sql.write(self._connection, transaction, self._places.rank)
                    audit.append(self._connection, transaction.audit)
                break
            except sqlite3.Error as error:
                if not is_full(error):
                    raise
                more = next(measures, None)
                if more is None:
                    self.refuses = True
                    raise StoreFull(self._advice(error)) from error
                release = more
        self._thinner.wrote(transaction)
        self.refuses = self.refuses and urgent

    def _measures(self, *, urgent: bool) -> Iterator[int]:
        """What helps, the quickest first: each makes room or finds some, and tells how many rows of
        filler the next attempt may use."""
        usable = self._room.usable_rows(urgent=urgent)
        count = 1
        while count < usable:
            yield count
            count *= 4
        if usable:
            yield usable
        if usable or self._room.has_free_pages:
            # Then it is the log that could not grow.
            self._room.empty_log()
            yield usable
        steps, before = 1, self._room.rows
        while sum(self._room.make_some() for _ in range(steps)):
            # The first rows of a new database do not wait until the whole reserve is written.
            own = self._room.rows - before if self._room.is_young else 0
            yield max(own, self._room.usable_rows(urgent=urgent))
            steps = min(steps * 2, STEPS_MAX)
        while self._thinner.thin(low=urgent):
            yield self._room.usable_rows(urgent=urgent)

    def _advice(self, error: sqlite3.Error) -> str:
        if not self._room.is_at_its_limit:
            return advise(error, self._directory)
        return (
            f"{self._directory}: the store is as large as it may be, and nothing in it may be "
            "erased. See which receiver does not answer (heimvakt status)"
        )
