"""The contract of the clock, over the machine's and over the one that is driven."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from heimvakt.core.ports import Clock
from heimvakt.runtime.clock import DrivenClock, SystemClock
from tests.support.homes import EVENING

SOON = timedelta(milliseconds=30)


@dataclass(frozen=True, slots=True)
class Subject:
    """A clock, and how its time passes."""

    clock: Clock
    let_pass: Callable[[timedelta], Awaitable[None]]


def machine() -> Subject:
    async def let_pass(time: timedelta) -> None:
        await asyncio.sleep(time.total_seconds())

    return Subject(SystemClock(), let_pass)


def driven() -> Subject:
    clock = DrivenClock(EVENING)

    async def let_pass(time: timedelta) -> None:
        clock.drive(clock.now() + time)
        await asyncio.sleep(0)

    return Subject(clock, let_pass)


@pytest.fixture(params=[machine, driven], ids=["the machine's", "driven"])
def subject(request: pytest.FixtureRequest) -> Subject:
    made: Subject = request.param()
    return made


async def test_now_is_utc_and_goes_on(subject: Subject) -> None:
    before = subject.clock.now()
    assert before.tzinfo is UTC
    await subject.let_pass(SOON)
    assert subject.clock.now() >= before + SOON


async def test_both_times_pass_alike(subject: Subject) -> None:
    wall, monotonic = subject.clock.now(), subject.clock.monotonic()
    await subject.let_pass(SOON)
    passed = (subject.clock.now() - wall).total_seconds()
    assert subject.clock.monotonic() - monotonic == pytest.approx(passed, abs=0.1)
    assert subject.clock.monotonic() >= monotonic


async def test_what_is_past_is_not_waited_for(subject: Subject) -> None:
    async with asyncio.timeout(30):
        await subject.clock.sleep_until(subject.clock.now())
        await subject.clock.sleep_until(datetime(1970, 1, 1, tzinfo=UTC))


async def test_a_sleeper_wakes_when_the_time_has_come_and_not_before(subject: Subject) -> None:
    at = subject.clock.now() + SOON
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        sleeper = group.create_task(subject.clock.sleep_until(at))
        await subject.let_pass(SOON / 3)
        assert not sleeper.done() or subject.clock.now() >= at
        await subject.let_pass(SOON)
        await sleeper
    assert subject.clock.now() >= at


async def test_sleepers_wake_each_at_its_own_time(subject: Subject) -> None:
    begin = subject.clock.now()
    woken: list[int] = []

    async def sleep(number: int) -> None:
        await subject.clock.sleep_until(begin + number * SOON)
        woken.append(number)

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        for number in (3, 1, 2):
            group.create_task(sleep(number))
        while len(woken) < 3:
            await subject.let_pass(SOON / 2)
    assert woken == [1, 2, 3]


async def test_a_sleeper_that_is_cancelled_leaves_the_others_asleep(subject: Subject) -> None:
    at = subject.clock.now() + SOON
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        given_up = group.create_task(subject.clock.sleep_until(at))
        waiting = group.create_task(subject.clock.sleep_until(at))
        await asyncio.sleep(0)
        given_up.cancel()
        await subject.let_pass(SOON)
        await waiting


async def test_its_quality_is_known(subject: Subject) -> None:
    assert subject.clock.quality() in ("synchronised", "holdover", "unknown")
