"""The Modbus driver keeps what every driver keeps: a relay board on a virtual line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from heimvakt_drivers.serial.modbus import board
from tests.contract.driver_contract import Bench, DriverContract
from tests.contract.lock_bench import LockBench
from tests.support.locks import ModbusLine


@pytest.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.setattr(board, "POLL_S", 0.02)  # a state that nobody asks for is not told
    line = ModbusLine(tmp_path)
    async with line.bus.served():
        yield LockBench(line, line.boards[0].asked)


class TestModbusDriver(DriverContract):
    pass
