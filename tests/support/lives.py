"""One life of the gateway without drivers and uplinks: a real store, a pipeline, a driven clock."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from heimvakt.core.alarms import Alarm
from heimvakt.core.codec import decode_event
from heimvakt.core.devices import Home
from heimvakt.core.events import Event, GatewayStarted, StoreFault
from heimvakt.core.ledger import Restored, Store
from heimvakt.core.ports import Clock
from heimvakt.core.reports import Wanted
from heimvakt.core.snapshot import restore
from heimvakt.core.state import State
from heimvakt.runtime.beginning import requeue
from heimvakt.runtime.clock import DrivenClock
from heimvakt.runtime.pipeline import Pipeline
from heimvakt.store.store import FILE, NOBODY, SqliteStore
from tests.support.homes import EVENING, home

RECEIVER = "centre"


@dataclass(frozen=True, slots=True)
class Life:
    """What a test may ask."""

    store: SqliteStore
    pipeline: Pipeline
    clock: DrivenClock


def pipeline_over(
    store: Store,
    clock: Clock,
    *,
    of: Home | None = None,
    state: State | None = None,
    last_seq: int = 0,
    boot_id: str = "boot",
    commit_retries_s: Sequence[float] = (),
) -> Pipeline:
    """A pipeline that does not run yet."""
    return Pipeline(
        of or home(),
        State() if state is None else state,
        store,
        clock,
        boot_id=boot_id,
        last_seq=last_seq,
        commit_retries_s=commit_retries_s,
    )


@asynccontextmanager
async def running(pipeline: Pipeline) -> AsyncIterator[asyncio.Task[None]]:
    """The pipeline runs, and is stopped at the end if it did not fail before."""
    task = asyncio.get_running_loop().create_task(pipeline.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


@asynccontextmanager
async def live(
    directory: Path,
    clock: DrivenClock | None = None,
    *,
    of: Home | None = None,
    wanted: Mapping[str, Wanted] = NOBODY,
    boot_id: str | None = None,
) -> AsyncIterator[Life]:
    """Begin as the daemon does, with all that the directory holds; in a boot of its own, or not."""
    clock = clock or DrivenClock(EVENING)
    of = of or home()
    async with SqliteStore(directory, opened_at=clock.now(), wanted=wanted) as store:
        restored: Restored = store.restored
        state, unread = restore(of, restored.state, restored.alarms, restored.last_seq)
        assert not unread
        await requeue(store, restored, of.routes.receivers, of.routes)
        pipeline = pipeline_over(
            store,
            clock,
            of=of,
            state=state,
            last_seq=restored.last_seq,
            # A driven clock counts anew, as a boot does.
            boot_id=boot_id or f"boot-{restored.last_seq}",
        )
        async with running(pipeline):
            begun: list[Event] = [GatewayStarted(cause="test", last_alive=restored.last_alive)]
            if (fault := restored.fault) is not None:
                begun.append(
                    StoreFault(reason=fault.reason, set_aside=fault.set_aside, saved=fault.saved)
                )
            await pipeline.emit(*begun)
            yield Life(store, pipeline, clock)


def journal(directory: Path) -> list[Event]:
    """Every event in the journal, in order."""
    with closing(sqlite3.connect(f"file:{directory / FILE}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT body FROM journal ORDER BY seq").fetchall()
    return [decode_event(json.loads(body)) for (body,) in rows]


async def every_alarm(store: Store) -> dict[str, Alarm]:
    """By id."""
    return {alarm.alarm_id: alarm for alarm in await store.alarms(100_000)}
