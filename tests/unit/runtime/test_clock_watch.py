"""The home is told when its clock becomes more or less to be trusted, once for each change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from heimvakt.core.events import ClockQualityChanged, ClockStepped, Event, GatewayStarted
from heimvakt.runtime.clock_watch import run_clock_watch
from heimvakt.runtime.pipeline import Committed, Pipeline
from heimvakt.store.store import SqliteStore
from tests.support.beside import beside
from tests.support.hand_clock import HandClock
from tests.support.homes import EVENING
from tests.support.lives import pipeline_over, running

YEAR_70 = datetime(1970, 1, 1, 0, 0, 40, tzinfo=UTC)


@dataclass
class Watched:
    """What was committed."""

    pipeline: Pipeline
    events: list[Event] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, committed: Committed) -> None:
        self.events.append(committed.event)
        self.news.set()

    async def until(self, count: int) -> list[Event]:
        async with asyncio.timeout(30):
            while len(self.events) < count:
                self.news.clear()
                await self.news.wait()
        return self.events


@asynccontextmanager
async def watched(directory: Path, clock: HandClock) -> AsyncIterator[Watched]:
    async with SqliteStore(directory, opened_at=clock.now()) as store:
        pipeline = pipeline_over(store, clock)
        one = Watched(pipeline)
        async with running(pipeline):
            await pipeline.emit(GatewayStarted(cause="test", last_alive=None))
            pipeline.watch(one.take)
            async with beside(run_clock_watch(pipeline, clock, look_s=0.01)):
                yield one


async def test_a_clock_that_is_set_by_the_network_is_told_with_the_step(tmp_path: Path) -> None:
    clock = HandClock(YEAR_70)
    async with watched(tmp_path, clock) as one:
        clock.kept = True
        clock.set(EVENING)
        stepped, changed = await one.until(2)
        assert isinstance(stepped, ClockStepped)
        assert (stepped.before, stepped.after) == (YEAR_70, EVENING)
        assert isinstance(changed, ClockQualityChanged)
        assert (changed.before, changed.after) == ("unknown", "synchronised")
        assert changed.stamp.clock == "synchronised"


async def test_nothing_is_told_twice(tmp_path: Path) -> None:
    clock = HandClock()
    async with watched(tmp_path, clock) as one:
        clock.kept = True
        clock.wait(seconds=6)
        await one.until(1)
        clock.wait(seconds=60)
        await asyncio.sleep(0.1)  # ten looks, none of which is to say anything
        clock.kept = False
        clock.wait(seconds=6)
        events = await one.until(2)
        told = [(e.before, e.after) for e in events if isinstance(e, ClockQualityChanged)]
        assert told == [("unknown", "synchronised"), ("synchronised", "holdover")]
        assert one.events[-1].at == EVENING + timedelta(seconds=72)


async def test_a_step_is_told_though_nothing_else_happens(tmp_path: Path) -> None:
    clock = HandClock()
    async with watched(tmp_path, clock) as one:
        clock.kept = True
        clock.wait(seconds=6)
        await one.until(1)  # it has looked
        clock.set(clock.now() + timedelta(days=365))
        _, stepped = await one.until(2)
        assert isinstance(stepped, ClockStepped)
        assert stepped.after - stepped.before == timedelta(days=365)
