"""A port that goes is one alarm, however many locks and dispensers hang on it (promise 12).

The wire is a real one, a pseudo-terminal that is pulled out; what the driver tells goes to the
engine with every rule that a home has by itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from heimvakt.core.alarms import AlarmState
from heimvakt.core.devices import Device
from heimvakt.core.events import (
    ContactBack,
    ContactLost,
    DoorOpened,
    Event,
    RadioBack,
    RadioLost,
)
from heimvakt.rules import KINDS
from heimvakt_drivers.serial.modbus import board
from heimvakt_drivers.serial.osdp import link
from tests.support.dispenser import DispenserBench
from tests.support.drivers import Gateway, running
from tests.support.homes import Desk, home
from tests.support.locks import ModbusLine, OsdpLine

OTHER = {"daily-test", "missed-dose"}
"""A test of the way upstream, and what becomes of doses meanwhile, are other matters."""
OWN: dict[str, tuple[str, dict[str, object]]] = {
    kind: (kind, {}) for kind, rule in KINDS.items() if rule.implicit and kind not in OTHER
}
"""What is armed without a section."""

Pull = Callable[[], Awaitable[None]]


@dataclass
class Told:
    """A home on the desk that hears what a driver tells."""

    gateway: Gateway
    desk: Desk
    read: int = 0

    def hear(self) -> None:
        """All that was told since the last time, at this moment of the desk."""
        for event in self.new:
            self.desk.tell(event)
        self.read = len(self.gateway.emitted)

    async def told_of(self, *kinds: type[Event]) -> None:
        """Return when each of these was told since the last time, in whatever order."""
        await self.gateway.until(lambda: set(kinds) <= set(map(type, self.new)))

    @property
    def new(self) -> list[Event]:
        return self.gateway.emitted[self.read :]

    def open_kinds(self) -> list[str]:
        return [a.kind for a in self.desk.table.values() if a.state is not AlarmState.RESET]


async def goes(told: Told, pull: Pull, *then: type[Event]) -> None:
    """The port goes; for hours that is one alarm."""
    await told.gateway.wait_armed()
    told.hear()
    told.desk.wait(minutes=10)
    assert told.open_kinds() == []
    await pull()
    await told.told_of(RadioLost, *then)
    told.hear()
    told.desk.wait(hours=8)
    assert told.open_kinds() == ["radio"]


def is_well(told: Told) -> None:
    """It is back and all answer: nothing is left, and nothing else was told on the way."""
    told.hear()
    told.desk.wait(minutes=10)
    assert told.open_kinds() == []
    assert told.desk.kinds() == ["radio"]


def home_with(gateway: Gateway, devices: list[Device]) -> Told:
    return Told(gateway, Desk(home({d.device_id: d for d in devices}, OWN)))


@pytest.mark.parametrize("kind", [OsdpLine, ModbusLine])
async def test_a_port_with_two_locks(tmp_path: Path, kind: type[OsdpLine]) -> None:
    line = kind(tmp_path, locks=2)
    told = home_with(gateway := line.gateway(), line.devices)
    async with line.bus.served(), running(line.driver(), gateway):
        await goes(told, line.bus.pull)
        await line.bus.plug()
        await told.told_of(RadioBack)
        for number, body in enumerate(line.bodies, start=1):
            body.open_door()
            await gateway.next(DoorOpened, device_id=f"door-{number}")
        is_well(told)


async def test_a_port_with_a_dispenser(tmp_path: Path) -> None:
    bench = DispenserBench(tmp_path)
    told = home_with(gateway := bench.gateway(), [bench.device])
    async with bench.served(), running(bench.driver(), gateway):
        assert bench.end is not None
        await goes(told, bench.end.pull, ContactLost)  # that is for the doses
        await bench.end.plug()
        await told.told_of(RadioBack, ContactBack)
        is_well(told)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As ever, only sooner."""
    monkeypatch.setattr(board, "SILENT_S", 0.5)
    monkeypatch.setattr(link, "SILENT_S", 0.5)
    monkeypatch.setattr(board, "AGAIN_S_MAX", 1.0)
    monkeypatch.setattr(link, "AGAIN_S_MAX", 1.0)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", [OsdpLine, ModbusLine])
async def test_a_cable_that_is_cut_behind_the_port_is_one_alarm_for_all_locks_on_it(
    tmp_path: Path, kind: type[OsdpLine]
) -> None:
    line = kind(tmp_path, locks=2)
    told = home_with(gateway := line.gateway(), line.devices)

    async def cut() -> None:
        line.bus.cut_after(0)

    async with line.bus.served(), running(line.driver(), gateway):
        await goes(told, cut, ContactLost)
        line.bus.mend()
        await told.told_of(RadioBack)
        back = [f"lock-{number}" for number in (1, 2)]
        await gateway.until(lambda: all(ContactBack in gateway.of(lock) for lock in back))
        is_well(told)


@pytest.mark.parametrize("kind", [OsdpLine, ModbusLine])
async def test_where_one_of_them_answers_the_other_is_told_for_itself(
    tmp_path: Path, kind: type[OsdpLine]
) -> None:
    line = kind(tmp_path, locks=2)
    told = home_with(gateway := line.gateway(), line.devices)
    async with line.bus.served(), running(line.driver(), gateway):
        await gateway.wait_armed()
        line.bus.deaf.add(line.bus.devices[1])
        await gateway.next(ContactLost, device_id="lock-2")
        line.bodies[0].open_door()
        await gateway.next(DoorOpened, device_id="door-1")
        told.hear()
        told.desk.wait(minutes=5)
        assert told.open_kinds() == ["lock-fault"]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", [OsdpLine, ModbusLine])
async def test_a_lock_that_is_still_away_when_the_port_is_back_is_told_then(
    tmp_path: Path, kind: type[OsdpLine]
) -> None:
    line = kind(tmp_path)
    told = home_with(gateway := line.gateway(), line.devices)
    async with line.bus.served(), running(line.driver(), gateway):
        await gateway.wait_armed()
        await line.bus.pull()
        await told.told_of(RadioLost)
        told.hear()
        told.desk.wait(hours=1)
        line.bus.deaf.add(line.bus.devices[0])
        await line.bus.plug()
        await told.told_of(ContactLost)
        told.hear()
    told.desk.wait(minutes=5)
    assert told.open_kinds() == ["lock-fault"]
