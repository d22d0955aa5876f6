"""A driver is hosted: it has its own devices and folder, and is told of when it stays down."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from heimvakt.core import steadying
from heimvakt.core.commands import Command, CommandFailed
from heimvakt.core.events import (
    DeviceSeen,
    DeviceSteady,
    DeviceUnsteady,
    DoorClosed,
    DoorOpened,
    Event,
    RadioBack,
    RadioLost,
)
from heimvakt.core.ports import DriverContext, DriverError
from heimvakt.runtime import hosting
from heimvakt.runtime.hosting import HostedDriver
from heimvakt.runtime.supervise import Policy, supervise
from tests.support.drivers import Gate
from tests.support.hand_clock import HandClock
from tests.support.homes import DEVICES, EVENING


class Wire:
    """A driver that says one thing each time it runs, and falls so many times."""

    def __init__(self, falls: int) -> None:
        self.falls = falls
        self.runs = 0
        self.listens = asyncio.Event()
        self.context: DriverContext | None = None

    async def run(self, context: DriverContext) -> None:
        self.runs += 1
        self.context = context
        context.armed()
        await context.emit(DeviceSeen(device_id="hall"))
        if self.runs <= self.falls:
            raise DriverError("the stick is gone", hint="put it back")
        self.listens.set()
        await asyncio.Event().wait()

    async def execute(self, command: Command) -> None:
        raise CommandFailed("a wire does nothing")

    def counts(self) -> Mapping[str, int]:
        return {"runs": self.runs}


@pytest.fixture
def emitted() -> list[Event]:
    return []


def host(wire: Wire, folder: Path, emitted: list[Event]) -> HostedDriver:
    return HostedDriver(
        "zigbee", wire, DEVICES, folder / "zigbee", Gate(emitted), HandClock(EVENING), str
    )


async def test_it_has_its_own_devices_by_address_and_a_folder_of_its_own(
    tmp_path: Path, emitted: list[Event]
) -> None:
    hosted = host(Wire(0), tmp_path, emitted)
    assert sorted(hosted.devices) == ["1", "2", "3", "5"]
    assert hosted.state_directory == str(tmp_path / "zigbee")
    assert (tmp_path / "zigbee").stat().st_mode & 0o777 == 0o700


async def test_it_is_armed_while_it_listens_and_not_when_it_has_fallen(
    tmp_path: Path, emitted: list[Event]
) -> None:
    wire = Wire(0)
    hosted = host(wire, tmp_path, emitted)
    assert not hosted.is_armed.is_set()
    task = asyncio.get_running_loop().create_task(hosted.run())
    await wire.listens.wait()
    assert hosted.is_armed.is_set()
    task.cancel()
    await asyncio.wait([task])
    assert not hosted.is_armed.is_set()
    assert emitted == [DeviceSeen(device_id="hall")]


async def test_a_driver_that_falls_is_lost_until_it_hears_again(
    tmp_path: Path, emitted: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = Policy(backoff_s_first=0.001, backoff_s_max=0.001)
    monkeypatch.setattr(hosting, "supervise", partial(supervise, policy=quick))
    wire = Wire(2)
    hosted = host(wire, tmp_path, emitted)
    task = asyncio.get_running_loop().create_task(hosted.run())
    await wire.listens.wait()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    told = [event for event in emitted if isinstance(event, RadioLost | RadioBack)]
    reason = "the driver fell: DriverError: the stick is gone"
    assert told == [RadioLost(driver="zigbee", reason=reason), RadioBack(driver="zigbee")]
    assert not hosted.down


async def test_what_a_driver_has_told_itself_is_not_told_again(
    tmp_path: Path, emitted: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = Policy(backoff_s_first=0.001, backoff_s_max=0.001)
    monkeypatch.setattr(hosting, "supervise", partial(supervise, policy=quick))
    lost, back = RadioLost(driver="zigbee", reason="pulled"), RadioBack(driver="zigbee")

    class Honest(Wire):
        async def run(self, context: DriverContext) -> None:
            await context.emit(lost if self.runs < self.falls else back)
            await super().run(context)

    wire = Honest(1)
    hosted = host(wire, tmp_path, emitted)
    task = asyncio.get_running_loop().create_task(hosted.run())
    await wire.listens.wait()
    task.cancel()
    await asyncio.wait([task])
    assert [event for event in emitted if isinstance(event, RadioLost | RadioBack)] == [lost, back]


async def test_a_driver_that_stays_down_is_told_as_a_lost_radio(
    tmp_path: Path, emitted: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = Policy(restarts_max=2, backoff_s_first=0.001, backoff_s_max=0.001)
    monkeypatch.setattr(hosting, "supervise", partial(supervise, policy=quick))
    hosted = host(Wire(99), tmp_path, emitted)
    await hosted.run()
    reason = "the driver stays down: DriverError: the stick is gone"
    assert emitted[-1] == RadioLost(driver="zigbee", reason=reason)
    assert hosted.down
    assert not hosted.is_armed.is_set()


def test_a_card_that_nobody_knows_is_in_the_log_and_a_code_never_is(
    tmp_path: Path, emitted: list[Event]
) -> None:
    hosted = host(Wire(0), tmp_path, emitted)
    with capture_logs() as logs:
        assert hosted.whose("26:0004a2f1") is None
        assert hosted.whose("code:4711") is None
    assert [told["card"] for told in logs] == ["26:0004a2f1"]


class RunningClock(HandClock):
    """Seconds pass on it as they do."""

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()


class CalmGate(Gate):
    """Says when a contact has become steady."""

    def __init__(self, emitted: list[Event]) -> None:
        super().__init__(emitted)
        self.steady = asyncio.Event()

    async def emit(self, *events: Event) -> None:
        await super().emit(*events)
        if any(isinstance(event, DeviceSteady) for event in events):
            self.steady.set()


async def test_a_contact_that_chatters_is_told_with_measure_and_its_last_state_always(
    tmp_path: Path, emitted: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steadying, "EVERY_S", 0.05)
    monkeypatch.setattr(steadying, "CALM_S", 0.1)
    wire, gate = Wire(falls=0), CalmGate(emitted)
    hosted = HostedDriver("zigbee", wire, DEVICES, tmp_path, gate, RunningClock(EVENING), str)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(hosted.run())
        await wire.listens.wait()
        assert wire.context is not None
        for _ in range(1_000):
            await wire.context.emit(
                DoorOpened(device_id="front-door"), DoorClosed(device_id="front-door")
            )
        await wire.context.emit(DoorOpened(device_id="front-door"), DeviceSeen(device_id="hall"))
        assert emitted[-1] == DeviceSeen(device_id="hall"), "what else is said waits for nothing"
        async with asyncio.timeout(30):
            await gate.steady.wait()
        running.cancel()
    told = [event for event in emitted if isinstance(event, DoorOpened | DoorClosed)]
    (steady,) = (event for event in emitted if isinstance(event, DeviceSteady))
    assert told[-1] == DoorOpened(device_id="front-door")
    assert steady.left_out == hosted.counts()["left-out-of-chatter"] == 2_001 - len(told)
    assert sum(isinstance(event, DeviceUnsteady) for event in emitted) == 1
    assert len(told) < 1_000
