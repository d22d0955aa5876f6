"""The Modbus driver as the gateway sees it: one line with its relay boards.

The line is opened again by itself when it is gone; a board that is not reached is tried again, and
the others on its line go on meanwhile. What `emit` raises is the only thing that ends `run`.
"""

from __future__ import annotations

import asyncio
import importlib
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import structlog

from heimvakt.core.commands import Command, CommandFailed
from heimvakt.core.ports import DriverContext
from heimvakt_drivers.serial.line import SerialLine
from heimvakt_drivers.serial.line_watch import LineWatch
from heimvakt_drivers.serial.locks.addresses import Post, posts
from heimvakt_drivers.serial.locks.desk import Desk
from heimvakt_drivers.serial.locks.outbox import Outbox

from .settings import ModbusLock, ModbusSettings

if TYPE_CHECKING:
    from .board import Board
    from .bus import ModbusBus

_PARITY: Mapping[str, Literal["N", "E", "O"]] = {"none": "N", "even": "E", "odd": "O"}

log = structlog.get_logger(__name__)


class ModbusDriver:
    """Implements `core.ports.Driver`. One `run` at a time."""

    def __init__(self, settings: ModbusSettings) -> None:
        self._settings = settings
        self._counted: Counter[str] = Counter()
        self._line = LineWatch()
        self._told_up: dict[int, bool | None] = {}
        """Kept over `run`s, as the watch is: what one tells as lost the next tells as back."""
        self._boards: dict[str, Board] = {}
        """By the id of the lock, while this runs."""

    async def run(self, context: DriverContext) -> None:
        """Listen until cancelled."""
        for heavy in ("serial", f"{__package__}.board"):
            await asyncio.to_thread(importlib.import_module, heavy)
        from .bus import ModbusBus

        outbox = Outbox(self._counted)
        bus = ModbusBus(self._counted)
        found = posts(context.devices.values())
        boards = [self._board(post, context, outbox, bus) for post in found.values()]
        self._boards = {board.desk.name: board for board in boards}
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(outbox.feed(context.emit), name="modbus: events")
                tasks.create_task(self._serve(context, outbox, bus, boards), name="modbus: line")
        finally:
            self._told_up = {board.desk.post.number: board.told_up for board in boards}
            self._boards = {}
            if lost := await outbox.leave(context.emit):
                log.warning("stopped with events that storage did not take in time", events=lost)

    async def execute(self, command: Command) -> None:
        """See the port."""
        board = self._boards.get(command.device_id)
        if board is None:
            raise CommandFailed("it is no lock, or its line is lost")
        await board.execute(command)

    def counts(self) -> dict[str, int]:
        """See the port."""
        return {name: count for name, count in self._counted.items() if count}

    async def _serve(
        self, context: DriverContext, outbox: Outbox, bus: ModbusBus, boards: list[Board]
    ) -> None:
        name = next((d.driver for d in context.devices.values()), "modbus")

        def looked() -> None:
            self._line.answers(name, outbox.put, (board.told_up is False for board in boards))
            if all(board.told_up is not None for board in boards):
                context.armed()

        async def serve(line: SerialLine) -> None:
            bus.on(line)
            try:
                async with asyncio.TaskGroup() as tasks:
                    for board in boards:
                        tasks.create_task(board.serve(looked), name=f"modbus: {board.desk.name}")
            finally:
                bus.on(None)

        def open_line() -> SerialLine:
            settings = self._settings
            return SerialLine(
                settings.port,
                baudrate=settings.baudrate,
                parity=_PARITY[settings.parity],
                stop_bits=settings.stop_bits,
                heard=bus.heard,
            )

        await self._line.keep_open(name, open_line, serve, outbox.put)

    def _board(self, post: Post, context: DriverContext, outbox: Outbox, bus: ModbusBus) -> Board:
        from .board import Board

        options = post.lock.options if isinstance(post.lock.options, ModbusLock) else ModbusLock()
        bolt_within_s = options.bolt_within.total_seconds()
        desk = Desk(post, outbox.put, context.whose, bolt_within_s=bolt_within_s)
        return Board(options, desk, bus, told_up=self._told_up.get(post.number))
