"""An older database becomes today's, all of it or nothing; a newer one is left alone."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from heimvakt.core.ledger import StoreUnavailable
from heimvakt.store.database import connect
from heimvakt.store.migrations import APPLICATION_ID, STEPS, VERSION, Misshapen, TooNew, migrate
from heimvakt.store.store import FILE
from tests.support.stored import fill, opened, wrecks

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


def test_a_newer_one_is_refused(connection: sqlite3.Connection) -> None:
    migrate(connection, NEXT)
    before = shape(connection)
    with pytest.raises(TooNew, match=f"version {VERSION + 1} and this software knows {VERSION}"):
        migrate(connection)
    assert shape(connection) == before


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


async def test_the_store_leaves_a_newer_database_where_and_as_it_is(tmp_path: Path) -> None:
    await fill(tmp_path, rounds=1)
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as connection:
        for statement in NEXT[VERSION]:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID + VERSION + 1}")
    before = hashlib.sha256((tmp_path / FILE).read_bytes()).hexdigest()
    with pytest.raises(StoreUnavailable, match="install the version that wrote it"):
        await opened(tmp_path)
    assert hashlib.sha256((tmp_path / FILE).read_bytes()).hexdigest() == before
    assert wrecks(tmp_path) == []
