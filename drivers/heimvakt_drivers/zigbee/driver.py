"""The Zigbee driver as the gateway sees it: what is heard on one side, storage on the other.

Three tasks under one roof: the life of the radio fills the inbox, and two feeders empty it, so that
a call for help has a way of its own. Nothing here ends the process, and what `emit` raises is the
only thing that ends `run`.
"""

from __future__ import annotations

import asyncio
import importlib
from pathlib import Path

import structlog

from heimvakt.core.commands import Command, CommandFailed
from heimvakt.core.devices import Device
from heimvakt.core.ports import DriverContext

from .inbox import Inbox
from .noise import told_once
from .settings import ZigbeeSettings
from .status import Board, DeviceStatus, Status

NAME = "zigbee"

LEAVE_S = 0.5
"""How long a driver that is stopped still tries to hand over what it has heard."""

log = structlog.get_logger(__name__)


class ZigbeeDriver:
    """Implements `core.ports.Driver`. One `run` at a time."""

    def __init__(self, settings: ZigbeeSettings) -> None:
        self._settings = settings
        self._board = Board()
        """Kept over `run`s: a radio that one of them told as lost is told as back by the next."""
        self._devices: dict[str, Device] = {}

    async def run(self, context: DriverContext) -> None:
        """Listen until cancelled."""
        # zigpy takes a second to import, on small boards several: others go on meanwhile.
        await asyncio.to_thread(importlib.import_module, f"{__package__}.life")
        from .life import RadioLife

        board = self._board
        self._devices = {address.lower(): d for address, d in context.devices.items()}
        board.devices = {address: DeviceStatus() for address in self._devices}
        inbox = Inbox(board.counted)
        folder = Path(context.state_directory)
        life = RadioLife(
            NAME,
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
            await _hand_over(context, inbox)

    async def execute(self, command: Command) -> None:
        """See the port."""
        raise CommandFailed(f"no device of this driver can {command.verb} yet")

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
