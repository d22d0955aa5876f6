"""A store with a past: alarms in every state, some waiting, a journal of some pages."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from heimvakt.core.alarms import AlarmState, is_over
from heimvakt.core.events import DoorOpened, stamped
from heimvakt.core.ledger import COUNTER, Restored, Transaction, Waiting
from heimvakt.store.store import FILE, SqliteStore
from tests.support.alarms import in_state
from tests.support.homes import EVENING, GATEWAY, stamp

RECEIVER = "centre"
NOW = datetime(2026, 11, 5, 2, 30, tzinfo=UTC)
WAITS = frozenset({AlarmState.RAISED, AlarmState.RESET})


def moment(seq: int) -> DoorOpened:
    """Something that happened."""
    return stamped(DoorOpened(device_id="front-door"), stamp(seq, EVENING + timedelta(seconds=seq)))


def transaction(*seqs: int, alarms: Iterable[AlarmState] = (), first: int = 1) -> Transaction:
    """Events, and alarms in these states from number `first` on; what nobody received waits."""
    made = Transaction(events=[moment(seq) for seq in seqs])
    for number, state in enumerate(alarms, start=first):
        alarm = replace(in_state(state, number=number), revision=int(state is AlarmState.RESET))
        made.alarms[alarm.alarm_id] = alarm
        if is_over(alarm):
            made.over.add(alarm.alarm_id)
        if state in WAITS:
            made.outbox[(RECEIVER, alarm.alarm_id)] = Waiting(
                receiver=RECEIVER,
                alarm_id=alarm.alarm_id,
                urgency=alarm.priority.rank,
                number=number,
                revision=alarm.revision,
            )
        made.state[COUNTER] = {"n": number}
    return made


async def fill(directory: Path, *, events: int = 300, rounds: int = 5) -> None:
    """Let a store live for a while and end in order."""
    async with SqliteStore(directory, opened_at=EVENING) as store:
        states = list(AlarmState)
        for each in range(rounds):
            await store.transact(
                transaction(
                    *range(each * events + 1, (each + 1) * events + 1),
                    alarms=states,
                    first=each * len(states) + 1,
                )
            )


async def kill_after_filling(directory: Path, where: Path, **size: int) -> None:
    """As `fill`, but what `where` holds then is what a SIGKILL after the last commit leaves."""
    async with SqliteStore(directory, opened_at=EVENING) as store:
        states = list(AlarmState)
        events, rounds = size.get("events", 300), size.get("rounds", 5)
        for each in range(rounds):
            await store.transact(
                transaction(
                    *range(each * events + 1, (each + 1) * events + 1),
                    alarms=states,
                    first=each * len(states) + 1,
                )
            )
        shutil.copytree(directory, where)


async def opened(directory: Path, at: datetime = NOW) -> tuple[Restored, set[str], set[str]]:
    """What a start finds, the ids of all alarms, and the ids of those that wait."""
    async with SqliteStore(directory, opened_at=at) as store:
        alarms = {alarm.alarm_id for alarm in await store.alarms(100_000)}
        waiting = {row.alarm_id for row in await store.waiting(RECEIVER, 100_000)}
        return store.restored, alarms, waiting


def waiting_ids(rounds: int = 5) -> set[str]:
    """The ids of those that nobody had received."""
    states = list(AlarmState)
    return {
        f"{GATEWAY}-{each * len(states) + index}"
        for each in range(rounds)
        for index, state in enumerate(states, start=1)
        if state in WAITS
    }


def wrecks(directory: Path) -> list[str]:
    """The names of the databases that were set aside."""
    return sorted(
        p.name
        for p in directory.glob(f"{FILE}.damaged*")
        if not p.name.endswith(("-wal", "-shm", "-journal"))
    )


def begun(directory: Path) -> list[str]:
    """The names of new databases that were not put in their place."""
    return sorted(p.name for p in directory.glob(f"{FILE}.rebuil*"))


def change_one_byte(file: Path, of: bytes) -> None:
    """Change the last letter but one of a text wherever it stands in the file: what is erased from
    a page may stand there still."""
    content, at = bytearray(file.read_bytes()), -1
    assert of in content
    while (at := content.find(of, at + 1)) >= 0:
        content[at + len(of) - 2] ^= 1
    file.write_bytes(content)
