"""The Zigbee driver keeps what every driver keeps: a door on a virtual radio of either family."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from heimvakt.core.devices import Role
from heimvakt.core.events import DoorClosed, DoorOpened, Event
from heimvakt_drivers.virtual.zigbee import FACES, ContactSensor, Face
from tests.contract.driver_contract import Bench, DriverContract
from tests.support.zigbee import ZigbeeBench, device, formed


class DoorBench(ZigbeeBench):
    on: type[Event] = DoorOpened
    off: type[Event] = DoorClosed

    def __init__(self, folder: Path, speaks: Face) -> None:
        self.device = device(1, Role.DOOR)
        super().__init__(folder, [self.device], formed(speaks=speaks))
        self.door = self.radio.add(ContactSensor(self.device.address))

    async def enrol(self) -> None:
        """The door joins, and the driver that took it in ends."""
        async with self.armed():
            await self.radio.wait_permit_join()
            await self.door.join()
            await self.door.wait_enrolled()

    async def turn(self, *, on: bool) -> None:
        assert await (self.door.open() if on else self.door.close())

    async def unplug(self) -> None:
        await self.radio.unplug()

    async def replug(self) -> None:
        await self.radio.replug()


@pytest.fixture(params=FACES)
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    bench = DoorBench(tmp_path, request.param)
    async with bench.served():
        await bench.enrol()
        yield bench


class TestZigbeeDriver(DriverContract):
    pass
