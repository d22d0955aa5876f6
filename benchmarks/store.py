"""The store alone, in a process of its own: `python -m benchmarks.store FOLDER COMMITS`.

Each transaction is what a door that opens costs: one event and one changed part of the state.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from heimvakt.core.events import ClockQuality, DoorOpened, Event, Stamp, stamped
from heimvakt.core.ledger import Transaction
from heimvakt.store.store import SqliteStore

from . import proc
from .figures import Spread, spread
from .floors import flush

ROOT = Path(__file__).resolve().parent.parent
GROUPS = (1, 10, 64)
"""Events in one commit; the pipeline takes 64 at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """The figures of the store."""

    commit: Spread | None
    """One event in a transaction of its own, seen from the event loop."""
    events_per_s: dict[str, float]
    """By events in a commit."""
    written_kib_per_event: dict[str, float]
    """By events in a commit; what the kernel wrote, whole pages, checkpoints too."""
    bare_per_s: dict[str, float]
    """The same rows by SQLite alone, called from the thread that makes them."""
    bare_kib_per_event: dict[str, float]
    flush_4_kib: Spread | None


async def measure(folder: Path, commits: int) -> Store:
    """So many commits for each size of group. Nothing else may run in this process."""
    rates: dict[str, float] = {}
    written: dict[str, float] = {}
    single_ms: list[float] = []
    number = 0
    async with SqliteStore(folder / "state", opened_at=datetime.now(UTC)) as store:
        while await store.keep_house(datetime.now(UTC), clock_is_set=True):
            pass  # the reserve is no event's cost
        for group in GROUPS:
            before = proc.written_bytes(os.getpid()) or 0
            began = time.monotonic()
            for _ in range(commits):
                transaction = Transaction()
                for _ in range(group):
                    number += 1
                    transaction.events.append(_event(number))
                transaction.state["device:front-door"] = {"last_seen": number, "silent": False}
                began_ns = time.monotonic_ns()
                await store.transact(transaction)
                if group == 1:
                    single_ms.append((time.monotonic_ns() - began_ns) / 1e6)
            events = commits * group
            rates[str(group)] = events / (time.monotonic() - began)
            after = proc.written_bytes(os.getpid()) or 0
            written[str(group)] = (after - before) / events / 1024
    bare = {str(group): _bare(folder / f"bare-{group}.db", group, commits) for group in GROUPS}
    return Store(
        commit=spread(single_ms),
        events_per_s=rates,
        written_kib_per_event=written,
        bare_per_s={group: each[0] for group, each in bare.items()},
        bare_kib_per_event={group: each[1] for group, each in bare.items()},
        flush_4_kib=spread(flush(folder / "floor", commits)),
    )


def _bare(path: Path, group: int, commits: int) -> tuple[float, float]:
    """Rows a second and KiB for each, in a database that is as safe as the store's, and no more."""
    row = "x" * 200  # an event as it is stored
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE journal (seq INTEGER PRIMARY KEY, body TEXT)")
        before, began = proc.written_bytes(os.getpid()) or 0, time.monotonic()
        for _ in range(commits):
            database.execute("BEGIN IMMEDIATE")
            database.executemany("INSERT INTO journal (body) VALUES (?)", [(row,)] * group)
            database.execute("COMMIT")
        took_s, after = time.monotonic() - began, proc.written_bytes(os.getpid()) or 0
    events = commits * group
    return events / took_s, (after - before) / events / 1024


def _event(number: int) -> Event:
    stamp = Stamp(
        seq=number,
        at=datetime.now(UTC),
        monotonic=time.monotonic(),
        boot_id="00000000-0000-0000-0000-000000000000",
        clock=ClockQuality.SYNCHRONISED,
    )
    return stamped(DoorOpened(device_id="front-door"), stamp)


async def store(folder: Path, commits: int) -> dict[str, object]:
    """The figures, from a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.store", str(folder), str(commits)),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    said, _ = await process.communicate()
    figures: dict[str, object] = json.loads(said)
    return figures


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.mkdir(parents=True, exist_ok=True)
    print(json.dumps(asdict(asyncio.run(measure(place, int(sys.argv[2]))))))
