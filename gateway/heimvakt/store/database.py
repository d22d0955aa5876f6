"""Open the database file, and set it aside when it is damaged."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

from .sequence import sync_directory

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # FULL: the log is flushed before a commit returns, so what was taken survives a power cut.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
    # The log shrinks again after a storm.
    "PRAGMA journal_size_limit = 4194304",
    "PRAGMA cache_size = -2048",
)
SUFFIXES = ("", "-wal", "-shm")


class Damaged(Exception):
    """SQLite cannot trust the file."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection for one thread, in autocommit: transactions are begun and ended by name.

    Raises:
        Damaged: the file is no database, or its pages contradict each other.
        sqlite3.Error: it cannot be opened for another reason (rights, disk).
    """
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        for pragma in PRAGMAS:
            connection.execute(pragma)
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        connection.close()
        if is_damage(error):
            raise Damaged(str(error)) from error
        raise
    if verdict != "ok":
        connection.close()
        raise Damaged(str(verdict).splitlines()[-1])
    return connection


def is_damage(error: sqlite3.Error) -> bool:
    """Whether an error speaks of the file's content (SQLITE_CORRUPT, SQLITE_NOTADB)."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def set_aside(path: Path, at: datetime) -> Path:
    """Rename a damaged database with the time in its name; its log goes with it.

    Nothing is ever overwritten: the second one of the same second gets a number.
    """
    base = f"{path.name}.damaged-{at:%Y%m%dT%H%M%SZ}"
    name, count = base, 1
    while any(path.with_name(name + suffix).exists() for suffix in SUFFIXES):
        count += 1
        name = f"{base}-{count}"
    # The log first: after a cut between the two, the database is still found damaged and moved.
    for suffix in reversed(SUFFIXES):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(path.with_name(name + suffix))
    sync_directory(path.parent)
    return path.with_name(name)
