"""A home with a Zigbee sensor of each kind on a virtual radio, and a driver that takes them in.

A file of tests takes the fixtures by their names: `home = zigbee_home.home`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from heimvakt.core.devices import Role
from heimvakt_drivers.virtual.zigbee import (
    FACES,
    BedMat,
    ContactSensor,
    EmergencyButton,
    Face,
    IasZoneDevice,
    MotionSensor,
    OccupancySensor,
    OnOffButton,
    OnOffContact,
    SmokeDetector,
    VirtualDevice,
    VirtualRadio,
)
from heimvakt_drivers.zigbee.driver import ZigbeeDriver
from heimvakt_drivers.zigbee.status import DeviceStatus
from tests.support.zigbee import ZigbeeBench, device, formed

POWER = 0x0001
KINDS: dict[Role, type[VirtualDevice]] = {
    Role.DOOR: ContactSensor,
    Role.BED: BedMat,
    Role.MOTION: MotionSensor,
    Role.BUTTON: EmergencyButton,
    Role.SMOKE: SmokeDetector,
}
both = pytest.mark.parametrize("speaks", FACES)


class Home(ZigbeeBench):
    """A door, a bed, a motion sensor, an emergency button and a smoke detector."""

    def __init__(self, folder: Path, radio: VirtualRadio) -> None:
        roles = {role: device(number, role) for number, role in enumerate(KINDS, start=1)}
        self.occupancy = device(0x21, Role.MOTION, "occupancy")
        self.remote = device(0x22, Role.BUTTON, "remote")
        self.window = device(0x23, Role.DOOR, "window")
        devices = [*roles.values(), self.occupancy, self.remote, self.window]
        super().__init__(folder, devices, radio)
        sensors = {role: radio.add(kind(roles[role].address)) for role, kind in KINDS.items()}
        self.sensors = sensors
        self.others = [
            radio.add(OccupancySensor(self.occupancy.address)),
            radio.add(OnOffButton(self.remote.address)),
            radio.add(OnOffContact(self.window.address)),
        ]

    def zone(self, role: Role) -> IasZoneDevice:
        sensor = self.sensors[role]
        assert isinstance(sensor, IasZoneDevice)
        return sensor

    async def all_join(self, driver: ZigbeeDriver) -> None:
        await self.radio.wait_permit_join()
        for sensor in (*self.sensors.values(), *self.others):
            await sensor.join()
        for role in self.sensors:
            await self.zone(role).wait_enrolled()
        await until(lambda: all(s.interviewed and not s.trouble for s in seen(driver)))
        for sensor in (*self.sensors.values(), self.others[0]):
            await sensor.wait_bound(POWER)
        await until(lambda: not self.radio.permit_open)
        await until(lambda: settled(self.folder) == len(self.devices))


def seen(driver: ZigbeeDriver) -> list[DeviceStatus]:
    return list(driver.status().devices.values())


def settled(folder: Path) -> int:
    """How many devices the driver has finished to set up."""
    try:
        return (folder / "settled.json").read_text().count("00:11:22")
    except OSError:
        return 0


async def until(true: Callable[[], object], within_s: float = 60.0) -> None:
    """Look again each 10 ms: for what no event tells."""
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.fixture
def speaks() -> Face:
    """What the radio speaks where a test does not say `both`."""
    return "znp"


@pytest.fixture
def home(tmp_path: Path, speaks: Face) -> Home:
    return Home(tmp_path, formed(speaks=speaks))


@pytest.fixture
async def joined(home: Home) -> AsyncIterator[Home]:
    """A home whose sensors were taken in by a driver that has ended."""
    async with home.served():
        async with home.armed() as (driver, _gateway):
            await home.all_join(driver)
        yield home
