"""Mock pins of gpiozero with a hand on them: levels are driven, outputs are looked at, and the
whole board can be taken away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from heimvakt.core.devices import Device, Role
from heimvakt_drivers.gpio import life
from heimvakt_drivers.gpio.driver import GpioDriver
from heimvakt_drivers.gpio.settings import PLAIN, GpioOptions, GpioSettings

from .drivers import WAIT_S, Gateway, running

STILL_S = 0.05
"""Longer than a contact must stand still, which goes by the times of the edges."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A pin that went to a level."""

    at: float
    """On the clock of the event loop."""
    high: bool


class _Factory(MockFactory):  # type: ignore[misc]  # gpiozero has no types
    gone = False
    taken: frozenset[int] = frozenset()
    """Pins that somebody else has."""

    def pin(self, name: Any) -> Any:
        if self.gone:
            raise OSError("no such device")
        if name in self.taken:
            raise OSError(f"{name} is busy")
        return super().pin(name)


class _Pin(MockPin):  # type: ignore[misc]  # gpiozero has no types
    outside: bool | None = None
    """The level that something drives it to, which no pull can change."""
    turns: list[Turn] | None = None

    def _change_state(self, value: Any) -> bool:
        changed = bool(super()._change_state(value))
        if changed:
            self.turns = [*(self.turns or []), Turn(time.monotonic(), bool(value))]
        return changed

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        self.drive()

    def drive(self) -> None:
        if self.outside is not None:
            (self.drive_high if self.outside else self.drive_low)()

    def _get_state(self) -> Any:
        if self.factory.gone:
            raise OSError("no such device")
        return super()._get_state()


class Pins:
    """The far end of the pins."""

    def __init__(self, factory: _Factory) -> None:
        self._factory = factory

    def drive(self, pin: int, *, high: bool) -> None:
        """Set the level of an input, from this thread."""
        one = self._factory.pin(pin)
        one.outside = high
        one.drive()

    def drive_unheard(self, pin: int, *, high: bool) -> None:
        """Set the level of an input, and lose the edge."""
        one = self._factory.pin(pin)
        one.edges = "none"
        self.drive(pin, high=high)
        one.edges = "both"

    async def put(self, pin: int, *, high: bool) -> None:
        """Set it, and let it stand long enough to be believed."""
        self.drive(pin, high=high)
        await asyncio.sleep(STILL_S)

    def level(self, pin: int) -> bool:
        """Of an output."""
        return bool(self._factory.pin(pin)._state)

    def turns(self, *pins: int, after: float = 0.0) -> list[Turn]:
        """What these outputs did since then, in order."""
        all_of_them = [turn for pin in pins for turn in self._factory.pin(pin).turns or []]
        return sorted((turn for turn in all_of_them if turn.at >= after), key=lambda turn: turn.at)

    def is_output(self, pin: int) -> bool:
        return bool(self._factory.pin(pin).function == "output")

    async def until(self, true: Callable[[], bool]) -> float:
        """Return when `true()` is, with how long that took: levels tell nobody when they change."""
        began = time.monotonic()
        async with asyncio.timeout(WAIT_S):
            while not true():  # noqa: ASYNC110 - a pin has no event
                await asyncio.sleep(0.002)
        return time.monotonic() - began

    def take(self, *pins: int) -> None:
        """Somebody else has these; none: all are free."""
        self._factory.taken = frozenset(pins)

    def unplug(self) -> None:
        self._factory.gone = True

    def replug(self) -> None:
        self._factory.gone = False


@contextmanager
def mock_pins() -> Iterator[Pins]:
    """Mock pins for all that asks gpiozero for pins meanwhile."""
    before = gpiozero.Device.pin_factory
    factory = _Factory(pin_class=_Pin)
    gpiozero.Device.pin_factory = factory
    try:
        yield Pins(factory)
    finally:
        factory.gone = False
        factory.close()
        gpiozero.Device.pin_factory = before


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the driver does each second it does each twentieth."""
    monkeypatch.setattr(life, "READ_S", 0.05)
    monkeypatch.setattr(life, "BOARD_AGAIN_S", 0.05)
    monkeypatch.setattr(life, "PIN_AGAIN_S", 0.05)


def device(name: str, role: Role, pin: int, **options: Any) -> Device:
    """On a pin; options as the file writes them."""
    return Device(
        device_id=name,
        role=role,
        driver="gpio",
        address=str(pin),
        options=GpioOptions(**options) if options else PLAIN,
    )


@asynccontextmanager
async def listening(
    folder: str, *devices: Device, **settings: Any
) -> AsyncIterator[tuple[GpioDriver, Gateway]]:
    """A driver that hears these devices."""
    driver = GpioDriver(GpioSettings(**settings))
    gateway = Gateway(devices, folder)
    async with running(driver, gateway):
        await gateway.wait_armed()
        yield driver, gateway
