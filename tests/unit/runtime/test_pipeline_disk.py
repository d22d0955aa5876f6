"""A full disk takes alarms and nothing else; a dead one does not keep a high alarm at home."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from heimvakt.core.events import ButtonPressed, GatewayStarted, MotionDetected
from heimvakt.core.ledger import StoreFull, StoreUnavailable
from heimvakt.runtime import commit
from heimvakt.runtime.clock import DrivenClock
from heimvakt.runtime.pipeline import Committed, Pipeline
from heimvakt.store.store import SqliteStore
from tests.support.gated import GatedStore
from tests.support.homes import EVENING
from tests.support.lives import every_alarm, pipeline_over, running

PRESS, MOTION = ButtonPressed(device_id="button"), MotionDetected(device_id="hall")
STARTED = GatewayStarted(cause="test", last_alive=None)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[GatedStore]:
    async with SqliteStore(tmp_path, opened_at=EVENING) as real:
        yield GatedStore(real)


@pytest.fixture
def pipeline(store: GatedStore) -> Pipeline:
    return pipeline_over(store, DrivenClock(EVENING))


async def test_a_full_store_refuses_what_is_no_alarm_and_goes_on(
    store: GatedStore, pipeline: Pipeline
) -> None:
    async with running(pipeline):
        await pipeline.emit(STARTED)
        store.fits, before, number = 0, pipeline.state, pipeline.seq
        with pytest.raises(StoreFull):
            await pipeline.emit(MOTION)
        assert pipeline.state is before, "what was not taken has not happened"
        assert pipeline.seq == number
        await pipeline.emit(PRESS)
        assert len(await every_alarm(store)) == 1
        await pipeline.prove()
        store.fits = None
        await pipeline.emit(MOTION)
        assert pipeline.seq == number + 2
        assert pipeline.waiting == 0


async def test_a_full_store_takes_singly_what_it_does_not_take_together(
    store: GatedStore, pipeline: Pipeline
) -> None:
    async with running(pipeline):
        await pipeline.emit(STARTED)
        store.fits = 1
        await pipeline.emit(*[MOTION] * 10)
        assert pipeline.seq == 11
        store.fits = 0
        with pytest.raises(StoreFull):
            await pipeline.emit(*[MOTION] * 10)
        assert pipeline.seq == 11
        assert pipeline.waiting == 0


async def test_what_a_dead_disk_does_not_take_is_told_once_and_committed_under_the_same_id(
    store: GatedStore, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit, "UNSAVED_S", 0.01)
    told_so: asyncio.Future[Committed] = asyncio.get_running_loop().create_future()
    saved: list[Committed] = []
    async with running(pipeline), asyncio.TaskGroup() as group:
        await pipeline.emit(STARTED)
        pipeline.watch_unsaved(told_so.set_result)  # a second time would raise
        pipeline.watch(saved.append)
        store.open.clear()
        group.create_task(pipeline.emit(PRESS))
        async with asyncio.timeout(30):
            unsaved = await told_so
        assert not saved
        assert await every_alarm(store) == {}
        store.open.set()
    [told] = unsaved.outcome.send
    [[kept]] = [each.outcome.send for each in saved]
    assert told.alarm == kept.alarm
    assert set(await every_alarm(store)) == {told.alarm.alarm_id}


async def test_the_batch_that_failed_is_the_first_to_be_committed_whatever_came_since(
    store: GatedStore, pipeline: Pipeline
) -> None:
    """Else another alarm would get the number that may have been told already."""
    store.failures = 1
    async with asyncio.TaskGroup() as group:
        group.create_task(pipeline.emit(MOTION))
        with pytest.raises(StoreUnavailable):
            await pipeline.run()
        assert pipeline.waiting == 1
        group.create_task(pipeline.emit(PRESS))  # urgent: it would go first
        await asyncio.sleep(0)
        async with running(pipeline):
            await pipeline.prove()
    assert store.attempts[0] == store.attempts[1] == [1]


async def test_with_nothing_wrong_nothing_is_told_unsaved(pipeline: Pipeline) -> None:
    unsaved: list[Committed] = []
    pipeline.watch_unsaved(unsaved.append)
    async with running(pipeline):
        await pipeline.emit(STARTED, PRESS)
    assert not unsaved


async def test_what_is_to_be_sent_may_be_made_ready_while_the_disk_is_busy(
    pipeline: Pipeline,
) -> None:
    seen: list[tuple[str, Committed]] = []
    pipeline.prepare(lambda decided: seen.append(("ready", decided)))
    pipeline.watch(lambda committed: seen.append(("told", committed)))
    async with running(pipeline):
        await pipeline.emit(STARTED)
        await pipeline.emit(MOTION)
        seen.clear()
        await pipeline.emit(PRESS)
    (ready, decided), (told, committed) = seen
    assert (ready, told) == ("ready", "told")
    assert decided is committed


async def test_nothing_is_made_ready_of_what_nobody_is_told(pipeline: Pipeline) -> None:
    ready: list[Committed] = []
    pipeline.prepare(ready.append)
    async with running(pipeline):
        await pipeline.emit(STARTED)
        await pipeline.emit(MOTION)
    assert not ready
