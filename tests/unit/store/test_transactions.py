"""All of a transaction or nothing, and what is there is found again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import RadioLost, StoreFault, stamped
from heimvakt.core.ledger import ALIVE, COUNTER, StoreUnavailable, Transaction, Waiting
from heimvakt.store.store import FILE, SqliteStore
from tests.support.alarms import in_state
from tests.support.homes import EVENING, stamp
from tests.support.lives import journal
from tests.support.stored import NOW, RECEIVER, moment, opened, transaction


def waiting(number: int, priority: Priority = Priority.HIGH, revision: int = 0) -> Waiting:
    return Waiting(
        receiver=RECEIVER,
        alarm_id=in_state(AlarmState.RAISED, number=number).alarm_id,
        urgency=priority.rank,
        number=number,
        revision=revision,
    )


async def test_a_new_store_is_empty_and_begins_at_one(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path / "new" / "deep", opened_at=NOW) as store:
        assert store.restored.last_seq == 0
        assert store.restored.last_alive is None
        assert store.restored.fault is None
        assert store.restored.state == {COUNTER: {"n": 0}}
    assert (tmp_path / "new" / "deep").stat().st_mode & 0o777 == 0o700


async def test_what_was_written_is_found_after_a_clean_end(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        await store.transact(transaction(1, 2, alarms=list(AlarmState)))
        await store.transact(Transaction(state={ALIVE: {"at": NOW.isoformat()}}))
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        found = store.restored
        assert (found.last_seq, found.last_alive) == (len(AlarmState), NOW)
        assert {alarm.state for alarm in found.alarms} == {
            AlarmState.PENDING,
            AlarmState.SUPPRESSED,
            AlarmState.RAISED,
            AlarmState.DELIVERED,
            AlarmState.ACCEPTED,
            AlarmState.RESET,
        }
        assert found.state == {COUNTER: {"n": len(AlarmState)}}
        assert [row.number for row in await store.waiting(RECEIVER, 10)] == [2, 7]
        assert (await store.alarms(3))[0].number == len(AlarmState)
        assert await store.alarm("nobody-1") is None
    assert journal(tmp_path) == [moment(1), moment(2)]


async def test_a_transaction_that_fails_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        await store.transact(transaction(1, alarms=[AlarmState.RAISED]))
        failing = transaction(2, 1, alarms=[AlarmState.CLOSED])  # 1 is taken
        failing.state["rule:x"] = {"n": 1}
        with pytest.raises(StoreUnavailable, match="UNIQUE"):
            await store.transact(failing)
        assert [a.state for a in await store.alarms(10)] == [AlarmState.RAISED]
        await store.transact(transaction(2))  # and the store goes on
    assert [event.seq for event in journal(tmp_path)] == [1, 2]


@pytest.mark.parametrize("table", ["journal", "state", "alarms", "outbox"])
async def test_whichever_statement_fails_nothing_is_written(tmp_path: Path, table: str) -> None:
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        await store.transact(transaction(1))
        with closing(sqlite3.connect(tmp_path / FILE)) as other:
            other.execute(
                f"CREATE TRIGGER no BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
            other.commit()
        with pytest.raises(StoreUnavailable, match="no"):
            await store.transact(transaction(2, alarms=[AlarmState.RAISED]))
        with closing(sqlite3.connect(tmp_path / FILE)) as other:
            other.execute("DROP TRIGGER no")
            other.commit()
        assert await store.alarms(10) == []
        assert await store.waiting(RECEIVER, 10) == []
        await store.transact(transaction(2, alarms=[AlarmState.RAISED]))
    assert [event.seq for event in journal(tmp_path)] == [1, 2]


async def test_parts_of_the_state_are_replaced_and_erased(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        await store.transact(Transaction(state={"rule:a": {"n": 1}, "rule:b": {"n": 1}}))
        await store.transact(Transaction(state={"rule:a": {"n": 2}, "rule:b": None}))
    restored, _, _ = await opened(tmp_path)
    assert restored.state == {COUNTER: {"n": 0}, "rule:a": {"n": 2}}


async def test_what_waits_comes_by_urgency_and_then_by_age(tmp_path: Path) -> None:
    rows = [waiting(4, Priority.LOW), waiting(3), waiting(2, Priority.MEDIUM), waiting(5)]
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        await store.transact(Transaction(outbox={(w.receiver, w.alarm_id): w for w in rows}))
        assert [row.number for row in await store.waiting(RECEIVER, 10)] == [3, 5, 2, 4]
        assert [row.number for row in await store.waiting(RECEIVER, 2)] == [3, 5]
        assert await store.waiting("neighbour", 10) == []
        assert await store.count_waiting() == {RECEIVER: 4}


async def test_an_answer_takes_away_the_revision_that_was_answered_and_no_newer_one(
    tmp_path: Path,
) -> None:
    old, new = waiting(1), waiting(1, revision=1)
    key = (RECEIVER, old.alarm_id)
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        await store.transact(Transaction(outbox={key: old}))
        await store.transact(Transaction(outbox={key: new}, answered=[(*key, 0)]))
        assert await store.waits_for(*key) == 1
        await store.transact(Transaction(answered=[(*key, 0)]))
        assert await store.waits_for(*key) == 1, "a late answer for what it was before"
        await store.transact(Transaction(answered=[(*key, 1)]))
        assert await store.waits_for(*key) is None


async def test_an_alarm_is_one_row_however_often_it_changes(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        for state in (AlarmState.RAISED, AlarmState.DELIVERED, AlarmState.CLOSED):
            await store.transact(transaction(alarms=[state]))
        assert [alarm.state for alarm in await store.alarms(10)] == [AlarmState.CLOSED]
    restored, _, _ = await opened(tmp_path)
    assert restored.alarms == [], "the engine has no more to do with it"


async def test_half_a_letter_in_somebodys_message_does_not_stop_the_store(tmp_path: Path) -> None:
    broken = RadioLost(driver="zigbee", reason="\ud83d no port \udc80")
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        await store.transact(Transaction(events=[stamped(broken, stamp(1))]))
    assert [event.kind for event in journal(tmp_path)] == ["radio-lost"]


async def test_a_fault_is_told_until_an_event_has_told_it(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"nonsense")
    first, _, _ = await opened(tmp_path)
    second, _, _ = await opened(tmp_path)
    fault = second.fault
    assert fault is not None
    assert fault == first.fault
    told = StoreFault(reason=fault.reason, set_aside=fault.set_aside, saved=fault.saved)
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        seq = store.restored.last_seq + 1
        await store.transact(Transaction(events=[stamped(told, stamp(seq, NOW))]))
    restored, _, _ = await opened(tmp_path)
    assert restored.fault is None


async def test_the_last_time_alive_is_of_the_last_event_or_the_last_mark(tmp_path: Path) -> None:
    late = stamped(moment(1), stamp(1, NOW + timedelta(hours=1)))
    async with SqliteStore(tmp_path, opened_at=EVENING) as store:
        await store.transact(Transaction(state={ALIVE: {"at": NOW.isoformat()}}))
        await store.transact(Transaction(events=[late]))
    restored, _, _ = await opened(tmp_path)
    assert restored.last_alive == late.at
    assert ALIVE not in restored.state
