"""A store with little room, and what is written to it until there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import DoorOpened, Event, GatewayStopping, TimerFired, stamped
from heimvakt.core.ledger import COUNTER, Transaction, Waiting
from heimvakt.core.reports import Wanted
from heimvakt.store.limits import Limits
from heimvakt.store.store import SqliteStore
from tests.support.alarms import in_state
from tests.support.homes import EVENING, stamp
from tests.support.stored import NOW, RECEIVER

KIB = 1 << 10
LITTLE = Limits(bytes_max=1024 * KIB, reserve_bytes=192 * KIB, ahead_bytes=64 * KIB)


def store_in(directory: Path, wants: Wanted = Wanted.NONE, limits: Limits = LITTLE) -> SqliteStore:
    """One receiver, that wants so much beside alarms."""
    return SqliteStore(directory, opened_at=NOW, limits=limits, wanted={RECEIVER: wants})


def telemetry(seq: int, at: datetime = EVENING) -> Event:
    return stamped(DoorOpened(device_id="front-door"), stamp(seq, at))


def information(seq: int, at: datetime = EVENING) -> Event:
    return stamped(GatewayStopping(), stamp(seq, at))


def no_report(seq: int, at: datetime = EVENING) -> Event:
    return stamped(TimerFired(name="x/y", due=EVENING), stamp(seq, at))


def alarm(
    number: int,
    priority: Priority = Priority.HIGH,
    state: AlarmState = AlarmState.RAISED,
    at: datetime = EVENING,
) -> Transaction:
    """With a row in the outbox, unless it is over."""
    made = Transaction(state={COUNTER: {"n": number}})
    raised = replace(in_state(state, priority, number), raised_at=at)
    made.alarms[raised.alarm_id] = raised
    if not state.is_open:
        made.over.add(raised.alarm_id)
        return made
    made.outbox[(RECEIVER, raised.alarm_id)] = Waiting(
        receiver=RECEIVER,
        alarm_id=raised.alarm_id,
        urgency=priority.rank,
        number=number,
        revision=0,
    )
    return made


async def settle(store: SqliteStore, now: datetime = NOW, *, clock_is_set: bool = True) -> int:
    """All that there is to do in the house; how many pieces that were."""
    for pieces in range(10_000):
        if not await store.keep_house(now, clock_is_set=clock_is_set):
            return pieces
    raise AssertionError("there is always something to do")
