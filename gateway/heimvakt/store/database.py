"""Open the database file, and say when it cannot be trusted."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from . import way_back
from .advice import code_of, is_damage_at_open
from .migrations import VERSION, Misshapen, lay_out, migrate, version_of
from .way_back import NoWayBack

LOG_BYTES = 4 << 20
"""Of the log, laid out in full before it is written: see `wal`."""
PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    # FULL: the log is flushed before a commit returns, so what was taken survives a power cut.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # The log shrinks again after a storm.
    f"PRAGMA journal_size_limit = {LOG_BYTES}",
    # Half of the log, so that what comes before the next chance to empty it has room too.
    "PRAGMA wal_autocheckpoint = 2000",
    # KiB. The look at all pages at a start fills it, and then it stays; the kernel has its own.
    "PRAGMA cache_size = -512",
    "PRAGMA temp_store = MEMORY",
    # What is erased is overwritten where that costs no further page; see `housekeeping`.
    "PRAGMA secure_delete = FAST",
)
PAGES = "PRAGMA quick_check(1)"
INDEXES = (
    # Small tables whose indexes decide what is sent: rows and indexes must agree.
    "PRAGMA integrity_check('outbox')",
    "PRAGMA integrity_check('state')",
    "PRAGMA integrity_check('alarms')",
    # Of the journal only as much as decides what is reported.
    """SELECT iif(
        (SELECT count(class) FROM journal NOT INDEXED)
        = (SELECT count(*) FROM journal INDEXED BY reports WHERE class IS NOT NULL),
        'ok', 'the index of reports hides some of them')""",
)
_NO_ROOM_BESIDE = frozenset(
    {sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMMAP}
)
SUFFIXES = ("", "-wal", "-shm", "-journal")
"""The files of a database; the last is there while a new one is made to write through a log."""


class Damaged(Exception):
    """The file cannot be trusted; the text says why."""


class Newer(Damaged):
    """It is whole, but of a newer version, and not to be had back."""


def uses_log(path: Path) -> bool:
    """Whether the file says of itself that it is written through a log (its 19th byte)."""
    with path.open("rb") as file:
        return file.read(20)[18:19] == b"\x02"


def connect(path: Path) -> sqlite3.Connection:
    """A connection to a database of today's version, in autocommit, for one thread.

    Raises:
        Damaged: the file is no database, or its pages contradict each other.
        Newer: a newer version has written it, and it cannot be taken back.
        sqlite3.Error: it cannot be opened for another reason (rights, disk).
    """
    try:
        return _connect(path)
    except sqlite3.Error as error:
        if code_of(error) not in _NO_ROOM_BESIDE:
            raise
        # A start on a disk without one free byte.
        return _connect(path, alone=True)


def _connect(path: Path, *, alone: bool = False) -> sqlite3.Connection:
    """`alone`: the index of the log is kept in memory, so that no other program can look in."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    # Bytes that are no text are damage too, but of one row only: it is read all the same.
    connection.text_factory = lambda stored: stored.decode(errors="replace")
    try:
        if alone:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        lay_out(connection)
        for pragma in PRAGMAS:
            connection.execute(pragma)
        _check(connection, PAGES)
        if version_of(connection) > VERSION:
            way_back.take(connection)
        migrate(connection)
        for indexes in INDEXES:
            _check(connection, indexes)
        # The log exists from here on; where it is missing after a crash, it was lost.
        connection.execute("UPDATE state SET body = body WHERE key = 'counter:alarms'")
    except NoWayBack as error:
        connection.close()
        raise Newer(str(error)) from error
    except Misshapen as error:
        connection.close()
        raise Damaged(str(error)) from error
    except sqlite3.Error as error:
        connection.close()
        if is_damage_at_open(error, path):
            raise Damaged(str(error)) from error
        raise
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection, question: str) -> None:
    (verdict,) = connection.execute(question).fetchone()
    if verdict != "ok":
        raise Damaged(str(verdict).splitlines()[-1])
