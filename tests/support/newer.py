"""A newer version of the software, as far as its database goes: one with more steps than ours."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from heimvakt.store.migrations import STEPS, VERSION, Ways, migrate
from heimvakt.store.store import FILE

NEXT = VERSION + 1
UP = (
    "ALTER TABLE alarms ADD COLUMN place TEXT",
    "CREATE TABLE rooms (name TEXT PRIMARY KEY, since INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "INSERT INTO rooms (name, since) SELECT alarm_id, number FROM alarms",
    "CREATE INDEX open_alarms ON alarms (over)",
)
DOWN = (
    "DROP INDEX open_alarms",
    "DROP TABLE rooms",
    "ALTER TABLE alarms DROP COLUMN place",
)


def go_up(directory: Path, ways: Ways, *also: str) -> None:
    """What the newer version makes of the database of a folder, and then writes."""
    # Closed last it takes its log with it, as an end in order does.
    with closing(sqlite3.connect(directory / FILE, isolation_level=None)) as connection:
        migrate(connection, (*STEPS, UP), ways)
        for statement in also:
            connection.execute(statement)


def rows(directory: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that is in the tables of a database, but what each start and end write anew."""
    with closing(sqlite3.connect(directory / FILE)) as connection:
        names = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            if name not in ("filler", "sqlite_sequence")
        ]
        return {name: sorted(connection.execute(f"SELECT * FROM {name}")) for name in names}
