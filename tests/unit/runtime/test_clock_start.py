"""What a start makes of a clock that went another way while nobody looked, with a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from heimvakt.core.events import BedLeft, ClockStepped, GatewayStarted
from heimvakt.core.snapshot import restore
from heimvakt.core.supervision import deadlines
from heimvakt.runtime.pipeline import Pipeline
from heimvakt.store.store import SqliteStore
from tests.support.clock_desk import YEAR_70
from tests.support.hand_clock import HandClock
from tests.support.homes import EVENING, home
from tests.support.lives import journal, running

HOME = home()


@asynccontextmanager
async def life(directory: Path, clock: HandClock) -> AsyncIterator[Pipeline]:
    """One life in a boot, begun as the daemon begins it."""
    async with SqliteStore(directory, opened_at=clock.now()) as store:
        restored = store.restored
        state, unread = restore(HOME, restored.state, restored.alarms, restored.last_seq)
        assert not unread
        clock.learn(state.clock, restored.last_alive)
        pipeline = Pipeline(
            HOME, state, store, clock, boot_id=clock.boot_id, last_seq=restored.last_seq
        )
        async with running(pipeline):
            await pipeline.emit(GatewayStarted(cause="test", last_alive=restored.last_alive))
            yield pipeline


def distances(pipeline: Pipeline, clock: HandClock) -> dict[str, timedelta]:
    """How far away every deadline is."""
    state = pipeline.state
    armed = {**state.timers, **dict(deadlines(HOME, state.supervised))}
    return {name: at - clock.now() for name, at in armed.items()}


def about(these: dict[str, timedelta], others: dict[str, timedelta], off: timedelta) -> bool:
    """The same deadlines; those of silent devices may be later by what the gateway was off."""
    return these.keys() == others.keys() and all(
        timedelta() <= these[name] - others[name] + off <= 2 * off for name in these
    )


async def test_a_mark_of_the_time_before_a_cold_start_moves_no_deadline_twice(
    tmp_path: Path,
) -> None:
    clock = HandClock(EVENING + timedelta(hours=2))
    clock.kept = True
    async with life(tmp_path, clock) as pipeline:
        await pipeline.emit(BedLeft(device_id="bed"))
        clock.wait(minutes=1)
        await pipeline.prove()
        before = distances(pipeline, clock)
    for boot in ("two", "three"):
        cold = HandClock(YEAR_70, boot=boot)
        async with life(tmp_path, cold) as pipeline:
            assert distances(pipeline, cold) == before
            assert cold.quality() == "unknown"


async def test_a_clock_that_was_set_while_the_service_was_down_is_a_step_at_its_start(
    tmp_path: Path,
) -> None:
    clock = HandClock(YEAR_70)
    async with life(tmp_path, clock) as pipeline:
        await pipeline.emit(BedLeft(device_id="bed"))
        clock.wait(minutes=1)
        await pipeline.prove()
        before = distances(pipeline, clock)
    clock.wait(seconds=5)
    clock.kept = True
    clock.set(EVENING + timedelta(hours=2))
    async with life(tmp_path, clock) as pipeline:
        assert about(distances(pipeline, clock), before, timedelta(seconds=5))
    stepped, changed, started = journal(tmp_path)[2:5]
    assert isinstance(stepped, ClockStepped)
    assert changed.kind == "clock-quality-changed"
    assert isinstance(started, GatewayStarted)
    assert started.last_alive is not None
    assert started.at - started.last_alive == timedelta(seconds=5), "on the clock of today"


async def test_in_the_same_boot_a_clock_that_was_right_is_still_so_for_another_life(
    tmp_path: Path,
) -> None:
    clock = HandClock(EVENING)
    clock.kept = True
    async with life(tmp_path, clock):
        assert clock.quality() == "synchronised"
    after = HandClock(EVENING + timedelta(hours=1))
    after.since_boot = clock.since_boot + 3600
    async with life(tmp_path, after):
        assert after.quality() == "holdover"
