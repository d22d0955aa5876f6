"""Fill a journal as a home does, in a process of its own: `python -m benchmarks.fill HOME.toml
STATE EVENTS`. The pipeline, the engine and the store are the product's; only nobody listens.

The events are those of four sensors, spread over six and a half days up to now: just short of what
is erased by age.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from heimvakt import app
from heimvakt.config.configuration import Configuration
from heimvakt.config.loader import load
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    DeviceSeen,
    DoorClosed,
    DoorOpened,
    Event,
    GatewayStarted,
    GatewayStopping,
    MotionCleared,
    MotionDetected,
)
from heimvakt.core.reports import Wanted
from heimvakt.core.snapshot import restore
from heimvakt.runtime.clock import DrivenClock
from heimvakt.runtime.pipeline import Pipeline
from heimvakt.store.store import FILE, SqliteStore

from . import proc

ROOT = Path(__file__).resolve().parent.parent
SPREAD = timedelta(days=6, hours=12)
AT_ONCE = 64
"""Events in one call, and so in one commit."""
SAID: tuple[Event, ...] = (
    DoorOpened(device_id="front-door"),
    MotionDetected(device_id="hall-motion"),
    DoorClosed(device_id="front-door"),
    MotionCleared(device_id="hall-motion"),
    BedEntered(device_id="bed"),
    MotionDetected(device_id="bathroom"),
    BedLeft(device_id="bed"),
    MotionCleared(device_id="bathroom"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What it cost."""

    events: int
    first_seq: int
    last_seq: int
    events_per_s: float
    written_bytes_per_event: float | None
    disk_bytes: int
    """Of the database, its log taken into it."""


async def fill(configuration: Configuration, state: Path, count: int) -> Filled:
    """So many events, each on disk when this returns."""
    clock = DrivenClock(datetime.now(UTC) - SPREAD)
    wanted = dict.fromkeys(configuration.receivers, Wanted.TELEMETRY)
    home = configuration.to_home()
    async with SqliteStore(state, opened_at=clock.now(), wanted=wanted) as store:
        found = store.restored
        before, _ = restore(home, found.state, found.alarms, found.last_seq)
        pipeline = Pipeline(home, before, store, clock, boot_id="filled", last_seq=found.last_seq)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(pipeline.run())
            await pipeline.emit(GatewayStarted(cause="started", last_alive=None))
            first = pipeline.seq + 1
            began, written = time.monotonic(), proc.written_bytes(os.getpid())
            for events in _in_calls(count):
                await pipeline.emit(*events)
                clock.drive(clock.now() + SPREAD * (len(events) / count))
            took_s, now_written = time.monotonic() - began, proc.written_bytes(os.getpid())
            last = pipeline.seq
            # Or they would count as silent as soon as the gateway starts.
            await pipeline.emit(*(DeviceSeen(device_id=name) for name in home.devices))
            await pipeline.emit(GatewayStopping())
            running.cancel()
    each = None if written is None or now_written is None else (now_written - written) / count
    return Filled(
        events=count,
        first_seq=first,
        last_seq=last,
        events_per_s=count / took_s,
        written_bytes_per_event=each,
        disk_bytes=(state / FILE).stat().st_size,
    )


def _in_calls(count: int) -> Iterator[list[Event]]:
    for begin in range(0, count, AT_ONCE):
        end = min(begin + AT_ONCE, count)
        yield [SAID[number % len(SAID)] for number in range(begin, end)]


async def filled(home: Path, state: Path, count: int) -> Filled:
    """The same from a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.fill", str(home), str(state), str(count)),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"the journal could not be filled ({process.returncode})")
    return Filled(**json.loads(said))


def main(home: Path, state: Path, count: int) -> None:
    """Fill and say what it cost."""
    configuration = load(home, app.catalogue()).configuration
    if configuration is None:
        raise SystemExit(f"heimvakt check {home}")
    print(json.dumps(asdict(asyncio.run(fill(configuration, state, count)))))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
