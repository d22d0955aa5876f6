"""Whatever newer versions did to a database, by ways that lead back it comes back row by row; and
by one that breaks off, wherever it does, nothing has happened."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.alarms import AlarmState
from heimvakt.core.codec import encode
from heimvakt.store import sql
from heimvakt.store.migrations import STEPS, VERSION, has_shape, migrate, version_of
from heimvakt.store.way_back import NoWayBack, take
from tests.support.alarms import in_state

Both = tuple[tuple[str, ...], tuple[str, ...]]
"""What a version does, and how it is undone."""
(OUTBOX,) = (s for s in STEPS[0] if s.startswith("CREATE TABLE outbox"))
KINDS: dict[str, Both] = {
    "a table": (
        ("CREATE TABLE t{n} (a TEXT NOT NULL) STRICT", "INSERT INTO t{n} SELECT key FROM state"),
        ("DROP TABLE t{n}",),
    ),
    "a column": (("ALTER TABLE alarms ADD COLUMN c{n} TEXT",), ("ALTER TABLE alarms DROP c{n}",)),
    "an index": (("CREATE INDEX i{n} ON alarms (over, number)",), ("DROP INDEX i{n}",)),
    "a table that is made anew": (
        (
            "CREATE TABLE o{n} (of TEXT, u INTEGER, n INTEGER, a TEXT, r INTEGER) STRICT",
            "INSERT INTO o{n} SELECT * FROM outbox",
            "DROP TABLE outbox",
        ),
        # As the step says it: SQLite writes a table that was renamed with its name in quotes.
        (OUTBOX, "INSERT INTO outbox SELECT * FROM o{n}", "DROP TABLE o{n}"),
    ),
    "rows that move": (
        (
            "CREATE TABLE m{n} (key TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT",
            "INSERT INTO m{n} SELECT key, body FROM state WHERE key LIKE 'rule:%'",
            "DELETE FROM state WHERE key LIKE 'rule:%'",
        ),
        ("INSERT INTO state SELECT key, body FROM m{n}", "DROP TABLE m{n}"),
    ),
    "other words": (
        (
            "CREATE TABLE w{n} (a ANY) STRICT",
            "UPDATE alarms SET body = json_set(body, '$.priority', 'red')",
        ),
        (
            "UPDATE alarms SET body = json_set(body, '$.priority', 'high')",
            "DROP TABLE w{n}",
        ),
    ),
}


def numbered(kind: str, n: int) -> Both:
    up, down = KINDS[kind]
    return tuple(s.format(n=n) for s in up), tuple(s.format(n=n) for s in down)


@st.composite
def versions(draw: st.DrawFn) -> list[Both]:
    """Up to four, each of which did up to three things."""
    # One name is given once: what is called otherwise already is not found under its old name.
    kinds = draw(st.permutations(sorted(KINDS)))
    made: list[Both] = []
    for _ in range(draw(st.integers(1, 4))):
        count = draw(st.integers(1, 3))
        taken, kinds = kinds[:count], kinds[count:]
        if not taken:
            break
        both = [numbered(kind, 10 * len(made) + n) for n, kind in enumerate(taken)]
        up = tuple(statement for one, _ in both for statement in one)
        # Backwards, as one gets out of what one has put on.
        made.append((up, tuple(s for _, one in reversed(both) for s in one)))
    return made


def content(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    return {n: sorted(connection.execute(f"SELECT * FROM {n}"), key=repr) for (n,) in names}


def lived(connection: sqlite3.Connection, keys: list[str]) -> None:
    """What a home has in it."""
    migrate(connection)
    connection.executemany(
        "INSERT OR IGNORE INTO state VALUES (?, ?)", [(f"rule:{key}", "{}") for key in keys]
    )
    for number, state in enumerate(AlarmState, start=1):
        alarm = in_state(state, number=number)
        body = sql.dump(encode(alarm))
        connection.execute(
            # As SQLite writes it: what is only written otherwise is the same.
            "INSERT INTO alarms VALUES (?, ?, 0, json_set(?, '$.priority', 'high'))",
            (number, alarm.alarm_id, body),
        )
        connection.execute(
            "INSERT INTO outbox VALUES ('centre', 0, ?, ?, 0)", (number, alarm.alarm_id)
        )


@given(versions(), st.lists(st.text("abc", max_size=3), max_size=5))
def test_it_comes_back_row_by_row(newer: list[Both], keys: list[str]) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        lived(connection, keys)
        before = content(connection)
        ways = {VERSION + n: down for n, (_, down) in enumerate(newer, start=1)}
        # One version after the other, as a home would meet them.
        for count in range(1, len(newer) + 1):
            steps = (*STEPS, *(up for up, _ in newer[:count]))
            migrate(connection, steps, {v: ways[v] for v in ways if v <= len(steps)})
        assert take(connection) == VERSION + len(newer)
        assert version_of(connection) == VERSION
        assert has_shape(connection, STEPS)
        assert content(connection) == before
        migrate(connection)


@given(versions(), st.data())
def test_where_it_breaks_off_nothing_has_happened(newer: list[Both], data: st.DataObject) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        lived(connection, ["a"])
        ways = {VERSION + n: down for n, (_, down) in enumerate(newer, start=1)}
        broken = data.draw(st.sampled_from(sorted(ways)))
        at = data.draw(st.integers(0, len(ways[broken])))
        ways[broken] = (*ways[broken][:at], "DROP TABLE nowhere", *ways[broken][at:])
        migrate(connection, (*STEPS, *(up for up, _ in newer)), ways)
        before = content(connection)
        with pytest.raises(NoWayBack, match="no such table: nowhere"):
            take(connection)
        assert content(connection) == before
        assert version_of(connection) == VERSION + len(newer)
