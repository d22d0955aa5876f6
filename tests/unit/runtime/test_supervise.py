"""A unit that falls is started again, later each time; one that stays down is told once."""

from __future__ import annotations

import asyncio

import pytest

from heimvakt.runtime.supervise import Policy, UnitGaveUp, supervise

QUICK = Policy(restarts_max=3, within_s=60.0, backoff_s_first=0.001, backoff_s_max=0.004)


class Unit:
    """Falls so many times, then runs for good."""

    def __init__(self, falls: int, error: Exception | None = None) -> None:
        self.falls = falls
        self.error = error or RuntimeError("the port is gone")
        self.times: list[float] = []
        self.stands = asyncio.Event()

    async def run(self) -> None:
        self.times.append(asyncio.get_running_loop().time())
        if len(self.times) <= self.falls:
            raise self.error
        self.stands.set()
        await asyncio.Event().wait()


async def run_until_it_stands(unit: Unit, policy: Policy = QUICK) -> None:
    task = asyncio.get_running_loop().create_task(supervise("unit", unit.run, policy=policy))
    async with asyncio.timeout(30):
        await unit.stands.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_unit_that_falls_is_started_again() -> None:
    unit = Unit(falls=3)
    await run_until_it_stands(unit)
    assert len(unit.times) == 4


async def test_each_pause_is_twice_the_one_before_up_to_a_limit() -> None:
    unit = Unit(falls=4)
    policy = Policy(restarts_max=9, within_s=60.0, backoff_s_first=0.02, backoff_s_max=0.05)
    await run_until_it_stands(unit, policy)
    pauses = [after - before for before, after in zip(unit.times, unit.times[1:], strict=False)]
    for pause, least in zip(pauses, [0.02, 0.04, 0.05, 0.05], strict=True):
        assert pause >= least


async def test_a_unit_that_stays_down_is_told_once_with_the_reason() -> None:
    unit, told = Unit(falls=99), list[str]()

    async def stays_down(reason: str) -> None:
        told.append(reason)

    await supervise("unit", unit.run, policy=QUICK, stays_down=stays_down)
    assert told == ["RuntimeError: the port is gone"]
    assert len(unit.times) == QUICK.restarts_max + 1


async def test_a_unit_that_nobody_can_do_without_ends_the_process() -> None:
    with pytest.raises(UnitGaveUp, match="pipeline stays down: OSError"):
        await supervise("pipeline", Unit(99, OSError()).run, policy=QUICK)


async def test_a_unit_that_ends_by_itself_has_fallen() -> None:
    runs = 0

    async def ends() -> None:
        nonlocal runs
        runs += 1

    with pytest.raises(UnitGaveUp, match="it ended by itself"):
        await supervise("unit", ends, policy=QUICK)
    assert runs == 4


async def test_falls_that_lie_far_apart_are_no_reason_to_give_up() -> None:
    unit = Unit(falls=5)
    await run_until_it_stands(unit, Policy(restarts_max=2, within_s=0.0, backoff_s_first=0.0))


async def test_being_stopped_is_no_fall() -> None:
    unit = Unit(falls=0)
    await run_until_it_stands(unit)
    assert len(unit.times) == 1


async def test_several_errors_at_once_are_one_fall() -> None:
    async def both() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(Unit(9).run())
            group.create_task(Unit(9).run())

    with pytest.raises(UnitGaveUp, match="ExceptionGroup"):
        await supervise("unit", both, policy=QUICK)
