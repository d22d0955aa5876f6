"""The driver for pins keeps what every driver keeps: a door on gpiozero's mock pins, and one on the
lines of a chip, which is a fake at the edge of the library gpiod."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from heimvakt.core.devices import Role
from heimvakt.core.events import DoorClosed, DoorOpened, Event
from heimvakt.core.ports import Driver
from heimvakt_drivers.gpio.driver import GpioDriver
from heimvakt_drivers.gpio.settings import GpioSettings
from tests.contract.driver_contract import Bench, DriverContract
from tests.support.chip import Lines, fake_chip
from tests.support.pins import STILL_S, Pins, device, mock_pins, quick

PIN = 17


class DoorBench:
    on: type[Event] = DoorOpened
    off: type[Event] = DoorClosed

    def __init__(self, pins: Pins, folder: Path) -> None:
        self.device = device("front-door", Role.DOOR, PIN)
        self.state_directory = str(folder)
        self._pins = pins
        pins.drive(PIN, high=False)  # shut: the contact is closed

    def driver(self) -> Driver:
        return GpioDriver(GpioSettings())

    async def turn(self, *, on: bool) -> None:
        await self._pins.put(PIN, high=on)

    async def unplug(self) -> None:
        self._pins.unplug()

    async def replug(self) -> None:
        self._pins.replug()


class LineBench(DoorBench):
    def __init__(self, lines: Lines, folder: Path) -> None:
        self.device = device("front-door", Role.DOOR, PIN)
        self.state_directory = str(folder)
        self._lines = lines
        lines.drive(PIN, high=False)

    def driver(self) -> Driver:
        return GpioDriver(GpioSettings(backend="gpiod"))

    async def turn(self, *, on: bool) -> None:
        self._lines.drive(PIN, high=on)
        await asyncio.sleep(STILL_S)

    async def unplug(self) -> None:
        self._lines.gone = True

    async def replug(self) -> None:
        self._lines.gone = False


class TestByGpiozero(DriverContract):
    @pytest.fixture
    def bench(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
        quick(monkeypatch)
        with mock_pins() as pins:
            yield DoorBench(pins, tmp_path)


class TestByGpiod(DriverContract):
    @pytest.fixture
    def bench(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
        quick(monkeypatch)
        with fake_chip(monkeypatch) as lines:
            yield LineBench(lines, tmp_path)
