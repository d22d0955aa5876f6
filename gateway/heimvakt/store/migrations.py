"""The shape of the database and how an older one becomes today's: all steps or none."""

from __future__ import annotations

import sqlite3

STEPS: tuple[tuple[str, ...], ...] = (
    (
        # The facts, in order. `body` is the whole event with its kind, version and stamp.
        """CREATE TABLE journal (
            seq INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL
        ) STRICT""",
        # What the engine remembers, a row for each part that can change by itself.
        "CREATE TABLE state (key TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT",
        # Every alarm that ever was, as it is now.
        """CREATE TABLE alarms (
            number INTEGER PRIMARY KEY, alarm_id TEXT NOT NULL UNIQUE,
            over INTEGER NOT NULL, body TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX alarms_not_over ON alarms (number) WHERE NOT over",
        # Who has not answered for which alarm yet. Meaning, not messages.
        """CREATE TABLE outbox (
            id INTEGER PRIMARY KEY, receiver TEXT NOT NULL, alarm_id TEXT NOT NULL,
            urgency INTEGER NOT NULL, number INTEGER NOT NULL, revision INTEGER NOT NULL,
            UNIQUE (receiver, alarm_id)
        ) STRICT""",
        "CREATE INDEX outbox_order ON outbox (receiver, urgency, number)",
    ),
)
"""Step n brings a database of version n to n + 1. A step that has been released never changes."""

VERSION = len(STEPS)


class TooNew(Exception):
    """The database was written by a newer version of the software; it is left untouched."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the database to today's version in one transaction.

    Raises:
        TooNew: it is of a newer version.
        sqlite3.Error: nothing has changed.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise TooNew(
            f"the database is of version {version} and this software knows {VERSION}: "
            "install the version that wrote it, or set the file aside"
        )
    if version == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in STEPS[version:]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
