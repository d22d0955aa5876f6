"""The dispenser driver keeps what every driver keeps: a dispenser laid down and stood up again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from heimvakt.core.events import DispenserTilted, DispenserUpright, Event
from tests.contract.driver_contract import Bench, DriverContract
from tests.support.dispenser import DispenserBench


class TiltedBench(DispenserBench):
    on: type[Event] = DispenserTilted
    off: type[Event] = DispenserUpright

    async def turn(self, *, on: bool) -> None:
        self.dispenser.tilt(tilted=on)

    async def unplug(self) -> None:
        assert self.end is not None
        await self.end.pull()

    async def replug(self) -> None:
        assert self.end is not None
        await self.end.plug()


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = TiltedBench(tmp_path)
    async with bench.served():
        yield bench


class TestDispenserDriver(DriverContract):
    pass
