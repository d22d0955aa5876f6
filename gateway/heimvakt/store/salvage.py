"""Read what can still be read from a damaged database: undelivered alarms first.

Works on a copy, since SQLite may change a file that it opens. Rows are read in their order; where
one cannot be read the rest is halved until the damage is alone. Memory and work are bounded.
"""

from __future__ import annotations

import errno
import sqlite3
import struct
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .migrations import lay_out, migrate
from .pages import PAGE_SIZE, rows_in_pages
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
    types: tuple[type | tuple[type, ...], ...] = ()
    """Of the values as they are stored, where rows may be taken from pages that nothing leads to.
    """
    has_rowid: bool = True
    """If not it is kept in the order of its key."""

    @property
    def insert(self) -> str:
        """The statement that writes its rows anew."""
        marks = ", ".join("?" * (self.columns.count(",") + 1))
        return f"INSERT OR IGNORE INTO {self.name} ({self.columns}) VALUES ({marks})"  # noqa: S608

    def is_one(self, values: Row) -> bool:
        """Whether these values, found somewhere, are a row of this table."""
        return len(values) == len(self.types) and all(
            isinstance(value, of) for value, of in zip(values, self.types, strict=True)
        )


_ID = type(None)
"""The column that is the row id itself is stored as nothing."""
OUTBOX = Table(
    "outbox",
    "receiver, urgency, number, alarm_id, revision",
    (str, int, int, str, int),
    has_rowid=False,
)
ALARMS = Table("alarms", "number, alarm_id, over, body", (_ID, str, int, str))
# What was erased from the state must stay so, and a place must not be one from a torn page, behind
# which reports would be left out: these are taken from where the table leads.
STATE = Table("state", "key, body")
PLACES = Table("places", "receiver, class, through", has_rowid=False)
DROPS = Table("drops", "drop_id, what, reason, count, first, last")
DROPPED = Table("dropped", "what, count", has_rowid=False)
AUDIT = Table("audit", "number, hash, body", (_ID, str, str))
JOURNAL = Table("journal", "seq, class, body", (_ID, (int, _ID), str))


class Wreck:
    """Copies of a damaged database, while they are read."""

    def __init__(self, damaged: Path) -> None:
        self._damaged = damaged
        self._stack = ExitStack()
        self._mended = damaged
        self._copies: list[Path] = []

    def __enter__(self) -> Wreck:
        log = self._damaged.with_name(self._damaged.name + "-wal")
        with ExitStack() as stack:
            parent = tempfile.TemporaryDirectory(dir=self._damaged.parent, prefix=".salvage-")
            folder = Path(stack.enter_context(parent))
            # With all of its log, also with what SQLite would leave out of it.
            self._mended = _copy_readable(self._damaged, folder / "mended.db")
            if log.exists():
                take_over(_copy_readable(log, folder / "log"), self._mended)
            _mend_header(self._mended, folder / "new.db")
            as_it_was = _copy_readable(self._damaged, folder / "copy.db")
            for suffix in ("-wal", "-journal"):
                part = self._damaged.with_name(self._damaged.name + suffix)
                if part.exists():
                    _copy_readable(part, folder / f"copy.db{suffix}")
            self._copies = [self._mended, as_it_was]
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def rows(self, table: Table) -> Iterator[Row]:
        """What is readable of a table, some of it twice and then not always the same."""
        broken = False
        for copy in self._copies:
            try:
                with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
                    connection.text_factory = as_text
                    connection.execute("PRAGMA writable_schema = ON")  # tolerate a broken row of it
                    reading = _Reading(connection, table)
                    yield from reading.rows()
                    broken = broken or reading.failed
            except sqlite3.DatabaseError:
                broken = True
        if broken and table.types:
            for rowid, values in rows_in_pages(self._mended):
                if (rowid is not None) is table.has_rowid and table.is_one(values):
                    yield (rowid, *values[1:]) if table.has_rowid else values


def as_text(stored: bytes) -> str:
    """What is stored as text, though a letter of it may be damaged."""
    return stored.decode(errors="replace")


def _mend_header(database: Path, new: Path) -> None:
    """Give a copy the header of a new database: of ours all are the same but for the counts."""
    with closing(sqlite3.connect(new, isolation_level=None)) as connection:
        lay_out(connection)
        migrate(connection)
    with new.open("rb") as made, database.open("r+b") as file:
        pages = database.stat().st_size // PAGE_SIZE
        if pages:
            file.write(made.read(28) + struct.pack(">III", pages, 0, 0))
            made.seek(40)
            file.seek(40)
            file.write(made.read(52) + b"\0" * 4)


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
        self._has_rowid = table.has_rowid
        self._all = f"SELECT {table.columns} {source} LIMIT {ROWS_MAX}"
        self._select = (
            f"SELECT rowid, {table.columns} {source} WHERE rowid BETWEEN ? AND ? ORDER BY rowid"
        )
        self._last = f"SELECT rowid {source} ORDER BY rowid {{}} LIMIT 1"
        self._connection = connection
        self._reads_left = READS_MAX
        self.failed = False

    def rows(self) -> Iterator[Row]:
        if not self._has_rowid:
            yield from self._in_order()
            return
        low, high = self._end("ASC"), self._end("DESC")
        if low is None and high is None:
            return
        low = 0 if low is None else low
        high = low + ROWS_MAX if high is None else high
        yield from self._range(max(low, high - ROWS_MAX), high)

    def _in_order(self) -> Iterator[Row]:
        """Up to the first damage; there are no row ids to begin anew behind it."""
        try:
            yield from self._connection.execute(self._all)
        except sqlite3.DatabaseError:
            self.failed = True

    def _end(self, order: str) -> int | None:
        try:
            row = self._connection.execute(self._last.format(order)).fetchone()
        except sqlite3.DatabaseError:
            self.failed = True
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
            self.failed = True
            if low >= high:
                return
            middle = (low + high) // 2
            # The newest rows first: they are worth the most if the attempts run out.
            yield from self._range(middle + 1, high)
            yield from self._range(low, middle)
