"""What becomes of a store on a small disk: each scenario, and the program that plays one.

`small_disk.on_small_disk` runs it as `python -m tests.support.disk_scenarios KIND PLACE SCENARIO`.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.ledger import StoreFull, StoreUnavailable, Transaction, Waiting
from heimvakt.store.limits import MIB, Limits
from heimvakt.store.store import FILE, SqliteStore
from tests.support.alarms import in_state
from tests.support.small_disk import CHILD, NO_DISK, Disk, break_file_system, mount, remount, say
from tests.support.stored import NOW, RECEIVER, moment


def event(seq: int) -> Transaction:
    """What a door costs."""
    return Transaction(
        events=[moment(seq)], state={"device:front-door": {"last_seen": seq, "silent": False}}
    )


def press(seq: int, number: int, priority: Priority = Priority.HIGH) -> Transaction:
    """What an alarm costs."""
    made = event(seq)
    alarm = in_state(AlarmState.RAISED, priority, number)
    made.alarms[alarm.alarm_id] = alarm
    made.state["counter:alarms"] = {"n": number}
    made.outbox[(RECEIVER, alarm.alarm_id)] = Waiting(
        receiver=RECEIVER,
        alarm_id=alarm.alarm_id,
        urgency=priority.rank,
        number=number,
        revision=0,
    )
    return made


async def settle(store: SqliteStore) -> None:
    """All that there is to do in the house."""
    for _ in range(2_000):
        if not await store.keep_house(NOW, clock_is_set=False):
            return
    raise AssertionError("there is always something to do")


@dataclass(slots=True)
class Ledger:
    """What was tried, by its number."""

    taken: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)

    async def write(self, store: SqliteStore, number: int, transaction: Transaction) -> bool:
        try:
            await store.transact(transaction)
        except StoreFull:
            self.refused.add(number)
            return False
        self.taken.add(number)
        return True


def journal(directory: Path) -> set[int]:
    """Read by a process that has nothing to do with the store."""
    code = (
        "import sqlite3, sys; c = sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True); "
        "print(*[s for (s,) in c.execute('SELECT seq FROM journal')])"
    )
    return {int(word) for word in say(sys.executable, "-c", code, str(directory / FILE)).split()}


async def runs_full(disk: Disk) -> dict[str, Any]:
    """6,000 events, every tenth an alarm; from the 500th on somebody else has all of the disk."""
    events, alarms = Ledger(), Ledger()
    async with SqliteStore(disk.state, opened_at=NOW) as store:
        await settle(store)
        slowest_ms, eaten = 0.0, 0
        for seq in range(1, 6_001):
            if seq >= 500:
                eaten += disk.eat() if seq % 100 == 0 else 0
            began_ns = time.perf_counter_ns()
            if seq % 10:
                await events.write(store, seq, event(seq))
            else:
                await alarms.write(store, seq, press(seq, seq))
            slowest_ms = max(slowest_ms, (time.perf_counter_ns() - began_ns) / 1e6)
            if seq % 50 == 0:
                await store.keep_house(NOW, clock_is_set=True)
        room = await store.room()
        free = disk.free
        held = {row.number for row in await store.waiting(RECEIVER, 10_000)}
    found = journal(disk.state)
    return {
        "events": [len(events.taken), len(events.refused)],
        "alarms": [len(alarms.taken), len(alarms.refused)],
        "lost": len((events.taken | alarms.taken) - found),
        "refused_and_there": len((events.refused | alarms.refused) & found),
        "alarms_lost": len(alarms.taken - held),
        "slowest_ms": slowest_ms,
        "free": free,
        "eaten": eaten,
        "reserve": room.reserve_bytes,
        "dropped": dict(room.dropped),
    }


SMALL = Limits(bytes_max=8 * MIB, reserve_bytes=MIB // 2, ahead_bytes=MIB // 4)


async def only_alarms(disk: Disk) -> dict[str, Any]:
    """Alarms that nobody has received, until not one more fits; then somebody makes room."""
    before, after = Ledger(), Ledger()
    async with SqliteStore(disk.state, opened_at=NOW, limits=SMALL) as store:
        await settle(store)
        disk.eat()
        number = 0
        while not before.refused:
            number += 1
            await before.write(store, number, press(number, number))
        full = await store.room()
        disk.give_back()
        await settle(store)
        roomy = await store.room()
        for later in range(number + 1, number + 200):
            await after.write(store, later, press(later, later))
        held = {row.number for row in await store.waiting(RECEIVER, 100_000)}
    found = journal(disk.state)
    return {
        "taken": len(before.taken),
        "lost": len((before.taken | after.taken) - held),
        "refused_and_there": len(before.refused & (found | held)),
        "taken_after": len(after.taken),
        "full": [full.full, full.reserve_bytes],
        "roomy": [roomy.full, roomy.reserve_bytes],
        "dropped": dict(roomy.dropped),
    }


async def begins_full(disk: Disk) -> dict[str, Any]:
    """Starts on a disk without a free byte, after clean ends and after kills by turns."""
    taken: list[int] = []
    async with SqliteStore(disk.state, opened_at=NOW, limits=SMALL) as store:
        await settle(store)
        await store.transact(press(1, 1))
        taken.append(1)
    for turn in range(4):
        disk.eat()
        taken += await asyncio.to_thread(_one_life, disk, kill=turn % 2 == 0)
    disk.eat()
    async with SqliteStore(disk.state, opened_at=NOW, limits=SMALL) as store:
        held = {row.number for row in await store.waiting(RECEIVER, 100_000)}
        fault = store.restored.fault
    return {"taken": len(taken), "lost": len(set(taken) - held), "fault": str(fault)}


def _one_life(disk: Disk, *, kill: bool) -> list[int]:
    """What was told as taken by a process that lived on this disk."""
    said = subprocess.run(
        [*CHILD, "life-and-kill" if kill else "life", str(disk.state)],
        check=False,
        capture_output=True,
        text=True,
    )
    return [int(word) for word in said.stdout.split()]


async def live(directory: Path, *, kill: bool) -> None:
    """A few presses, each told when it was taken."""
    async with SqliteStore(directory, opened_at=NOW, limits=SMALL) as store:
        for number in range(store.restored.last_seq + 1, store.restored.last_seq + 11):
            await store.transact(press(number, number))
            print(number, flush=True)
        if kill:
            os._exit(9)


async def read_only(disk: Disk) -> dict[str, Any]:
    """A disk that is found read-only at a start, and writable again."""
    ledger = Ledger()
    async with SqliteStore(disk.state, opened_at=NOW, limits=SMALL) as store:
        await ledger.write(store, 1, press(1, 1))
    remount(disk, "ro")
    said = ""
    try:
        async with SqliteStore(disk.state, opened_at=NOW, limits=SMALL):
            pass
    except StoreUnavailable as error:
        said = str(error)
    remount(disk, "rw")
    async with SqliteStore(disk.state, opened_at=NOW, limits=SMALL) as store:
        await ledger.write(store, 2, press(2, 2))
        held = {row.number for row in await store.waiting(RECEIVER, 10)}
        fault = store.restored.fault
    return {"said": said, "lost": len(ledger.taken - held), "fault": str(fault)}


async def fails_in_use(disk: Disk) -> dict[str, Any]:
    """The file system finds an error in itself and goes read-only under the store."""
    ledger = Ledger()
    said: list[str] = []
    async with SqliteStore(disk.state, opened_at=NOW, limits=SMALL) as store:
        for number in range(1, 40):
            if number == 20:
                break_file_system(disk)
            try:
                await ledger.write(store, number, press(number, number))
            except StoreUnavailable as error:
                said.append(str(error))
    say("umount", str(disk.place))
    say("mount", "-o", "loop", str(disk.image), str(disk.place))
    async with SqliteStore(disk.state, opened_at=NOW, limits=SMALL) as store:
        held = {row.number for row in await store.waiting(RECEIVER, 100)}
        fault = store.restored.fault
    return {
        "taken": len(ledger.taken),
        "lost": len(ledger.taken - held),
        "invented": len(held - ledger.taken),
        "said": said[0],
        "fault": str(fault),
    }


SCENARIOS: dict[str, Callable[[Disk], Coroutine[Any, Any, dict[str, Any]]]] = {
    "runs full": runs_full,
    "only alarms": only_alarms,
    "begins full": begins_full,
    "read-only": read_only,
    "fails in use": fails_in_use,
}


def main(kind: str, place: Path, scenario: str) -> None:
    """In a mount namespace of its own."""
    disk = Disk(place)
    try:
        mount(kind, disk)
    except (OSError, subprocess.CalledProcessError) as error:
        print(getattr(error, "stderr", None) or error, file=sys.stderr)
        sys.exit(NO_DISK)
    try:
        print(json.dumps(asyncio.run(SCENARIOS[scenario](disk))))
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=False)


if __name__ == "__main__":
    if sys.argv[1].startswith("life"):
        asyncio.run(live(Path(sys.argv[2]), kill=sys.argv[1] == "life-and-kill"))
    else:
        main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
