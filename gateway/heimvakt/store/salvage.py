"""Read what can still be read from a damaged database: undelivered alarms first.

Works on a copy, since SQLite may change a file that it opens. A range of rows that cannot be read
is halved until the damage is alone.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .database import SUFFIXES

READS_MAX = 20_000
"""Attempts for one table; a file of nothing but holes must not keep the gateway from starting."""

Row = tuple[Any, ...]


@dataclass(slots=True)
class Salvaged:
    """What was read, as rows of the tables they came from."""

    outbox: list[Row] = field(default_factory=list)
    alarms: list[Row] = field(default_factory=list)
    state: list[Row] = field(default_factory=list)
    journal: list[Row] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{len(self.outbox)} undelivered of {len(self.alarms)} alarms, "
            f"{len(self.state)} parts of the state and {len(self.journal)} events were saved"
        )


def salvage(damaged: Path) -> Salvaged:
    """Everything readable in `damaged`; an empty result if nothing is."""
    saved = Salvaged()
    with tempfile.TemporaryDirectory(dir=damaged.parent, prefix=".salvage-") as folder:
        copy = Path(folder) / "copy.db"
        for suffix in SUFFIXES[:2]:
            part = damaged.with_name(damaged.name + suffix)
            if part.exists():
                shutil.copyfile(part, copy.with_name(copy.name + suffix))
        try:
            with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
                connection.execute("PRAGMA writable_schema = ON")  # tolerate a broken schema row
                for table, columns, into in (
                    ("outbox", "receiver, alarm_id, urgency, number, revision", saved.outbox),
                    ("alarms", "number, alarm_id, over, body", saved.alarms),
                    ("state", "key, body", saved.state),
                    ("journal", "seq, at, kind, body", saved.journal),
                ):
                    into.extend(_Table(connection, table, columns).rows())
        except sqlite3.DatabaseError:
            return saved  # not even its first page can be read
    return saved


class _Table:
    def __init__(self, connection: sqlite3.Connection, table: str, columns: str) -> None:
        # NOT INDEXED: an index may be what is damaged. The names are our own, never input.
        self._select = f"SELECT {columns} FROM {table} NOT INDEXED WHERE rowid BETWEEN ? AND ?"  # noqa: S608
        self._last = f"SELECT rowid FROM {table} NOT INDEXED ORDER BY rowid {{}} LIMIT 1"  # noqa: S608
        self._connection = connection
        self._reads_left = READS_MAX

    def rows(self) -> Iterator[Row]:
        low, high = self._end("ASC"), self._end("DESC")
        if low is None and high is None:
            return
        yield from self._range(low or 0, high if high is not None else (low or 0) + 1_000_000)

    def _end(self, order: str) -> int | None:
        try:
            row = self._connection.execute(self._last.format(order)).fetchone()
        except sqlite3.DatabaseError:
            return None
        return row[0] if row else None

    def _range(self, low: int, high: int) -> Iterator[Row]:
        if low > high or self._reads_left <= 0:
            return
        self._reads_left -= 1
        try:
            rows = self._connection.execute(self._select, (low, high)).fetchall()
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            if low < high:
                middle = (low + high) // 2
                # The newest rows first: they are worth the most if the attempts run out.
                yield from self._range(middle + 1, high)
                yield from self._range(low, middle)
            return
        yield from rows
