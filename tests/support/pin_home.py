"""A whole gateway in the process of the test, on mock pins: these live in one process only.

Its store can stall, and says when each transaction was written.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from heimvakt import app
from heimvakt.app import gateway
from heimvakt.app.life import Places
from heimvakt.config.loader import load
from heimvakt.core.events import ButtonPressed, Event
from heimvakt.core.ledger import Transaction
from heimvakt.core.patterns import SOUNDS
from heimvakt.core.signs import Sign
from heimvakt.demo.scene import NO_TEST
from heimvakt.runtime.clock import SystemClock
from heimvakt.runtime.control_socket import ControlSocket
from heimvakt.runtime.pipeline import Pipeline
from heimvakt.store.store import SqliteStore
from heimvakt_drivers.gpio.driver import GpioDriver

from .drivers import WAIT_S
from .pins import Pins, mock_pins

HELP, WALL, UNDO, MAINS = 17, 18, 19, 22
GREEN, RED, BUZZER = 5, 6, 13
SHOWN_ON = (GREEN, RED, BUZZER)

HOME = f"""
version = 1
[gateway]
id = "no-1505-004711"
timezone = "Europe/Oslo"
[drivers.gpio]
lamp_green = {GREEN}
lamp_red = {RED}
buzzer = {BUZZER}
mains = {MAINS}
[devices.help]
role = "button"
driver = "gpio"
address = {HELP}
[devices.wall]
role = "button"
driver = "gpio"
address = {WALL}
cancel = "60s"
[devices.undo]
role = "button"
driver = "gpio"
address = {UNDO}
cancels = "wall"
{NO_TEST}
[receivers.centre]
kind = "mqtt"
brokers = ["{{broker}}"]
"""


@dataclass(frozen=True, slots=True)
class Commit:
    """A transaction that is on the disk."""

    at: float
    """On the clock of the event loop."""
    events: tuple[Event, ...]


class Stalling(SqliteStore):
    """The real store, with a gate before presses."""

    made: list[Stalling]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = asyncio.Event()
        self.commits: list[Commit] = []
        self.made.append(self)

    async def transact(self, transaction: Transaction) -> None:
        if any(isinstance(event, ButtonPressed) for event in transaction.events):
            self.asked.set()
            await self.gate.wait()
        await super().transact(transaction)
        self.commits.append(Commit(time.monotonic(), tuple(transaction.events)))


class PinHome:
    """What a test may do to it and see of it."""

    def __init__(
        self,
        pins: Pins,
        store: Stalling,
        pipeline: Pipeline,
        told: Sequence[tuple[float, Sign]],
    ) -> None:
        self.pins = pins
        self.store = store
        self.pipeline = pipeline
        self.told = told
        """What the pins were told to show, and when."""

    async def press(self, pin: int) -> float:
        """Press a button shortly; returns when that began."""
        began = time.monotonic()
        await self.pins.put(pin, high=False)
        await self.pins.put(pin, high=True)
        return began

    async def committed(self, kind: type[Event], *, after: float = 0.0) -> float:
        """When the first event of this kind since then was on the disk."""

        def found() -> list[float]:
            return [
                commit.at
                for commit in self.store.commits
                if commit.at >= after and any(isinstance(e, kind) for e in commit.events)
            ]

        await self.until(lambda: bool(found()))
        return found()[0]

    async def until(self, true: Callable[[], bool]) -> None:
        """Return when `true()` is."""
        await self.pins.until(true)

    async def turned(self, *pins: int, after: float) -> float:
        """When the first of these outputs turned since then."""
        await self.until(lambda: bool(self.pins.turns(*pins, after=after)))
        return self.pins.turns(*pins, after=after)[0].at

    async def over(self, sign: Sign, *, since: float) -> None:
        """Return when its beeps have had their time and the buzzer is silent. A machine that stood
        still meanwhile leaves beeps out, so nobody can count them."""
        ends_at = since + sum(SOUNDS[sign].beeps_ms) / 1_000
        await self.until(lambda: time.monotonic() > ends_at and not self.pins.level(BUZZER))

    async def shows(self, sign: Sign, *, after: float = 0.0) -> float:
        """When the pins were first told to show this sign since then."""

        def found() -> list[float]:
            return [at for at, shown in self.told if shown is sign and at >= after]

        await self.until(lambda: bool(found()))
        return found()[0]


@asynccontextmanager
async def pin_home(broker_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PinHome]:
    """A gateway that hears its pins and shows that all is well."""
    made: list[Stalling] = []
    pipelines: list[Pipeline] = []
    monkeypatch.setattr(Stalling, "made", made, raising=False)
    monkeypatch.setattr(gateway, "SqliteStore", Stalling)
    begin = gateway.Gateway._pipeline

    async def noted(self: gateway.Gateway, store: SqliteStore) -> Pipeline:
        pipelines.append(await begin(self, store))
        return pipelines[-1]

    monkeypatch.setattr(gateway.Gateway, "_pipeline", noted)
    told: list[tuple[float, Sign]] = []
    show = GpioDriver.show

    def noted_show(self: GpioDriver, sign: Sign) -> None:
        told.append((time.monotonic(), sign))
        show(self, sign)

    monkeypatch.setattr(GpioDriver, "show", noted_show)
    with mock_pins() as pins, tempfile.TemporaryDirectory(prefix="hv-") as folder:
        for pin in (HELP, WALL, UNDO, MAINS):
            pins.drive(pin, high=True)  # nobody presses, and there are mains
        file = Path(folder) / "home.toml"
        file.write_text(HOME.format(broker=broker_url), encoding="utf-8")
        loaded = load(file, app.catalogue())
        configuration = loaded.configuration
        assert configuration is not None, loaded.findings
        places = Places(state=Path(folder) / "state", socket=Path(folder) / "control.sock")
        control = ControlSocket(places.socket)
        one = gateway.Gateway(
            configuration,
            places,
            SystemClock(),
            control,
            lambda: configuration,
        )

        running = asyncio.get_running_loop().create_task(one.run("test"))
        try:
            async with asyncio.timeout(WAIT_S):
                await pins.until(lambda: bool(made and pipelines) and pins.is_output(GREEN))
                home = PinHome(pins, made[0], pipelines[0], told)
                # Each of the three buttons has said that it lives: the driver hears.
                await home.until(lambda: len(home.pipeline.state.supervised.devices) == 3)
                await home.until(lambda: pins.level(GREEN))
            yield home
        finally:
            for store in made:
                store.gate.set()  # else nothing can end
            one.stop()
            await running
            control.close()
