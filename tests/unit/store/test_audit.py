"""The audit log in the database: behind each other, never changed, cut only from the oldest end."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from heimvakt.core.audit_chain import follow, whole
from heimvakt.core.ledger import Transaction, is_urgent
from heimvakt.store.audit import AuditAgeing, append, read, rows_max
from heimvakt.store.drops import Drops
from heimvakt.store.limits import MIB
from heimvakt.store.migrations import migrate
from heimvakt.store.sql import transaction_on
from heimvakt.store.store import FILE, SqliteStore
from tests.support.orders import audited
from tests.support.stored import NOW, moment, wrecks


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        migrate(made)
        yield made


def fill(database: sqlite3.Connection, count: int, at: datetime = NOW) -> None:
    with transaction_on(database):
        append(database, [audited(n, at) for n in range(count)])


def is_whole(database: sqlite3.Connection) -> bool:
    page = read(database, 0, 10_000)
    return whole(follow(page.rows), page.last) is None


def numbers(database: sqlite3.Connection) -> list[int]:
    return [row.number for row in read(database, 0, 10_000).rows]


async def test_entries_are_there_with_their_transaction_and_after_a_restart(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        await store.transact(Transaction(events=[moment(1)], audit=[audited(1), audited(2)]))
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        await store.transact(Transaction(events=[moment(2)], audit=[audited(3)]))
        page = await store.audit(0, 10)
        assert [row.number for row in page.rows] == [1, 2, 3]
        assert whole(follow(page.rows), page.last) is None
        assert [row.number for row in (await store.audit(2, 10)).rows] == [3]


def test_what_is_written_down_uses_the_reserve() -> None:
    assert is_urgent(Transaction(events=[moment(1)], audit=[audited(1)]))
    assert not is_urgent(Transaction(events=[moment(1)]))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET body = '{}' WHERE number = 2",
        "DELETE FROM audit WHERE number = 1",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit (number, hash, body) VALUES (2, 'x', '{}')",
    ],
)
def test_the_database_itself_refuses_to_change_it(
    database: sqlite3.Connection, statement: str
) -> None:
    fill(database, 3)
    with pytest.raises(sqlite3.IntegrityError):
        database.execute(statement)
    assert is_whole(database)


def ageing(database: sqlite3.Connection, rows: int = 10_000) -> AuditAgeing:
    return AuditAgeing(database, Drops(database), 730, rows)


def test_what_is_too_old_is_cut_off_and_the_rest_is_whole(database: sqlite3.Connection) -> None:
    fill(database, 300)
    fill(database, 10, NOW + timedelta(days=400))
    age = ageing(database)
    assert not age.piece(NOW + timedelta(days=700))
    while age.piece(NOW + timedelta(days=731)):
        assert is_whole(database)
    assert numbers(database)[:10] == list(range(301, 311))
    assert len(numbers(database)) < 15, "and what says which were cut off"
    fill(database, 1)
    assert is_whole(database)


def test_a_cut_that_is_cut_off_itself_leaves_a_whole_log(database: sqlite3.Connection) -> None:
    age = ageing(database)
    for year in range(6):
        now = NOW + timedelta(days=365 * year)
        fill(database, 150, now)
        while age.piece(now):
            pass
        assert is_whole(database)
    assert numbers(database)[0] > 300


def test_there_is_a_limit_on_rows(database: sqlite3.Connection) -> None:
    fill(database, 1_000)
    age = ageing(database, rows=500)
    while age.piece(NOW):
        pass
    assert 300 < len(numbers(database)) <= 500
    assert is_whole(database)
    assert Drops(database).totals()["audit"] >= 500
    assert rows_max(256 * MIB) == 65_536


def test_without_room_nothing_is_cut_and_it_is_tried_again(database: sqlite3.Connection) -> None:
    fill(database, 1_000)
    age = ageing(database, rows=995)
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count = {pages}")
    while True:
        try:
            fill(database, 1)
        except sqlite3.OperationalError:
            break
    before = numbers(database)
    assert not age.piece(NOW)
    assert numbers(database) == before
    database.execute("PRAGMA max_page_count = 1000000")
    assert age.piece(NOW)
    assert is_whole(database)


def test_numbers_are_given_once_also_when_the_newest_are_gone(database: sqlite3.Connection) -> None:
    fill(database, 5)
    database.execute("DROP TRIGGER audit_is_only_cut")
    database.execute("DELETE FROM audit WHERE number > 3")
    assert not is_whole(database)
    fill(database, 1)
    assert numbers(database) == [1, 2, 3, 6]
    assert not is_whole(database)


async def test_a_damaged_database_keeps_its_log(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        for number in range(1, 60):
            await store.transact(Transaction(events=[moment(number)], audit=[audited(number)]))
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        database.execute("DROP INDEX reports")
        database.commit()
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        assert store.restored.fault is not None
        assert wrecks(tmp_path)
        page = await store.audit(0, 100)
        assert len(page.rows) == 59
        assert whole(follow(page.rows), page.last) is None


async def test_a_row_that_was_changed_is_not_carried_over_and_is_missed(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        await store.transact(
            Transaction(events=[moment(1)], audit=[audited(n) for n in range(1, 10)])
        )
    with closing(sqlite3.connect(tmp_path / FILE)) as database:
        database.execute("DROP TRIGGER audit_is_never_changed")
        database.execute("UPDATE audit SET body = replace(body, 'lock-4', 'lock-5')")
        database.commit()
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        page = await store.audit(0, 100)
        broken = whole(follow(page.rows), page.last)
        assert broken is not None
        assert (broken.number, broken.reason) == (4, "rows 4 to 4 are gone")
