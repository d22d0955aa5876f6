"""The Zigbee driver as the gateway sees it: what is heard on one side, storage on the other.

Three tasks under one roof: the life of the radio fills the inbox, and two feeders empty it, so that
a call for help has a way of its own. Nothing here ends the process, and what `emit` raises is the
only thing that ends `run`.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from heimvakt.core.checks import Check
from heimvakt.core.commands import Command
from heimvakt.core.devices import Device
from heimvakt.core.ports import DriverContext
from heimvakt.core.radios import RadioCare, RadioCareFailed
from heimvakt.core.tending import Member, TellStep, TendingFailed, Wanted

from .inbox import Inbox
from .noise import told_once
from .settings import ZigbeeSettings
from .status import Board, DeviceStatus, Status

if TYPE_CHECKING:
    from .life import RadioLife
    from .radio.coordinator import Coordinator

LEAVE_S = 0.5
"""How long a driver that is stopped still tries to hand over what it has heard."""

log = structlog.get_logger(__name__)


class ZigbeeDriver:
    """Implements `core.ports.Driver` and `core.tending.Tended`. One `run` at a time."""

    def __init__(self, settings: ZigbeeSettings) -> None:
        self._settings = settings
        self._board = Board()
        """Kept over `run`s: a radio that one of them told as lost is told as back by the next."""
        self._devices: dict[str, Device] = {}
        """By address in lower case; all parts share it, and it changes with `take_over`."""
        self._life: RadioLife | None = None
        """While this runs."""
        self._name = ""
        self._folder: Path | None = None
        """Of the last `run`; None before the first."""
        self._now: Callable[[], float] = lambda: 0.0

    async def run(self, context: DriverContext) -> None:
        """Listen until cancelled."""
        # zigpy takes a second to import, on small boards several: others go on meanwhile.
        await asyncio.to_thread(importlib.import_module, f"{__package__}.life")
        from .life import RadioLife

        board = self._board
        self._devices = {address.lower(): d for address, d in context.devices.items()}
        board.devices = {address: DeviceStatus() for address in self._devices}
        inbox = Inbox(board.counted)
        self._folder = folder = Path(context.state_directory)
        self._name, self._now = context.name, context.monotonic
        self._life = life = RadioLife(
            context.name,
            self._settings,
            folder,
            self._devices,
            board,
            inbox,
            context.armed,
            context.monotonic,
        )
        try:
            with told_once(board.counted):
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(inbox.feed_urgent(context.emit), name="zigbee: urgent")
                    tasks.create_task(inbox.feed_ordinary(context.emit), name="zigbee: ordinary")
                    tasks.create_task(life.keep_open(), name="zigbee: radio")
        finally:
            board.network = None
            self._life = None
            await _hand_over(context, inbox)

    async def execute(self, command: Command) -> None:
        """See the port."""
        from .tending.act import carry_out

        found = [a for a, d in self._devices.items() if d.device_id == command.device_id]
        await carry_out(self._coordinator, found[0] if found else "", command)

    # ----------------------------------------------------------------------- as `Tended` wants it

    async def pair(self, wanted: Wanted, tell: TellStep) -> str:
        """See the port."""
        if self._life is None:
            raise TendingFailed("the driver does not run", hint="see: heimvakt status")
        from .tending.tended import pair

        return await pair(self._name, self._life.roster, self._devices, self._now, wanted, tell)

    def take_over(self, devices: Mapping[str, Device]) -> None:
        """See the port."""
        before = dict(self._devices)
        self._devices.clear()
        self._devices |= {address.lower(): device for address, device in devices.items()}
        if self._life is not None:
            self._life.roster.take_over(before)

    async def forget(self, address: str) -> None:
        """See the port."""
        if self._life is None:
            raise TendingFailed("the driver does not run", hint="see: heimvakt status")
        from .tending.tended import forget

        await forget(self._coordinator, address.lower())

    def members(self) -> Sequence[Member]:
        """See the port."""
        if self._life is None:  # zigpy may be on its way in: two threads must not import it at once
            return ()
        from .tending.tended import members

        return members(self._coordinator, self._board)

    # --------------------------------------------------------------------- as `HasRadio` wants it

    def radio_care(self) -> RadioCare:
        """See the port."""
        if self._life is None:
            raise RadioCareFailed("the driver does not run", hint="see: heimvakt status")
        return self._life.swap

    # ---------------------------------------------------------------------- as `HasChecks` wants it

    def checks(self) -> Sequence[Check]:
        """See the port."""
        if self._folder is None:
            return ()
        from .checks import radio_checks

        up, board = lambda: self._coordinator, self._board
        return tuple(radio_checks(self._name, up, lambda: board.network, self._folder))

    @property
    def _coordinator(self) -> Coordinator | None:
        return None if self._life is None else self._life.roster.coordinator

    def counts(self) -> dict[str, int]:
        """See the port."""
        return {name: count for name, count in self._board.counted.items() if count}

    def status(self) -> Status:
        """What the driver knows of itself now."""
        board = self._board
        return Status(
            network=board.network,
            lost=board.lost,
            devices={d.device_id: board.devices[a] for a, d in self._devices.items()},
            unknown_joined=tuple(board.unknown),
            counted=self.counts(),
        )


async def _hand_over(context: DriverContext, inbox: Inbox) -> None:
    """Try once more, shortly: the sensors have been told that they were heard."""
    if events := inbox.leave():
        try:
            async with asyncio.timeout(LEAVE_S):
                await context.emit(*events)
        except TimeoutError:
            log.warning("stopped with events that storage did not take in time", events=len(events))
