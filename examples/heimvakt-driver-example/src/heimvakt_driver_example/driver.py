"""The driver: a connection that is kept, lines that become events, commands that become lines."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping

import structlog

from heimvakt.core.commands import Command, CommandFailed, Verb
from heimvakt.core.events import ContactBack, ContactLost, DeviceSeen, RadioBack, RadioLost
from heimvakt.core.ports import DriverContext

from .lines import Alive, Done, Hello, parse
from .settings import KarusellSettings

SILENCE_S = 15.0
"""It says that it lives every 5 s; after three that did not come the connection is dead."""

AGAIN_S, AGAIN_S_MAX = 0.2, 5.0
SEEN_S = 600.0
"""How often supervision is told that it lives; it wants to know every 15 minutes."""

LINE_MAX = 256
ANSWER_S = 5.0

log = structlog.get_logger(__name__)


class KarusellDriver:
    """Implements `core.ports.Driver`."""

    def __init__(self, settings: KarusellSettings) -> None:
        self._settings = settings
        self._counted: Counter[str] = Counter()
        self._lost = False
        self._writer: asyncio.StreamWriter | None = None
        self._log = ""
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._commands = 0

    async def run(self, context: DriverContext) -> None:
        """Keep the connection, until cancelled."""
        wait_s = AGAIN_S
        while True:
            try:
                await self._listen(context)
            except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
                await self._is_lost(context, str(error) or type(error).__name__)
            else:
                await self._is_lost(context, "it hung up")
            await asyncio.sleep(wait_s)
            wait_s = AGAIN_S if self._log else min(2 * wait_s, AGAIN_S_MAX)

    async def execute(self, command: Command) -> None:
        """See the port."""
        if command.verb is not Verb.IDENTIFY:
            raise CommandFailed(f"a Karusell cannot {command.verb}")
        if self._writer is None:
            raise CommandFailed("there is no contact with the dispenser")
        self._commands += 1
        number = self._commands
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[number] = done
        try:
            self._say(f"beep {number}")
            async with asyncio.timeout(ANSWER_S):
                await done
        except TimeoutError:
            raise CommandFailed("no answer came", certain=False) from None
        finally:
            del self._waiting[number]

    def counts(self) -> Mapping[str, int]:
        """See the port."""
        return dict(self._counted)

    async def _listen(self, context: DriverContext) -> None:
        [device] = context.devices.values()
        self._log = ""
        where = self._settings
        async with asyncio.timeout(SILENCE_S):
            reader, writer = await asyncio.open_connection(where.host, where.port, limit=LINE_MAX)
        self._writer = writer
        try:
            await self._is_back(context)
            seen_at = context.monotonic()
            while True:
                async with asyncio.timeout(SILENCE_S):
                    line = await reader.readline()
                if not line:
                    return
                await self._take(context, line.decode().strip(), device.device_id)
                if context.monotonic() - seen_at >= SEEN_S:
                    seen_at = context.monotonic()
                    await context.emit(DeviceSeen(device_id=device.device_id))
        finally:
            self._writer = None
            writer.close()

    async def _take(self, context: DriverContext, line: str, device_id: str) -> None:
        try:
            said = parse(line, device_id, self._log)
        except ValueError:
            self._counted["lines-not-understood"] += 1
            return
        match said:
            case Hello(name):
                self._log = name
                await context.emit(ContactBack(device_id=device_id))
                context.armed()
            case Done(number):
                if (waiting := self._waiting.get(number)) and not waiting.done():
                    waiting.set_result(None)
            case Alive():
                pass
            case event:
                await context.emit(event)
                # Only now is it on durable storage here, and only now may it be forgotten there.
                self._say(f"ack {event.record}")

    def _say(self, line: str) -> None:
        if self._writer is not None:
            self._writer.write(f"{line}\n".encode())

    async def _is_back(self, context: DriverContext) -> None:
        if self._lost:
            self._lost = False
            [device] = context.devices.values()
            await context.emit(RadioBack(driver=device.driver))

    async def _is_lost(self, context: DriverContext, reason: str) -> None:
        if not self._lost:
            self._lost = True
            log.warning("the dispenser is lost; tried again", reason=reason)
            [device] = context.devices.values()
            await context.emit(
                RadioLost(driver=device.driver, reason=reason),
                ContactLost(device_id=device.device_id, reason=reason),
            )
