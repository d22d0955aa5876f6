"""The OSDP driver as the gateway sees it: one line with its locks.

The line is opened again by itself when it is gone; a lock that is not reached is tried again, and
the others on its line go on meanwhile. What `emit` raises is the only thing that ends `run`.
"""

from __future__ import annotations

import asyncio
import importlib
import re
from collections import Counter
from typing import TYPE_CHECKING

import structlog

from heimvakt.core.commands import Command, CommandFailed
from heimvakt.core.ports import DriverContext, DriverError
from heimvakt_drivers.serial.line import SerialLine
from heimvakt_drivers.serial.line_watch import LineWatch
from heimvakt_drivers.serial.locks.addresses import Post, posts
from heimvakt_drivers.serial.locks.desk import Desk
from heimvakt_drivers.serial.locks.outbox import Outbox

from .settings import NOTHING_WIRED, OsdpLock, OsdpSettings

if TYPE_CHECKING:
    from .bus import Bus
    from .peer import Peer

DEFAULT_KEY = bytes(range(0x30, 0x40))
"""What the standard gives every new device (SCBK-D)."""

log = structlog.get_logger(__name__)


class OsdpDriver:
    """Implements `core.ports.Driver`. One `run` at a time."""

    def __init__(self, settings: OsdpSettings) -> None:
        self._settings = settings
        self._counted: Counter[str] = Counter()
        self._line = LineWatch()
        self._told_up: dict[int, bool | None] = {}
        """Kept over `run`s, as the watch is: what one tells as lost the next tells as back."""
        self._peers: dict[str, Peer] = {}
        """By the id of the lock, while this runs."""

    async def run(self, context: DriverContext) -> None:
        """Listen until cancelled."""
        for heavy in ("serial", f"{__package__}.bus"):
            await asyncio.to_thread(importlib.import_module, heavy)
        from .bus import Bus

        outbox = Outbox(self._counted)
        bus = Bus(self._counted)
        found = posts(context.devices.values())
        peers = [self._peer(post, context, outbox, bus) for post in found.values()]
        self._peers = {peer.desk.name: peer for peer in peers}
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(outbox.feed(context.emit), name="osdp: events")
                tasks.create_task(self._serve(context, outbox, bus, peers), name="osdp: line")
        finally:
            self._told_up = {peer.number: peer.told_up for peer in peers}
            self._peers = {}
            if lost := await outbox.leave(context.emit):
                log.warning("stopped with events that storage did not take in time", events=lost)

    async def execute(self, command: Command) -> None:
        """See the port."""
        peer = self._peers.get(command.device_id)
        if peer is None:
            raise CommandFailed("it is no lock, or its line is lost")
        await peer.execute(command)

    def counts(self) -> dict[str, int]:
        """See the port."""
        return {name: count for name, count in self._counted.items() if count}

    async def _serve(
        self, context: DriverContext, outbox: Outbox, bus: Bus, peers: list[Peer]
    ) -> None:
        name = next((d.driver for d in context.devices.values()), "osdp")

        def looked() -> None:
            self._line.answers(name, outbox.put, (peer.mute for peer in peers))
            if all(peer.told_up is not None for peer in peers):
                context.armed()

        async def serve(line: SerialLine) -> None:
            await bus.serve(line, peers, looked)

        def open_line() -> SerialLine:
            return SerialLine(
                self._settings.port, baudrate=self._settings.baudrate, heard=bus.heard
            )

        await self._line.keep_open(name, open_line, serve, outbox.put)

    def _peer(self, post: Post, context: DriverContext, outbox: Outbox, bus: Bus) -> Peer:
        from .peer import Peer

        options = post.lock.options
        if not isinstance(options, OsdpLock):
            options = NOTHING_WIRED
        reference = options.key

        def key() -> bytes:
            return read_key(context.secret(reference)) if reference else read_key("")

        bolt_within_s = options.bolt_within.total_seconds()
        desk = Desk(post, outbox.put, context.whose, bolt_within_s=bolt_within_s)
        told_up = self._told_up.get(post.number)
        return Peer(options, desk, key, bus.write, self._counted, told_up=told_up)


def read_key(text: str) -> bytes:
    """The key of a secure channel out of its secret.

    Raises:
        DriverError: it is none, or one that everybody knows.
    """
    digits = text.strip()
    if not re.fullmatch(r"[0-9a-fA-F]{32}", digits, re.ASCII):
        raise DriverError(
            "what is there is no key",
            hint="write 32 hexadecimal digits: openssl rand -hex 16",
        )
    key = bytes.fromhex(digits)
    if key == DEFAULT_KEY or len(set(key)) == 1:
        raise DriverError("that key is known to everybody", hint="make one: openssl rand -hex 16")
    return key
