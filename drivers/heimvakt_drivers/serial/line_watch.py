"""Keep a serial line open: told once when it is gone, opened again by itself, and told then.

A line on which several hang is gone as well when its port is there and nobody on it answers: its
cable is cut, or what feeds them all. That is one thing to mend, not one for each of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import structlog

from heimvakt.core.events import Event, RadioBack, RadioLost

from .line import LineLost, SerialLine

AGAIN_S, AGAIN_S_MAX = 0.2, 5.0
"""Waits before a port is opened again. That costs nothing, and people who put a plug back look at
what it does."""

NOBODY = LineLost(
    "nobody on the line answers",
    hint="see to its cable, to its two ends, and to what feeds those on it",
)

log = structlog.get_logger(__name__)


class LineWatch:
    """For as long as the driver is there, over all its `run`s."""

    def __init__(self) -> None:
        self.lost = False
        """And told so."""

    async def keep_open(
        self,
        driver: str,
        open_line: Callable[[], SerialLine],
        serve: Callable[[SerialLine], Awaitable[None]],
        put: Callable[[Iterable[Event]], None],
    ) -> None:
        """Serve the line whenever it is there, until cancelled."""
        wait_s = AGAIN_S
        while True:
            try:
                line = open_line()
            except LineLost as error:
                self._tell_lost(driver, error, put)
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2, AGAIN_S_MAX)
                continue
            wait_s = AGAIN_S
            self._tell_back(driver, put)
            try:
                self._tell_lost(driver, await _served(line, serve), put)
            finally:
                line.close()

    def answers(
        self, driver: str, put: Callable[[Iterable[Event]], None], mute: Iterable[bool]
    ) -> None:
        """While the port is there: which of those on the line say nothing at all; only where there
        are several, for of one its own loss is told."""
        known = list(mute)
        if len(known) > 1 and all(known):
            self._tell_lost(driver, NOBODY, put)
        else:
            self._tell_back(driver, put)

    def _tell_back(self, driver: str, put: Callable[[Iterable[Event]], None]) -> None:
        if self.lost:
            self.lost = False
            log.info("a serial line is back", driver=driver)
            put([RadioBack(driver=driver)])

    def _tell_lost(
        self, driver: str, why: LineLost, put: Callable[[Iterable[Event]], None]
    ) -> None:
        if not self.lost:
            self.lost = True
            log.warning("a serial line is lost", driver=driver, why=str(why), hint=why.hint)
            put([RadioLost(driver=driver, reason=str(why))])


async def _served(line: SerialLine, serve: Callable[[SerialLine], Awaitable[None]]) -> LineLost:
    """Serve until the line is lost; why it is."""
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(_as_coroutine(serve, line), name="serial: serve")
        lost = await line.wait_lost()
        serving.cancel()
    return lost


async def _as_coroutine(serve: Callable[[SerialLine], Awaitable[None]], line: SerialLine) -> None:
    await serve(line)
