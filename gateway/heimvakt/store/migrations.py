"""The shape of the database and how an older one becomes today's: all steps or none."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing

from .pages import PAGE_SIZE

STEPS: tuple[tuple[str, ...], ...] = (
    (
        # The facts, in order. `body` is the whole event with its kind, version and stamp; `class`
        # is the rank of the report that a receiver wants of it, and mostly nothing.
        """CREATE TABLE journal (
            seq INTEGER PRIMARY KEY, class INTEGER, body TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX reports ON journal (class) WHERE class IS NOT NULL",
        # Up to where a receiver has answered for the reports of a class.
        """CREATE TABLE places (
            receiver TEXT NOT NULL, class INTEGER NOT NULL, through INTEGER NOT NULL,
            PRIMARY KEY (receiver, class)
        ) STRICT, WITHOUT ROWID""",
        # What the engine remembers, a row for each part that can change by itself.
        "CREATE TABLE state (key TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT",
        # Where this row is missing it is lost, and not that no alarm was ever raised.
        """INSERT INTO state (key, body) VALUES ('counter:alarms', '{"n":0}')""",
        # Alarms as they are now. The id ends in the number, so that no index of ids is needed.
        """CREATE TABLE alarms (
            number INTEGER PRIMARY KEY, alarm_id TEXT NOT NULL,
            over INTEGER NOT NULL, body TEXT NOT NULL
        ) STRICT""",
        # Who has not answered for which alarm yet, in the order of sending: meaning, not messages.
        """CREATE TABLE outbox (
            receiver TEXT NOT NULL, urgency INTEGER NOT NULL, number INTEGER NOT NULL,
            alarm_id TEXT NOT NULL, revision INTEGER NOT NULL,
            PRIMARY KEY (receiver, urgency, number)
        ) STRICT, WITHOUT ROWID""",
        # What was erased before every receiver had it, until an event has told of it; and how much
        # was erased for want of room since the database was made.
        """CREATE TABLE drops (
            drop_id INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT NOT NULL, reason TEXT NOT NULL,
            count INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL
        ) STRICT""",
        """CREATE TABLE dropped (
            what TEXT PRIMARY KEY, count INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
        # Pages that are held for what must not fail; see `room`.
        "CREATE TABLE filler (id INTEGER PRIMARY KEY, zeros BLOB NOT NULL) STRICT",
    ),
    (
        # Who ordered and did what; see `audit`. Each row names the hash of the one before, and no
        # number is given twice, so that it is seen when the newest are gone.
        """CREATE TABLE audit (
            number INTEGER PRIMARY KEY AUTOINCREMENT, hash TEXT NOT NULL, body TEXT NOT NULL
        ) STRICT""",
        # Up to which row it is being cut, within the transaction that does it.
        "CREATE TABLE audit_cuts (through INTEGER PRIMARY KEY) STRICT",
        """CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit BEGIN
            SELECT raise(ABORT, 'the audit log is append-only');
        END""",
        """CREATE TRIGGER audit_is_never_replaced BEFORE INSERT ON audit
        WHEN EXISTS (SELECT 1 FROM audit WHERE number = NEW.number) BEGIN
            SELECT raise(ABORT, 'the audit log is append-only');
        END""",
        """CREATE TRIGGER audit_is_only_cut BEFORE DELETE ON audit
        WHEN OLD.number > (SELECT coalesce(max(through), -1) FROM audit_cuts) BEGIN
            SELECT raise(ABORT, 'the audit log is append-only');
        END""",
    ),
)
"""Step n brings a database of version n to n + 1. A step that has been released never changes, and
each changes the schema: that is how a damaged version number is told from a newer version."""

Ways = Mapping[int, tuple[str, ...]]
WAYS_BACK: Ways = {}
"""By version: how a database of it becomes one version older, with all that the older one can use.
It stands in the database, where a program finds it that was made before. Every step from the third
on has one; what is older than version 2 could not take any. A table that goes is made anew as its
step said it: renamed, SQLite would write its name in quotes, and the shape would be another."""
WAY_BACK = "way-back:"
"""Rows of the state with a way begin so: in a table that every version has."""

VERSION = len(STEPS)
APPLICATION_ID = 0x48560000
"""`HV`, with the version in it once more."""


class TooNew(Exception):
    """The database was written by a newer version of the software; see `way_back`."""


class Misshapen(Exception):
    """It is not as any version has made it."""


def lay_out(connection: sqlite3.Connection) -> None:
    """Before the first page of a new file is made, say how its pages are to be.

    Small, because a commit writes each page that it touches: a third of what pages of 4,096 bytes
    cost. And such that free ones can be given back a few at a time.
    """
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    if pages == 0:
        connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")


def migrate(
    connection: sqlite3.Connection,
    steps: tuple[tuple[str, ...], ...] = STEPS,
    ways: Ways = WAYS_BACK,
) -> None:
    """Bring the database to today's version in one transaction, with the ways back from there.

    Raises:
        TooNew: it is of a newer version.
        Misshapen: its version and its tables do not fit together.
        sqlite3.Error: nothing has changed.
    """
    version = version_of(connection)
    if version > len(steps):
        raise TooNew(f"it is of version {version} and this software knows {len(steps)}")
    if not has_shape(connection, steps[:version]):
        raise Misshapen(f"its tables are not those of version {version}")
    if version == len(steps):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in steps[version:]:
            for statement in step:
                connection.execute(statement)
        connection.executemany(
            "INSERT OR REPLACE INTO state (key, body) VALUES (?, ?)",
            [(f"{WAY_BACK}{n}", json.dumps({"statements": way})) for n, way in ways.items()],
        )
        put_version(connection, len(steps))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def version_of(connection: sqlite3.Connection) -> int:
    """The version that a database says it has.

    Raises:
        Misshapen: it says it twice, and not the same.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != (APPLICATION_ID + version if version else 0):
        raise Misshapen("its version number is damaged")
    return int(version)


def put_version(connection: sqlite3.Connection, version: int) -> None:
    """Part of a transaction."""
    connection.execute(f"PRAGMA user_version = {version}")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID + version}")


def has_shape(connection: sqlite3.Connection, steps: tuple[tuple[str, ...], ...]) -> bool:
    """Whether its tables are what these steps make."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        for step in steps:
            for statement in step:
                made.execute(statement)
        return _shape(connection) == _shape(made)


def _shape(connection: sqlite3.Connection) -> list[tuple[str, ...]]:
    return connection.execute(
        "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema ORDER BY type, name"
    ).fetchall()
