"""A full disk takes alarms and nothing else; a dead one does not keep a high alarm at home."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from heimvakt.core.alarms import Alarm
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import ButtonPressed, GatewayStarted, MotionDetected
from heimvakt.core.ledger import StoreFull, StoreUnavailable
from heimvakt.runtime import commit
from heimvakt.runtime.ahead import AHEAD_MAX, FOR_URGENT
from heimvakt.runtime.clock import DrivenClock
from heimvakt.runtime.inbox import BATCH_MAX
from heimvakt.runtime.pipeline import Committed, Pipeline
from heimvakt.store.sequence import EARLY
from heimvakt.store.store import SqliteStore
from tests.support.gated import GatedStore
from tests.support.homes import DEVICES, EVENING, home
from tests.support.lives import every_alarm, pipeline_over, running

PRESS, MOTION = ButtonPressed(device_id="button"), MotionDetected(device_id="hall")
OTHER = ButtonPressed(device_id="bedside")
STARTED = GatewayStarted(cause="test", last_alive=None)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[GatedStore]:
    async with SqliteStore(tmp_path, opened_at=EVENING) as real:
        yield GatedStore(real)


@pytest.fixture
def pipeline(store: GatedStore) -> Pipeline:
    bedside = Device(device_id="bedside", role=Role.BUTTON, driver="gpio", address="9")
    two_buttons = home({**DEVICES, "bedside": bedside})
    return pipeline_over(store, DrivenClock(EVENING), of=two_buttons)


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


class Told:
    """What was told from memory, by the id of the alarm."""

    def __init__(self) -> None:
        self.alarms: dict[str, Alarm] = {}
        self._news = asyncio.Event()

    def take(self, decided: Committed) -> None:
        for dispatch in decided.outcome.send:
            self.alarms[dispatch.alarm.alarm_id] = dispatch.alarm
        self._news.set()

    async def count(self, count: int) -> None:
        async with asyncio.timeout(30):
            while len(self.alarms) < count:
                self._news.clear()
                await self._news.wait()


async def test_what_comes_while_a_commit_hangs_is_told_too_and_keeps_its_turn(
    store: GatedStore, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What hangs may be a motion: a press behind it must not wait for the disk."""
    told = Told()
    pipeline.watch_unsaved(told.take)
    async with running(pipeline), asyncio.TaskGroup() as group:
        await pipeline.emit(STARTED)
        monkeypatch.setattr(commit, "UNSAVED_S", 0.01)
        store.asked.clear()
        store.open.clear()
        group.create_task(pipeline.emit(MOTION))
        await store.asked.wait()
        group.create_task(pipeline.emit(PRESS))
        await told.count(1)
        group.create_task(pipeline.emit(OTHER))
        await told.count(2)
        assert await every_alarm(store) == {}
        assert pipeline.waiting == 3
        store.open.set()
    assert await every_alarm(store) == told.alarms
    assert [event for numbers in store.attempts for event in numbers] == [1, 2, 3, 4]
    assert pipeline.waiting == 0


async def test_what_was_told_is_committed_as_it_was_by_a_pipeline_that_ended_and_runs_again(
    store: GatedStore, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(pipeline):
        await pipeline.emit(STARTED)
    monkeypatch.setattr(commit, "UNSAVED_S", 0.01)
    told, again = Told(), Told()
    pipeline.watch_unsaved(told.take)
    async with asyncio.TaskGroup() as group:
        store.asked.clear()
        store.open.clear()
        store.failures = 1
        group.create_task(pipeline.emit(MOTION))
        ended = group.create_task(_ends(pipeline))
        await store.asked.wait()
        group.create_task(pipeline.emit(PRESS))
        await told.count(1)
        store.open.set()
        await ended
        pipeline.watch_unsaved(again.take)
        group.create_task(pipeline.emit(OTHER))  # urgent, and behind what was told before it
        store.open.clear()
        async with running(pipeline):
            await again.count(2)
            store.open.set()
            await pipeline.prove()
    assert await every_alarm(store) == again.alarms
    assert again.alarms.items() >= told.alarms.items()


async def test_a_disk_that_comes_back_full_takes_what_was_told_and_what_it_stands_on(
    store: GatedStore, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told()
    pipeline.watch_unsaved(told.take)
    async with running(pipeline), asyncio.TaskGroup() as group:
        await pipeline.emit(STARTED)
        monkeypatch.setattr(commit, "UNSAVED_S", 0.01)
        store.open.clear()
        group.create_task(pipeline.emit(MOTION))
        group.create_task(pipeline.emit(PRESS))
        await told.count(1)
        store.fits = 0
        store.open.set()
    assert await every_alarm(store) == told.alarms
    assert pipeline.seq == 3
    with pytest.raises(StoreFull):
        async with running(pipeline):
            await pipeline.emit(MOTION)


async def test_no_more_is_decided_ahead_than_has_numbers(
    store: GatedStore, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Committed] = []
    pipeline.watch_unsaved(told.append)
    hangs = asyncio.Event()
    pipeline.watch_unsaved(lambda _: hangs.set())
    async with running(pipeline), asyncio.TaskGroup() as group:
        await pipeline.emit(STARTED)
        monkeypatch.setattr(commit, "UNSAVED_S", 0.01)
        store.open.clear()
        group.create_task(pipeline.emit(MOTION))
        await hangs.wait()
        for _ in range(6):
            group.create_task(pipeline.emit(*[MOTION] * 100))
        await asyncio.sleep(0)
        storm = len(told)
        assert AHEAD_MAX - FOR_URGENT <= storm < AHEAD_MAX

        # Room that only a call for help may use, and no more of that either.
        group.create_task(pipeline.emit(PRESS))
        await asyncio.sleep(0)
        assert [each.event.kind for each in told[storm:]] == [PRESS.kind]
        group.create_task(pipeline.emit(*[PRESS] * 400))
        await asyncio.sleep(0)
        most = BATCH_MAX + AHEAD_MAX + BATCH_MAX
        assert AHEAD_MAX <= len(told) <= most < EARLY
        assert pipeline.waiting == 1_002
        store.open.set()
    assert pipeline.seq == 1_003


async def _ends(pipeline: Pipeline) -> None:
    with pytest.raises(StoreUnavailable):
        await pipeline.run()


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
