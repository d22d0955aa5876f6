"""The store alone, in a process of its own: `python -m benchmarks.store FOLDER COMMITS`.

Each transaction is what a door that opens costs: one event and one changed part of the state.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
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
    flush_4_kib: Spread | None


async def measure(folder: Path, commits: int) -> Store:
    """So many commits for each size of group. Nothing else may run in this process."""
    rates: dict[str, float] = {}
    written: dict[str, float] = {}
    single_ms: list[float] = []
    number = 0
    async with SqliteStore(folder / "state", opened_at=datetime.now(UTC)) as store:
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
    return Store(
        commit=spread(single_ms),
        events_per_s=rates,
        written_kib_per_event=written,
        flush_4_kib=spread(flush(folder / "floor", commits)),
    )


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
