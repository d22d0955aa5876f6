"""Who has the radio: never the driver and a person at once."""

from __future__ import annotations

import asyncio

import pytest

from heimvakt_drivers.zigbee.radio.gate import Gate


async def drive(gate: Gate, log: list[str]) -> None:
    """What the driver does, for ever."""
    while True:
        await gate.passed()
        ended = asyncio.Event()

        def end(reason: str, ended: asyncio.Event = ended) -> None:
            log.append(reason)
            ended.set()

        with gate.used(end):
            log.append("driver has it")
            await ended.wait()
            await asyncio.sleep(0)  # letting it go takes a moment
            log.append("driver lets go")


async def test_a_person_gets_it_when_the_driver_has_let_go_and_gives_it_back() -> None:
    gate, log = Gate(), list[str]()
    async with asyncio.TaskGroup() as tasks:
        driver = tasks.create_task(drive(gate, log))
        await asyncio.sleep(0)
        for _ in range(2):
            async with gate.let_go("work"):
                log.append("person has it")
                assert gate.taken
                await asyncio.sleep(0.01)
                log.append("person is done")
            await asyncio.sleep(0)
        driver.cancel()
    once = ["driver has it", "work", "driver lets go", "person has it", "person is done"]
    assert log == [*once, *once, "driver has it"]


async def test_a_driver_that_has_none_is_not_waited_for() -> None:
    gate = Gate()
    async with asyncio.timeout(30), gate.let_go("work"):
        assert gate.taken


async def test_a_person_who_goes_away_half_way_leaves_it_to_the_driver() -> None:
    gate, log = Gate(), list[str]()
    async with asyncio.TaskGroup() as tasks:
        driver = tasks.create_task(drive(gate, log))
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError):
            async with gate.let_go("work"):
                raise RuntimeError
        await asyncio.sleep(0)
        assert log[-1] == "driver has it"
        driver.cancel()
