"""An older database becomes today's, all of it or nothing; a newer one is `test_way_back`'s."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from heimvakt.store.database import connect
from heimvakt.store.migrations import (
    STEPS,
    VERSION,
    WAY_BACK,
    WAYS_BACK,
    Misshapen,
    TooNew,
    has_shape,
    migrate,
)
from heimvakt.store.store import FILE

NEXT = (*STEPS, ("ALTER TABLE journal ADD COLUMN note TEXT", "CREATE TABLE more (a TEXT) STRICT"))
BROKEN = (*STEPS, ("CREATE TABLE more (a TEXT) STRICT", "CREATE TABLE more (a TEXT) STRICT"))


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        yield made


def shape(connection: sqlite3.Connection) -> tuple[object, ...]:
    names = connection.execute("SELECT name FROM sqlite_schema ORDER BY name").fetchall()
    return (*connection.execute("PRAGMA user_version").fetchone(), names)


def test_a_new_database_takes_every_step(connection: sqlite3.Connection) -> None:
    migrate(connection)
    assert shape(connection)[0] == VERSION
    before = shape(connection)
    migrate(connection)
    assert shape(connection) == before, "and then none"


def test_an_older_one_takes_the_steps_that_it_lacks_and_keeps_its_rows(
    connection: sqlite3.Connection,
) -> None:
    migrate(connection)
    connection.execute("INSERT INTO state VALUES ('rule:x', '{}')")
    migrate(connection, NEXT)
    assert shape(connection)[0] == VERSION + 1
    assert connection.execute("SELECT count(*) FROM state").fetchone() == (2,)


def test_a_step_that_fails_leaves_the_database_as_it_was(connection: sqlite3.Connection) -> None:
    migrate(connection)
    before = shape(connection)
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, BROKEN)
    assert shape(connection) == before
    assert not connection.in_transaction


def test_a_newer_one_is_no_matter_of_the_steps(connection: sqlite3.Connection) -> None:
    migrate(connection, NEXT)
    before = shape(connection)
    with pytest.raises(TooNew, match=f"version {VERSION + 1} and this software knows {VERSION}"):
        migrate(connection)
    assert shape(connection) == before


def test_the_way_back_is_in_the_database_from_when_it_went_up(
    connection: sqlite3.Connection,
) -> None:
    migrate(connection)
    migrate(connection, NEXT, {VERSION + 1: ("DROP TABLE more",)})
    (way,) = connection.execute(
        "SELECT body FROM state WHERE key = ?", (f"{WAY_BACK}{VERSION + 1}",)
    ).fetchone()
    assert json.loads(way) == {"statements": ["DROP TABLE more"]}


def test_every_step_has_a_way_back_that_leads_to_the_shape_before() -> None:
    """Version 2 is the first that can take one."""
    for version in range(3, VERSION + 1):
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
            migrate(made)
            for each in range(VERSION, version - 1, -1):
                for statement in WAYS_BACK[each]:
                    made.execute(statement)
            assert has_shape(made, STEPS[: version - 1])
    assert {*WAYS_BACK} == {*range(3, VERSION + 1)}


@pytest.mark.parametrize(
    "damage",
    [
        "PRAGMA user_version = 0",
        "PRAGMA user_version = 77",
        "PRAGMA application_id = 5",
        "DROP INDEX reports",
        "ALTER TABLE alarms RENAME TO alarmz",
        "CREATE TABLE stranger (a)",
    ],
)
def test_what_no_version_has_made_is_damage(connection: sqlite3.Connection, damage: str) -> None:
    migrate(connection)
    connection.execute(damage)
    with pytest.raises(Misshapen):
        migrate(connection)


def test_what_is_committed_is_flushed_before_it_is_told(tmp_path: Path) -> None:
    with closing(connect(tmp_path / FILE)) as opened_file:
        assert opened_file.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert opened_file.execute("PRAGMA synchronous").fetchone() == (2,), "FULL"
