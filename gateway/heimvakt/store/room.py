"""The pages of the database: no transaction ever makes the file grow, because it was made larger
before, while the disk had room.

Growing takes three steps. The file system is asked for the bytes and says yes or no; then rows of
zeros take the new pages, so that the database counts them as its own; then whoever needs pages
erases some of these rows in his own transaction. As long as `reserve_bytes` of them are left they
are for everybody, and those are for what must not fail. So a disk that somebody else has filled to
its last byte still takes an alarm: everything that is written is written over what is there.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from .advice import code_of
from .limits import Limits
from .sql import transaction_on

ROW_BYTES = 1 << 16
"""Of filler in one row: what an alarm takes at least when it takes from the reserve."""
STEP = 4
"""Rows of filler that are made at a time; 256 KiB are written within 50 ms on a card too."""
YOUNG_BYTES = 1 << 20
"""A home and its first day; house keeping has written the reserve within minutes."""
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_full(error: sqlite3.Error) -> bool:
    """Whether there are no pages, or the disk has no room for the log."""
    return code_of(error) & 0xFF == sqlite3.SQLITE_FULL


class FileRoom:
    """For one connection. `file` is the database's own file, open as long as the connection: to
    close it would take SQLite's locks away."""

    def __init__(self, connection: sqlite3.Connection, file: int, limits: Limits) -> None:
        self._connection = connection
        self._file = file
        self._limits = limits
        self._page: int = self._ask("page_size")
        self.rows: int = connection.execute("SELECT count(*) FROM filler").fetchone()[0]
        """Of filler."""
        self._reserve_rows = limits.reserve_bytes // ROW_BYTES
        self._confine()

    @property
    def reserve_bytes(self) -> int:
        """Of what only alarms may use, as much is there."""
        return min(self.rows, self._reserve_rows) * ROW_BYTES

    @property
    def bytes_used(self) -> int:
        """By records."""
        used = self._ask("page_count") - self._ask("freelist_count")
        return max(0, used * self._page - self.rows * ROW_BYTES)

    @property
    def is_at_its_limit(self) -> bool:
        """Whether it is the limit on bytes that leaves no room, and not the disk."""
        return self._ask("page_count") + self._pages_of(1) > self._limits.bytes_max // self._page

    @property
    def is_young(self) -> bool:
        """Whether hardly anything was written yet."""
        return self.bytes_used < YOUNG_BYTES

    def usable_rows(self, *, urgent: bool) -> int:
        """Rows of filler that a transaction may erase."""
        return max(0, self.rows - (0 if urgent else self._reserve_rows))

    @property
    def has_room(self) -> bool:
        """For what is no alarm."""
        return self.usable_rows(urgent=False) > 0 or self.has_free_pages

    @property
    def has_free_pages(self) -> bool:
        """Whether there are more than any alarm needs."""
        return self._ask("freelist_count") * self._page >= ROW_BYTES

    def empty_log(self) -> None:
        """Write what is in the log to where it belongs, so that it can begin anew in its room."""
        try:
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error as error:
            if not is_full(error):
                raise

    @contextmanager
    def transaction(self, release: int = 0) -> Iterator[None]:
        """A transaction that may use the pages of so many rows of filler."""
        if not release:
            with transaction_on(self._connection):
                yield
            return
        with transaction_on(self._connection):
            self._connection.execute(
                "DELETE FROM filler WHERE id IN (SELECT id FROM filler ORDER BY id DESC LIMIT ?)",
                (release,),
            )
            yield
        self.rows -= release

    @property
    def lacks_reserve(self) -> bool:
        """Whether some of what only alarms may use is gone."""
        return self.rows < self._reserve_rows

    @property
    def lacks_ahead(self) -> bool:
        """Whether less is held ready for everything else than should be."""
        return self._ahead() < self._limits.ahead_bytes

    @property
    def has_too_much(self) -> bool:
        """Whether so many pages are free that some are better given back."""
        spare = self._ask("freelist_count") * self._page
        return spare > self._limits.ahead_bytes * 5 // 4 + STEP * ROW_BYTES

    def make(self, rows: int) -> bool:
        """Make filler, of pages that are free and then of new ones; False if there is no room."""
        needed = max(0, self._pages_of(rows) - self._ask("freelist_count"))
        if needed and not self._extend(needed):
            return False
        try:
            with transaction_on(self._connection):
                self._connection.executemany(
                    "INSERT INTO filler (zeros) VALUES (zeroblob(?))", [(ROW_BYTES,)] * rows
                )
        except sqlite3.Error as error:
            if not is_full(error):
                raise
            return False
        finally:
            self._confine()
        self.rows += rows
        return True

    def make_some(self) -> bool:
        """Make filler, a little where there is no room for more; False if there is none at all."""
        return self.make(STEP) or self.make(1)

    def give_back(self, pages: int) -> None:
        """Make the file smaller by free pages."""
        # As a script, because `execute` stops after the first of the pages.
        self._connection.executescript(f"PRAGMA incremental_vacuum({pages:d})")
        self._confine()

    def _ahead(self) -> int:
        spare = max(0, self.rows - self._reserve_rows) * ROW_BYTES
        return spare + self._ask("freelist_count") * self._page

    def _extend(self, pages: int) -> bool:
        """Let the database have more pages, if there is room for them and for no others."""
        wanted = self._ask("page_count") + pages
        if wanted > self._limits.bytes_max // self._page:
            return False
        try:
            os.posix_fallocate(self._file, 0, wanted * self._page)
            os.fsync(self._file)
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            return False
        self._allow(wanted)
        return True

    def _confine(self) -> None:
        """From now on the database has as many pages as it has."""
        self._allow(self._ask("page_count"))

    def _allow(self, pages: int) -> None:
        self._connection.execute(f"PRAGMA max_page_count = {pages:d}")

    def _pages_of(self, rows: int) -> int:
        """With those that lead to them."""
        return rows * (ROW_BYTES // (self._page - 4) + 3) + 4

    def _ask(self, what: str) -> int:
        (value,) = self._connection.execute(f"PRAGMA {what}").fetchone()
        return int(value)
