"""The OSDP driver keeps what every driver keeps: a lock on a virtual line, moved with a key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from heimvakt.core.events import Event, LockLocked, LockUnlocked
from tests.contract.driver_contract import Bench, DriverContract
from tests.support.locks import OsdpLine


class LockBench(OsdpLine):
    on: type[Event] = LockUnlocked
    off: type[Event] = LockLocked

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.device = self.devices[0]

    async def turn(self, *, on: bool) -> None:
        self.bodies[0].turn_key(locked=not on)
        await self.locks[0].told()

    async def unplug(self) -> None:
        await self.bus.pull()

    async def replug(self) -> None:
        await self.bus.plug()


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = LockBench(tmp_path)
    async with bench.bus.served():
        yield bench


class TestOsdpDriver(DriverContract):
    pass
