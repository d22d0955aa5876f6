"""E-locks around a driver: a virtual line, the locks on it, and the home that they belong to."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from heimvakt.core.commands import Command, Verb
from heimvakt.core.devices import Device, Role
from heimvakt.core.ports import Driver
from heimvakt_drivers.serial.modbus.plugin import PLUGIN as MODBUS
from heimvakt_drivers.serial.modbus.settings import (
    ModbusInputs,
    ModbusLock,
    ModbusSettings,
    Pulse,
)
from heimvakt_drivers.serial.osdp.plugin import PLUGIN as OSDP
from heimvakt_drivers.serial.osdp.settings import OsdpInputs, OsdpLock, OsdpSettings
from heimvakt_drivers.virtual.locks import LockBody, VirtualBus
from heimvakt_drivers.virtual.modbus import ModbusBoard
from heimvakt_drivers.virtual.osdp import OsdpDevice
from tests.support.drivers import Gateway, running

CARD, CODE = "26:0004a2f1", "code:4711"
TENTHS = Pulse(by="register", number=1)
"""The virtual board ends a release by itself."""


class OsdpLine:
    """Some locks at 1, 2, ... and the driver for them."""

    def __init__(self, folder: Path, locks: int = 1, options: OsdpLock | None = None) -> None:
        self.state_directory = str(folder)
        self.secrets = {f"credential:k{n}": secrets.token_hex(16) for n in range(1, locks + 1)}
        self.bodies = [LockBody() for _ in range(locks)]
        self.locks = [
            OsdpDevice(n, bytes.fromhex(self.secrets[f"credential:k{n}"]), body)
            for n, body in enumerate(self.bodies, start=1)
        ]
        self.bus = VirtualBus(self.locks, folder / "line")
        wired = options or OsdpLock(inputs=OsdpInputs(door=0, bolt=1, handle=2))
        self.devices: list[Device] = []
        for n in range(1, locks + 1):
            own = wired.model_copy(update={"key": f"credential:k{n}"})
            self.devices += _devices("osdp", n, own)

    def driver(self) -> Driver:
        """A new one for this line."""
        return OSDP.create(OsdpSettings(port=str(self.bus.port)))

    def gateway(self, devices: Sequence[Device] | None = None) -> Gateway:
        """With somebody's key, and somebody's code."""
        gateway = Gateway(devices or self.devices, self.state_directory)
        gateway.secrets |= self.secrets
        gateway.keys |= {CARD: "anna", CODE: "bo"}
        return gateway

    @asynccontextmanager
    async def armed(self) -> AsyncIterator[tuple[Driver, Gateway]]:
        """The line is there, and a driver knows of each lock whether it is."""
        async with self.bus.served():
            driver, gateway = self.driver(), self.gateway()
            async with running(driver, gateway):
                await gateway.wait_armed()
                yield driver, gateway


class ModbusLine(OsdpLine):
    """The same with relay boards."""

    def __init__(self, folder: Path, locks: int = 1, options: ModbusLock | None = None) -> None:
        self.state_directory = str(folder)
        self.secrets = {}
        self.bodies = [LockBody() for _ in range(locks)]
        self.boards = [ModbusBoard(n, body) for n, body in enumerate(self.bodies, start=1)]
        self.bus = VirtualBus(self.boards, folder / "line")
        inputs = ModbusInputs(door=0, bolt=1, handle=2, tamper=3)
        wired = options or ModbusLock(coil=0, inputs=inputs, pulse=TENTHS)
        self.devices = []
        for n in range(1, locks + 1):
            self.devices += _devices("modbus", n, wired)[:2]

    def driver(self) -> Driver:
        return MODBUS.create(ModbusSettings(port=str(self.bus.port)))


def _devices(driver: str, number: int, options: object) -> list[Device]:
    parts = [("lock", Role.LOCK, ""), ("door", Role.DOOR, "/door"), ("reader", Role.TAG, "/reader")]
    return [
        Device(
            device_id=f"{name}-{number}",
            role=role,
            driver=driver,
            address=f"{number}{part}",
            options=None if part else options,
        )
        for name, role, part in parts
    ]


def unlock(command_id: str = "order", lock: int = 1, *, for_s: float = 1.0) -> Command:
    """An order to let a door go."""
    return Command(
        command_id=command_id,
        verb=Verb.UNLOCK,
        device_id=f"lock-{lock}",
        lasting=timedelta(seconds=for_s),
    )
