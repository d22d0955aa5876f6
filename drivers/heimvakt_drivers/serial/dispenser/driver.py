"""The dispenser driver as the gateway sees it: a line kept open, and orders for who is on it.

A line that is not there, at the start or later, is told once and tried again for ever.
"""

from __future__ import annotations

import asyncio
import importlib
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import structlog

from heimvakt.core.commands import Command, CommandFailed
from heimvakt.core.events import RadioBack, RadioLost
from heimvakt.core.ports import DriverContext
from heimvakt_drivers.serial.line import LineLost

from .settings import DispenserSettings

if TYPE_CHECKING:
    from .bus import Bus
    from .talk import Talk

NAME = "dispenser"

AGAIN_S, AGAIN_S_MAX = 0.2, 5.0
"""How long to wait before the line is tried again, at first and at most; it doubles."""

STEADY_S = 10.0
"""A line that was there for so long was well: the next wait is the first again."""

log = structlog.get_logger(__name__)


class DispenserDriver:
    """Implements `core.ports.Driver`. One `run` at a time."""

    def __init__(self, settings: DispenserSettings) -> None:
        self._settings = settings
        self._counted: Counter[str] = Counter()
        self._lost: str | None = None
        """Why the line is gone, while it is; kept over `run`s."""
        self._talks: dict[str, Talk] = {}
        """By device, while this runs."""
        self._bus: Bus | None = None
        self._context: DriverContext | None = None

    async def run(self, context: DriverContext) -> None:
        """Listen until cancelled."""
        # The cipher takes 50 ms to import, on small boards more: others go on meanwhile.
        await asyncio.to_thread(importlib.import_module, f"{__package__}.beginning")
        from .beginning import talks_of

        self._context = context
        self._talks = talks_of(context, self._settings.key, self._counted)
        try:
            await self._keep_open(context)
        finally:
            self._talks = {}

    async def execute(self, command: Command) -> None:
        """See the port."""
        from .ordering import carry_out

        talk, context = self._talks.get(command.device_id), self._context
        if talk is None or context is None:
            raise CommandFailed("the driver does not run")
        await carry_out(command, talk, context, self._wake)

    def counts(self) -> Mapping[str, int]:
        """See the port."""
        return {name: count for name, count in self._counted.items() if count}

    async def _keep_open(self, context: DriverContext) -> None:
        from .bus import Bus

        loop = asyncio.get_running_loop()
        wait_s = AGAIN_S
        while True:
            self._bus = Bus(list(self._talks.values()), context, self._counted)
            began = loop.time()
            try:
                lost = await self._bus.serve(
                    self._settings.port, self._settings.baudrate, self._is_there
                )
            except LineLost as error:
                lost = error
            finally:
                self._bus = None
            if loop.time() - began >= STEADY_S:
                wait_s = AGAIN_S
            await self._is_lost(lost)
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, AGAIN_S_MAX)

    async def _is_there(self) -> None:
        assert self._context is not None
        if self._lost is not None:
            self._lost = None
            await self._context.emit(RadioBack(driver=self._name))

    async def _is_lost(self, error: LineLost) -> None:
        assert self._context is not None
        now = asyncio.get_running_loop().time()
        reason = str(error)
        if reason != self._lost:
            log.warning("the line is lost; tried again", reason=reason, hint=error.hint)
        first, self._lost = self._lost is None, reason
        if first:
            await self._context.emit(RadioLost(driver=self._name, reason=reason))
        for talk in self._talks.values():
            talk.conversation.cut(now)
            await talk.tell(talk.conversation.lost(now))

    @property
    def _name(self) -> str:
        """As the configuration has it: several lines have a name each."""
        return next((talk.device.driver for talk in self._talks.values()), NAME)

    def _wake(self) -> None:
        if self._bus is not None:
            self._bus.ears.wake()
