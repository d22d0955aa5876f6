"""Read what can still be read from a damaged database: undelivered alarms first.

Works on a copy, since SQLite may change a file that it opens. Rows are read in their order; where
one cannot be read the rest is halved until the damage is alone. Memory and work are bounded.
"""

from __future__ import annotations

import errno
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .wal import take_over

READS_MAX = 20_000
"""Attempts for one table; a file of nothing but holes must not keep the gateway from starting."""
ROWS_MAX = 200_000
"""Of one table, the newest; more is worth less than an early start."""

BLOCK_BYTES = 65_536

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table and what is read of it."""

    name: str
    columns: str

    @property
    def insert(self) -> str:
        """The statement that writes its rows anew."""
        marks = ", ".join("?" * (self.columns.count(",") + 1))
        return f"INSERT OR IGNORE INTO {self.name} ({self.columns}) VALUES ({marks})"  # noqa: S608


OUTBOX = Table("outbox", "receiver, alarm_id, urgency, number, revision")
ALARMS = Table("alarms", "number, alarm_id, over, body")
STATE = Table("state", "key, body")
JOURNAL = Table("journal", "seq, at, kind, body")


class Wreck:
    """A copy of a damaged database, while it is read."""

    def __init__(self, damaged: Path) -> None:
        self._damaged = damaged
        self._stack = ExitStack()
        self._copies: list[Path] = []

    def __enter__(self) -> Wreck:
        log = self._damaged.with_name(self._damaged.name + "-wal")
        with ExitStack() as stack:
            parent = tempfile.TemporaryDirectory(dir=self._damaged.parent, prefix=".salvage-")
            folder = Path(stack.enter_context(parent))
            if log.exists():
                # With all of its log, also with what SQLite would leave out of it.
                self._copies.append(_copy_readable(self._damaged, folder / "with-log.db"))
                take_over(_copy_readable(log, folder / "log"), self._copies[0])
            self._copies.append(_copy_readable(self._damaged, folder / "copy.db"))
            if log.exists():
                _copy_readable(log, folder / "copy.db-wal")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def rows(self, table: Table) -> Iterator[Row]:
        """What is readable of a table, some of it twice; nothing if not even its first page is."""
        for copy in self._copies:
            try:
                with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
                    connection.text_factory = as_text
                    connection.execute("PRAGMA writable_schema = ON")  # tolerate a broken row of it
                    yield from _Reading(connection, table).rows()
            except sqlite3.DatabaseError:
                continue


def as_text(stored: bytes) -> str:
    """What is stored as text, though a letter of it may be damaged."""
    return stored.decode(errors="replace")


def _copy_readable(part: Path, to: Path) -> Path:
    """Copy a file; what the disk cannot give is zeros, and what is not there is empty."""
    to.touch()
    if not part.exists():
        return to
    with part.open("rb", buffering=0) as source, to.open("wb") as target:
        for at in range(0, part.stat().st_size, BLOCK_BYTES):
            source.seek(at)
            try:
                target.write(source.read(BLOCK_BYTES) or b"")
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                target.seek(at + BLOCK_BYTES)
    return to


class _Reading:
    def __init__(self, connection: sqlite3.Connection, table: Table) -> None:
        # NOT INDEXED: an index may be what is damaged. The names are our own, never input.
        source = f"FROM {table.name} NOT INDEXED"
        self._select = (
            f"SELECT rowid, {table.columns} {source} WHERE rowid BETWEEN ? AND ? ORDER BY rowid"
        )
        self._last = f"SELECT rowid {source} ORDER BY rowid {{}} LIMIT 1"
        self._connection = connection
        self._reads_left = READS_MAX

    def rows(self) -> Iterator[Row]:
        low, high = self._end("ASC"), self._end("DESC")
        if low is None and high is None:
            return
        low = 0 if low is None else low
        high = low + ROWS_MAX if high is None else high
        yield from self._range(max(low, high - ROWS_MAX), high)

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
            for rowid, *row in self._connection.execute(self._select, (low, high)):
                yield tuple(row)
                low = max(low, rowid + 1)  # a damaged page may lead back
        except sqlite3.DatabaseError:
            if low >= high:
                return
            middle = (low + high) // 2
            # The newest rows first: they are worth the most if the attempts run out.
            yield from self._range(middle + 1, high)
            yield from self._range(low, middle)
