"""The pins of the box as the gateway sees them: what hangs on them is heard, shown and told.

Two tasks under one roof: the life of the pins fills the queues, and `outgoing` empties them. What
`emit` raises is the only thing that ends `run`.
"""

from __future__ import annotations

import asyncio
import importlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import structlog

from heimvakt.core.checks import Check
from heimvakt.core.commands import Command, CommandFailed
from heimvakt.core.devices import Role
from heimvakt.core.events import DeviceEvent, Event
from heimvakt.core.ports import DriverContext
from heimvakt.core.power import Power
from heimvakt.core.signs import Sign

from .held import Held
from .life import Part, PinLife
from .outgoing import Outgoing
from .pins import Board
from .relay import Relay
from .sensor import Sensor
from .settings import GpioSettings
from .showing import Showing
from .supply import Supply

NAME = "gpio"
LEAVE_S = 0.5
"""How long a driver that is stopped still tries to hand over what it has heard."""

log = structlog.get_logger(__name__)


class GpioDriver:
    """Implements `core.ports.Driver` and `Signs`, and `core.power.TellsPower`."""

    def __init__(self, settings: GpioSettings) -> None:
        self._settings = settings
        self._showing = Showing(settings)
        self._supply = Supply(settings)
        self._counted: Counter[str] = Counter()
        self._lost: dict[str, str] = {}
        """With which devices there is no contact, and why. Kept over `run`s, as is the next: what
        one of them told as lost is told as back by the next."""
        self._board_lost: str | None = None
        self._parts: dict[str, Part] = {}
        """By device, while this runs."""
        self._name = ""
        """As the configuration calls it, once it has run."""

    async def run(self, context: DriverContext) -> None:
        """Listen until cancelled."""
        # The libraries take a moment to import on small boards: others go on meanwhile.
        module = "chip_board" if self._settings.backend == "gpiod" else "zero_board"
        await asyncio.to_thread(importlib.import_module, f"{__package__}.{module}")
        outgoing = Outgoing(context.emit, self._is_durable, self._counted)
        self._parts = self._parts_of(context, outgoing)
        self._name = name = next((d.driver for d in context.devices.values()), NAME)
        life = PinLife(
            name,
            self._open_board,
            tuple(self._parts.values()),
            self._showing,
            self._supply,
            outgoing,
            context,
            self._counted,
            self._settings.quiet,
            self._board_lost,
        )
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(outgoing.run(), name="gpio: outgoing")
                tasks.create_task(life.keep_open(), name="gpio: pins")
        finally:
            self._board_lost = life.lost
            self._parts = {}
            await _hand_over(context, outgoing)

    async def execute(self, command: Command) -> None:
        """See the port."""
        part = self._parts.get(command.device_id)
        if not isinstance(part, Relay):
            raise CommandFailed("nothing on the pins can do that")
        await part.execute(command)

    def counts(self) -> dict[str, int]:
        """See the port."""
        return {name: count for name, count in self._counted.items() if count}

    def show(self, sign: Sign) -> None:
        """See `core.ports.Signs`."""
        self._showing.show(sign)

    def power(self) -> Power:
        """See `core.power.TellsPower`."""
        return self._supply.power()

    def checks(self) -> Sequence[Check]:
        """See `core.checks.HasChecks`."""
        from .checks import output_checks

        return tuple(output_checks(self._name, self._showing)) if self._name else ()

    def _parts_of(self, context: DriverContext, outgoing: Outgoing) -> dict[str, Part]:
        held = Held(Path(context.state_directory))
        parts: dict[str, Part] = {}
        for device in context.devices.values():
            if device.role is Role.LOCK:
                parts[device.device_id] = Relay(device, outgoing.put, self._lost)
            else:
                parts[device.device_id] = Sensor(device, outgoing.put, held, self._lost)
        return parts

    def _open_board(self) -> Board:
        if self._settings.backend == "gpiod":
            from .chip_board import ChipBoard

            return ChipBoard(self._settings.chip)
        from .zero_board import ZeroBoard

        return ZeroBoard()

    def _is_durable(self, event: Event) -> None:
        if isinstance(event, DeviceEvent) and event.device_id in self._parts:
            self._parts[event.device_id].is_durable(event)


async def _hand_over(context: DriverContext, outgoing: Outgoing) -> None:
    """Try once more, shortly: those who pressed have let go."""
    if events := outgoing.leave():
        try:
            async with asyncio.timeout(LEAVE_S):
                await context.emit(*events)
        except TimeoutError:
            log.warning("stopped with events that storage did not take in time", events=len(events))
