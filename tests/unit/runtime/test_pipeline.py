"""Stamp, decide, commit, tell: in this order, and nothing is lost where the disk is at fault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from heimvakt.core.alarms import Alarm
from heimvakt.core.events import (
    BatteryMeasured,
    ButtonPressed,
    ClockStepped,
    ConfigurationChanged,
    DoorOpened,
    GatewayStarted,
    MotionDetected,
)
from heimvakt.core.ledger import ALIVE, StoreUnavailable
from heimvakt.runtime.clock import DrivenClock
from heimvakt.runtime.inbox import BATCH_MAX, WAITING_MAX
from heimvakt.runtime.pipeline import Committed, Pipeline
from heimvakt.store.store import SqliteStore
from tests.support.gated import GatedStore
from tests.support.homes import DEVICES, EVENING, home, to_all
from tests.support.lives import RECEIVER, journal, live, pipeline_over, running

PRESS, MOTION = ButtonPressed(device_id="button"), MotionDetected(device_id="hall")
STARTED = GatewayStarted(cause="test", last_alive=None)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[GatedStore]:
    async with SqliteStore(tmp_path, opened_at=EVENING) as real:
        yield GatedStore(real)


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock(EVENING)


@pytest.fixture
def pipeline(store: GatedStore, clock: DrivenClock) -> Pipeline:
    return pipeline_over(store, clock)


def seen_by(pipeline: Pipeline) -> list[Committed]:
    seen: list[Committed] = []
    pipeline.watch(seen.append)
    return seen


async def test_what_is_decided_is_of_the_home_that_was_taken_over(pipeline: Pipeline) -> None:
    new = replace(DEVICES["hall"], device_id="kitchen", address="99")
    async with running(pipeline):
        await pipeline.emit(STARTED)
        pipeline.home = home({**DEVICES, "kitchen": new})
        await pipeline.emit(ConfigurationChanged(digest="x"), MotionDetected(device_id="kitchen"))
    assert pipeline.state.supervised.devices["kitchen"].last_seen == EVENING


async def test_an_event_is_stamped_with_the_time_at_which_it_was_handed_over(
    store: GatedStore, pipeline: Pipeline, clock: DrivenClock
) -> None:
    async with running(pipeline), asyncio.TaskGroup() as group:
        store.open.clear()
        group.create_task(pipeline.emit(MOTION))
        await store.asked.wait()
        group.create_task(pipeline.emit(MOTION))
        await asyncio.sleep(0)
        clock.drive(EVENING + timedelta(minutes=5))
        store.open.set()
    first, second = (event for t in store.transactions for event in t.events)
    assert (first.at, second.at) == (EVENING, EVENING)
    assert (first.seq, second.seq) == (1, 2)
    assert second.stamp.boot_id == "boot"
    assert second.stamp.monotonic == 0.0


async def test_events_are_handed_over_in_the_call_and_durable_when_it_is_awaited(
    store: GatedStore, pipeline: Pipeline
) -> None:
    handed_over = pipeline.hand_over(ButtonPressed(device_id="button"))
    assert pipeline.waiting == 1
    assert not store.transactions
    async with running(pipeline):
        await handed_over
    (transaction,) = store.transactions
    assert [event.kind for event in transaction.events] == ["button-pressed"]


async def test_what_waits_together_is_committed_together(
    store: GatedStore, pipeline: Pipeline
) -> None:
    async with running(pipeline), asyncio.TaskGroup() as group:
        for _ in range(BATCH_MAX):
            group.create_task(pipeline.emit(MOTION))
    assert [len(t.events) for t in store.transactions] == [BATCH_MAX]
    assert pipeline.commits == 1
    assert pipeline.seq == BATCH_MAX


async def test_what_is_urgent_is_committed_first_and_alone(
    store: GatedStore, pipeline: Pipeline
) -> None:
    seen = seen_by(pipeline)
    async with running(pipeline), asyncio.TaskGroup() as group:
        await pipeline.emit(STARTED)
        store.open.clear()
        store.asked.clear()
        group.create_task(pipeline.emit(MOTION))
        await store.asked.wait()
        for _ in range(200):
            group.create_task(pipeline.emit(MOTION))
        group.create_task(pipeline.emit(PRESS))
        await asyncio.sleep(0)
        store.open.set()
    kinds = [each.event.kind for each in seen]
    assert kinds.index("button-pressed") == 2
    assert len(store.transactions[2].events) == 1


async def test_nothing_is_told_before_the_commit(store: GatedStore, pipeline: Pipeline) -> None:
    seen = seen_by(pipeline)
    async with running(pipeline), asyncio.TaskGroup() as group:
        await pipeline.emit(STARTED)
        state = pipeline.state
        store.open.clear()
        store.asked.clear()
        handed_over = group.create_task(pipeline.emit(PRESS))
        await store.asked.wait()
        assert not handed_over.done()
        assert len(seen) == 1
        assert pipeline.state is state
        store.open.set()
    assert [dispatch.alarm.kind for dispatch in seen[1].outcome.send] == ["button"]


async def test_an_alarm_its_row_and_its_event_are_one_transaction(
    store: GatedStore, pipeline: Pipeline
) -> None:
    async with running(pipeline):
        await pipeline.emit(STARTED)
        await pipeline.emit(PRESS)
    written = store.transactions[1]
    (alarm_id,) = written.alarms
    assert [event.kind for event in written.events] == ["button-pressed"]
    assert {"rule:button", "counter:alarms"} <= written.state.keys()
    assert list(written.outbox) == [(RECEIVER, alarm_id)]


async def test_a_store_that_fails_for_a_while_loses_nothing_and_no_number(
    store: GatedStore, clock: DrivenClock
) -> None:
    pipeline = pipeline_over(store, clock, commit_retries_s=(0.001, 0.001, 0.001))
    async with running(pipeline):
        await pipeline.emit(STARTED)
        store.failures = 3
        await pipeline.emit(PRESS)
    assert store.attempts == [[1], [2], [2], [2], [2]]
    assert pipeline.seq == 2


async def test_a_store_that_stays_away_ends_the_run_and_what_waits_is_committed_by_the_next(
    store: GatedStore, pipeline: Pipeline
) -> None:
    seen = seen_by(pipeline)
    async with asyncio.TaskGroup() as group:
        async with running(pipeline) as run:
            await pipeline.emit(STARTED)
            store.failures = 1
            press = group.create_task(pipeline.emit(PRESS))
            with pytest.raises(StoreUnavailable, match="disk does not answer"):
                await run
        assert not press.done()
        assert len(seen) == 1
        async with running(pipeline):  # as the supervisor starts it again
            await press
    assert store.attempts == [[1], [2], [2]]
    assert [dispatch.alarm.number for dispatch in seen[1].outcome.send] == [1]


async def test_nobody_waits_for_ever_for_a_pipeline_that_ended(
    store: GatedStore, pipeline: Pipeline
) -> None:
    async with asyncio.TaskGroup() as group:
        async with running(pipeline):
            store.open.clear()
            handed_over = group.create_task(_refused(pipeline))
            await store.asked.wait()
        assert await handed_over == "the pipeline has ended before the commit"


async def _refused(pipeline: Pipeline) -> str:
    with pytest.raises(StoreUnavailable) as refusal:
        await pipeline.emit(MOTION)
    return str(refusal.value)


async def test_a_call_is_durable_when_all_of_its_events_are(
    store: GatedStore, pipeline: Pipeline
) -> None:
    battery = BatteryMeasured(device_id="button", percent=80.0)
    async with running(pipeline):
        await pipeline.emit(battery, PRESS)
        assert [event.kind for event in store.transactions[0].events] == [
            "battery-measured",
            "button-pressed",
        ]
        await pipeline.emit(*[MOTION] * (2 * BATCH_MAX + 1))
        assert pipeline.seq == 2 * BATCH_MAX + 3
        await pipeline.emit()


async def test_a_call_of_which_a_part_could_not_be_written_keeps_its_order(
    store: GatedStore, pipeline: Pipeline
) -> None:
    async with asyncio.TaskGroup() as group:
        async with running(pipeline) as run:
            store.failures = 1
            call = group.create_task(pipeline.emit(*[MOTION] * BATCH_MAX, PRESS))
            with pytest.raises(StoreUnavailable):
                await run
        async with running(pipeline):
            await call
    kinds = [event.kind for written in store.transactions for event in written.events]
    assert kinds == ["motion-detected"] * BATCH_MAX + ["button-pressed"]


async def test_whoever_hands_over_too_much_waits_and_answers_never_do(
    store: GatedStore, pipeline: Pipeline
) -> None:
    async with running(pipeline), asyncio.TaskGroup() as group:
        store.open.clear()
        group.create_task(pipeline.emit(*[MOTION] * 5 * WAITING_MAX))
        await store.asked.wait()
        await asyncio.sleep(0)
        assert pipeline.waiting <= WAITING_MAX + BATCH_MAX
        store.open.set()
    assert pipeline.seq == 5 * WAITING_MAX


async def test_a_clock_that_was_set_is_noted_before_the_event_that_shows_it(
    store: GatedStore, tmp_path: Path
) -> None:
    class SetClock(DrivenClock):
        """A clock that somebody sets: the time of this boot knows nothing of it."""

        ahead = timedelta()

        def now(self):  # type: ignore[no-untyped-def]
            return super().now() + self.ahead

    clock = SetClock(EVENING)
    pipeline = pipeline_over(store, clock)
    async with running(pipeline):
        await pipeline.emit(STARTED)
        pendant = ButtonPressed(device_id="pendant")
        await pipeline.emit(pendant)
        clock.ahead = timedelta(hours=2)
        await pipeline.fire_due()
        assert [alarm.state for alarm in pipeline.state.alarms.values()] == ["pending"]
        clock.drive(EVENING + timedelta(seconds=10))
        await pipeline.fire_due()
        assert [alarm.state for alarm in pipeline.state.alarms.values()] == ["raised"]
    stepped = [event for event in journal(tmp_path) if isinstance(event, ClockStepped)]
    assert [event.after - event.before for event in stepped] == [timedelta(hours=2)]


async def test_a_proof_of_life_is_a_commit_and_no_event(
    store: GatedStore, pipeline: Pipeline
) -> None:
    async with running(pipeline):
        await pipeline.prove()
    (written,) = store.transactions
    assert (written.events, written.state) == ([], {ALIVE: {"at": EVENING.isoformat()}})
    assert (pipeline.seq, pipeline.commits) == (0, 1)


async def test_a_start_says_which_numbers_alarms_go_on_from(tmp_path: Path) -> None:
    async with live(tmp_path) as life:
        await life.pipeline.emit(PRESS)
    async with live(tmp_path):
        pass
    starts = [event for event in journal(tmp_path) if isinstance(event, GatewayStarted)]
    assert [start.alarms_raised for start in starts] == [0, 1]


async def test_who_stops_watching_is_told_no_more(pipeline: Pipeline) -> None:
    seen: list[Committed] = []
    stop = pipeline.watch(seen.append)
    async with running(pipeline):
        await pipeline.emit(MOTION)
        stop()
        await pipeline.emit(MOTION)
    assert len(seen) == 1


async def test_every_alarm_has_a_row_for_every_receiver(store: GatedStore) -> None:
    told = to_all("centre", "neighbour")
    pipeline = pipeline_over(store, DrivenClock(EVENING), of=home(told=told))
    async with running(pipeline):
        await pipeline.emit(STARTED)
        await pipeline.emit(PRESS, DoorOpened(device_id="front-door"))
    kept: list[Alarm] = list(pipeline.state.alarms.values())
    assert len(kept) == 2
    assert await store.count_waiting() == {"centre": 2, "neighbour": 2}
