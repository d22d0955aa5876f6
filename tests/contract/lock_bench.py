"""A line with one lock, as the contract of drivers wants it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from heimvakt.core.events import Event, LockLocked, LockUnlocked
from heimvakt.core.ports import Driver
from tests.support.locks import OsdpLine


class LockBench:
    """Somebody turns its key; the whole line is pulled out, and plugged in again."""

    on: type[Event] = LockUnlocked
    off: type[Event] = LockLocked

    def __init__(self, line: OsdpLine, told: Callable[[], Awaitable[object]]) -> None:
        """`told`: returns when the driver has asked the lock how it is."""
        self.device = line.devices[0]
        self.state_directory = line.state_directory
        self.secrets = line.secrets
        self._line = line
        self._told = told

    def driver(self) -> Driver:
        return self._line.driver()

    async def turn(self, *, on: bool) -> None:
        self._line.bodies[0].turn_key(locked=not on)
        await self._told()

    async def unplug(self) -> None:
        await self._line.bus.pull()

    async def replug(self) -> None:
        await self._line.bus.plug()
