"""The Modbus driver keeps what every driver keeps: a relay board on a virtual line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from heimvakt.core.events import Event, LockLocked, LockUnlocked
from heimvakt_drivers.serial.modbus import board
from tests.contract.driver_contract import Bench, DriverContract
from tests.support.locks import ModbusLine


class BoardBench(ModbusLine):
    on: type[Event] = LockUnlocked
    off: type[Event] = LockLocked

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.device = self.devices[0]

    async def turn(self, *, on: bool) -> None:
        self.bodies[0].turn_key(locked=not on)
        await self.boards[0].asked()

    async def unplug(self) -> None:
        await self.bus.pull()

    async def replug(self) -> None:
        await self.bus.plug()


@pytest.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.setattr(board, "POLL_S", 0.02)  # a state that nobody asks for is not told
    bench = BoardBench(tmp_path)
    async with bench.bus.served():
        yield bench


class TestModbusDriver(DriverContract):
    pass
