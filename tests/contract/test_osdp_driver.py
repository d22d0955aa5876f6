"""The OSDP driver keeps what every driver keeps: a lock on a virtual line, moved with a key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.driver_contract import Bench, DriverContract
from tests.contract.lock_bench import LockBench
from tests.support.locks import OsdpLine


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    line = OsdpLine(tmp_path)
    async with line.bus.served():
        yield LockBench(line, line.locks[0].told)


class TestOsdpDriver(DriverContract):
    pass
