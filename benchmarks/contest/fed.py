"""The daemon of this project with a driver that hears numbers on standard input instead of a radio:
`python -m benchmarks.contest.fed HOME.toml STATE`.

A line is the number of an event. Each number is written to standard output when `emit` has returned
for it, which is when a driver may tell its device that it was heard.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from heimvakt import app
from heimvakt.app.life import Places
from heimvakt.app.serving import serve
from heimvakt.config.loader import load
from heimvakt.core.commands import Command, CommandFailed
from heimvakt.core.devices import Device
from heimvakt.core.events import ButtonPressed, Event, LinkMeasured
from heimvakt.core.ports import Driver, DriverContext, Mistake
from heimvakt.runtime.logs import configure_logs

from .contestant import ALARM

DRIVER = "fed"
SWITCH_S = 0.0005
"""As `heimvakt run` sets it."""
PIECE = 4096


class NoSettings(BaseModel):
    """There is nothing to set."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FedDriver:
    """What came together is handed over together, as a burst of frames is."""

    async def run(self, context: DriverContext) -> None:
        """Listen until the input ends, then until cancelled."""
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        context.armed()
        rest = b""
        while piece := await reader.read(PIECE):
            *lines, rest = (rest + piece).split(b"\n")
            if lines:
                await context.emit(*(_event(int(line)) for line in lines))
                os.write(sys.stdout.fileno(), b"".join(line + b"\n" for line in lines))
        await loop.create_future()

    async def execute(self, command: Command) -> None:
        """There is nothing here that does anything."""
        raise CommandFailed(f"nothing here can {command.verb}")

    def counts(self) -> Mapping[str, int]:
        """Nothing goes wrong here."""
        return {}


class FedPlugin:
    """Keeps the port `heimvakt.core.ports.DriverPlugin`."""

    name = DRIVER
    settings: type[Any] = NoSettings
    device_settings: type[Any] | None = None

    def check(
        self, _settings: NoSettings, _where: tuple[str | int, ...], _devices: Sequence[Device]
    ) -> Sequence[Mistake]:
        """Any address will do."""
        return ()

    def create(self, _settings: NoSettings) -> Driver:
        """See the port."""
        return FedDriver()


def _event(number: int) -> Event:
    if number == ALARM:
        return ButtonPressed(device_id="pendant")
    # Of what sensors say, the one event with room for a number.
    return LinkMeasured(device_id="door", lqi=number)


def main(home: Path, state: Path) -> None:
    """Run as `heimvakt run` does."""
    sys.setswitchinterval(SWITCH_S)
    configure_logs("json")
    catalogue = replace(app.catalogue(), drivers={DRIVER: FedPlugin})
    loaded = load(home, catalogue)
    configuration = loaded.configuration
    if configuration is None:
        raise SystemExit(str(loaded.findings))
    places = Places(state=state, socket=state.parent / "control")
    asyncio.run(serve(configuration, places, read_again=lambda: configuration))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
