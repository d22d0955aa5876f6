"""A sensor in the hand of somebody at an empty home, and the pairing that goes on beside a test.

A file of tests takes the fixture by its name: `bench = zigbee_pairing.bench`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from heimvakt.core.devices import Device, Role
from heimvakt.core.tending import Step, TendingFailed, Waiting, Wanted
from heimvakt_drivers.virtual.zigbee import ContactSensor, Face
from heimvakt_drivers.zigbee.driver import ZigbeeDriver
from heimvakt_drivers.zigbee.tending import fitting
from tests.support.drivers import Gateway
from tests.support.zigbee import ADDRESS, ZigbeeBench, device, formed

POWER = 0x0001
DOOR = ADDRESS.format(0x51)
OTHER = ADDRESS.format(0x52)


class Pair:
    """One pairing that goes on beside the test, and what it has told."""

    def __init__(self, driver: ZigbeeDriver, wanted: Wanted, tasks: asyncio.TaskGroup) -> None:
        self.steps: list[Step] = []
        self._changed = asyncio.Event()
        self.task = tasks.create_task(self._run(driver, wanted))

    async def _run(self, driver: ZigbeeDriver, wanted: Wanted) -> str | TendingFailed:
        try:
            return await driver.pair(wanted, self._tell)
        except TendingFailed as failed:
            return failed
        finally:
            self._changed.set()

    async def _tell(self, step: Step) -> None:
        self.steps.append(step)
        self._changed.set()

    async def told(self, kind: type[Step], count: int = 1) -> Any:
        """The last step of this kind, once there are so many."""
        async with asyncio.timeout(30):
            while len(found := [s for s in self.steps if isinstance(s, kind)]) < count:
                assert not self.task.done(), (self.task.result(), self.steps)
                self._changed.clear()
                await self._changed.wait()
        return found[-1]

    async def done(self) -> str:
        async with asyncio.timeout(30):
            result = await self.task
        assert isinstance(result, str), (result, self.steps)
        return result

    async def failed(self) -> TendingFailed:
        async with asyncio.timeout(30):
            result = await self.task
        assert isinstance(result, TendingFailed), self.steps
        return result

    @property
    def kinds(self) -> list[type[Step]]:
        return [type(step) for step in self.steps if not isinstance(step, Waiting)]


class Bench(ZigbeeBench):
    """An empty home with a contact sensor in the hand of somebody."""

    def __init__(self, folder: Path, speaks: Face = "znp") -> None:
        super().__init__(folder, [device(1, Role.MOTION, "hall")], formed(speaks=speaks))
        self.sensor = self.radio.add(ContactSensor(DOOR))
        self.tasks: asyncio.TaskGroup

    def pair(self, driver: ZigbeeDriver, role: Role = Role.DOOR, **more: Any) -> Pair:
        wanted = Wanted(device_id="front-door", role=role, within=timedelta(minutes=4))
        return Pair(driver, replace(wanted, **more), self.tasks)

    async def paired(self, driver: ZigbeeDriver) -> Pair:
        """The sensor is taken in, and nothing goes wrong."""
        pair = self.pair(driver)
        await self.radio.wait_permit_join()
        await self.sensor.join()
        await pair.done()
        return pair

    def take_over(self, driver: ZigbeeDriver, address: str = DOOR, **more: Any) -> None:
        door = Device(device_id="front-door", role=Role.DOOR, driver="zigbee", address=address)
        added = replace(door, **more)
        driver.take_over({d.address: d for d in (*self.devices, added)})


@pytest.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.setattr(fitting, "HEAR_S", 0.2)
    one = Bench(tmp_path)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(one.served())
        one.tasks = await stack.enter_async_context(asyncio.TaskGroup())
        yield one


@asynccontextmanager
async def armed(bench: Bench) -> AsyncIterator[tuple[ZigbeeDriver, Gateway]]:
    async with bench.armed(permit="never") as (driver, gateway):
        yield driver, gateway
