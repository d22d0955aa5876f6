"""Deadlines come when they are due, each once, and a new one is not overslept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from heimvakt.core.alarms import AlarmState
from heimvakt.core.events import (
    ButtonPressed,
    DoorOpened,
    GatewayStarted,
    MotionDetected,
    TimerFired,
)
from heimvakt.runtime import commit
from heimvakt.runtime.clock import DrivenClock, SystemClock
from heimvakt.runtime.deadlines import run_deadlines
from heimvakt.runtime.pipeline import Committed, Pipeline
from heimvakt.store.store import SqliteStore
from tests.support.gated import GatedStore
from tests.support.homes import DEVICES, EVENING, home, moved
from tests.support.lives import Life, every_alarm, live, pipeline_over, running

PENDANT = ButtonPressed(device_id="pendant")


@asynccontextmanager
async def watched(life: Life) -> AsyncIterator[list[Committed]]:
    """The deadlines of a life come; what they led to."""
    seen: list[Committed] = []
    life.pipeline.watch(seen.append)
    task = asyncio.get_running_loop().create_task(run_deadlines(life.pipeline, life.clock))
    try:
        yield seen
    finally:
        task.cancel()
        await asyncio.wait([task])


async def next_commit(pipeline: Pipeline) -> None:
    async with asyncio.timeout(30):
        await pipeline.turned.wait()


def fired(seen: list[Committed]) -> list[str]:
    return [each.event.name for each in seen if isinstance(each.event, TimerFired)]


async def test_a_deadline_comes_when_the_clock_gets_there(tmp_path: Path) -> None:
    async with live(tmp_path) as life, watched(life) as seen:
        await life.pipeline.emit(PENDANT)
        life.clock.drive(EVENING + timedelta(seconds=9))
        await life.pipeline.prove()
        assert fired(seen) == []
        turned = asyncio.get_running_loop().create_task(next_commit(life.pipeline))
        await asyncio.sleep(0)
        life.clock.drive(EVENING + timedelta(seconds=10))
        await turned
        assert fired(seen) == ["button/pendant"]
        assert seen[-1].outcome.send[0].alarm.state == "raised"


async def test_several_that_are_due_come_in_the_order_of_their_times(tmp_path: Path) -> None:
    devices = {
        i: moved(device, silent_after=timedelta(minutes=minutes))
        for minutes, (i, device) in enumerate(reversed(DEVICES.items()), start=10)
    }
    async with live(tmp_path, of=home(devices)) as life, watched(life) as seen:
        life.clock.drive(EVENING + timedelta(hours=1))
        await life.pipeline.fire_due()
        assert fired(seen) == [f"/silent/{device_id}" for device_id in devices]
        await life.pipeline.fire_due()
        assert len(fired(seen)) == len(devices), "each comes once"


async def test_commits_that_leave_the_next_deadline_where_it_was_arm_nothing(
    tmp_path: Path,
) -> None:
    class Counting(DrivenClock):
        armed = 0

        async def sleep_until(self, at: datetime) -> None:
            self.armed += 1
            await super().sleep_until(at)

    clock = Counting(EVENING)
    async with live(tmp_path, clock) as life, watched(life) as seen:
        await life.pipeline.emit(PENDANT)
        await settle()
        before = clock.armed
        for _ in range(10):
            await life.pipeline.emit(DoorOpened(device_id="front-door"))
            await settle()
        assert clock.armed == before
        turned = asyncio.get_running_loop().create_task(next_commit(life.pipeline))
        await asyncio.sleep(0)
        clock.drive(EVENING + timedelta(seconds=10))
        await turned
        assert fired(seen) == ["button/pendant"]


async def settle() -> None:
    """Let everybody who waits for a commit see it."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_deadline_that_was_taken_away_does_not_come(tmp_path: Path) -> None:
    async with live(tmp_path) as life, watched(life) as seen:
        await life.pipeline.emit(PENDANT)
        life.clock.drive(EVENING + timedelta(seconds=5))
        await life.pipeline.emit(PENDANT)
        life.clock.drive(EVENING + timedelta(minutes=5))
        await life.pipeline.fire_due()
        assert fired(seen) == []


async def test_a_deadline_that_came_while_nobody_lived_comes_at_the_start(tmp_path: Path) -> None:
    async with live(tmp_path) as life:
        await life.pipeline.emit(PENDANT)
    later = DrivenClock(EVENING + timedelta(hours=1))
    async with live(tmp_path, later) as life, watched(life) as seen:
        await next_commit(life.pipeline)
        assert fired(seen) == ["button/pendant"]


async def test_on_the_clock_of_the_machine_a_nearer_deadline_is_not_overslept(
    tmp_path: Path,
) -> None:
    clock = SystemClock()
    pendant = {"pendant": moved(DEVICES["pendant"], cancel=timedelta(milliseconds=50))}
    async with SqliteStore(tmp_path, opened_at=clock.now()) as store:
        pipeline = pipeline_over(store, clock, of=home({**DEVICES, **pendant}))
        raised = asyncio.Event()
        pipeline.watch(lambda c: raised.set() if c.event.kind == "timer-fired" else None)
        loop = asyncio.get_running_loop()
        async with running(pipeline):
            await pipeline.emit(GatewayStarted(cause="test", last_alive=None))
            task = loop.create_task(run_deadlines(pipeline, clock))
            await pipeline.emit(DoorOpened(device_id="front-door"))  # sleeps for hours now
            await asyncio.sleep(0)
            began = loop.time()
            await pipeline.emit(PENDANT)
            async with asyncio.timeout(30):
                await raised.wait()
            task.cancel()
            await asyncio.wait([task])
        assert loop.time() - began >= 0.05


async def test_a_call_that_nobody_takes_back_does_not_wait_for_a_disk_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Committed] = []
    news = asyncio.Event()

    def take(decided: Committed) -> None:
        told.append(decided)
        news.set()

    async def of(kind: str) -> Committed:
        async with asyncio.timeout(30):
            while True:
                for each in told:
                    if each.event.kind == kind:
                        return each
                news.clear()
                await news.wait()

    async with SqliteStore(tmp_path, opened_at=EVENING) as real:
        store, clock = GatedStore(real), DrivenClock(EVENING)
        pipeline = pipeline_over(store, clock)
        pipeline.watch_unsaved(take)
        async with running(pipeline), asyncio.TaskGroup() as group:
            deadlines = group.create_task(run_deadlines(pipeline, clock))
            await pipeline.emit(GatewayStarted(cause="test", last_alive=None))
            monkeypatch.setattr(commit, "UNSAVED_S", 0.01)
            store.open.clear()
            group.create_task(pipeline.emit(MotionDetected(device_id="hall")))
            await of("motion-detected")
            group.create_task(pipeline.emit(PENDANT))
            await of("button-pressed")
            clock.drive(EVENING + timedelta(seconds=10))
            [raised] = (await of("timer-fired")).outcome.send
            store.open.set()
            await pipeline.prove()
            deadlines.cancel()
        assert raised.alarm.state is AlarmState.RAISED
        assert await every_alarm(store) == {raised.alarm.alarm_id: raised.alarm}
