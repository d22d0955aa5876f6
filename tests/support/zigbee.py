"""A bench for the Zigbee driver: a virtual radio on a pseudo-terminal, and drivers for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from heimvakt.core.devices import Device, Role
from heimvakt_drivers.virtual.zigbee import Face, VirtualRadio
from heimvakt_drivers.zigbee.driver import ZigbeeDriver
from heimvakt_drivers.zigbee.settings import ZigbeeSettings
from tests.support.drivers import Gateway, running

ADDRESS = "00:11:22:33:44:55:66:{:02x}"


def device(number: int, role: Role, name: str | None = None) -> Device:
    return Device(
        device_id=name or role.value, role=role, driver="zigbee", address=ADDRESS.format(number)
    )


def formed(seed: int = 7, speaks: Face = "znp") -> VirtualRadio:
    """A radio with a network: forming one takes a host a second."""
    radio = VirtualRadio(seed=seed, asleep_s=0.2, speaks=speaks)
    radio.coordinator.start()
    radio.coordinator.reset()
    return radio


class ZigbeeBench:
    """One radio at one path, over replugs and changes of the stick."""

    def __init__(self, folder: Path, devices: Sequence[Device], radio: VirtualRadio) -> None:
        self.folder = folder
        self.devices = devices
        self.radio = radio
        self.port = str(folder / "radio")
        self.state_directory = str(folder)

    def driver(self, *, permit: str = "4m") -> ZigbeeDriver:
        within = timedelta(minutes=4) if permit == "4m" else timedelta(0)
        return ZigbeeDriver(
            ZigbeeSettings(radio=self.radio.speaks, port=self.port, permit_join_on_start=within)
        )

    def gateway(self) -> Gateway:
        return Gateway(self.devices, self.state_directory)

    @asynccontextmanager
    async def served(self, radio: VirtualRadio | None = None) -> AsyncIterator[VirtualRadio]:
        """The radio, or another one in its place, at the path while the context lasts."""
        radio = radio or self.radio
        async with radio.serve_pty(link=self.port):
            yield radio

    @asynccontextmanager
    async def armed(self, *, permit: str = "4m") -> AsyncIterator[tuple[ZigbeeDriver, Gateway]]:
        """A driver that hears."""
        driver, gateway = self.driver(permit=permit), self.gateway()
        async with running(driver, gateway):
            await gateway.wait_armed()
            yield driver, gateway
