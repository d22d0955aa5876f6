"""Host a driver: what it may ask of the gateway, and what is said when it stays down."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from heimvakt.core.commands import Command, CommandFailed
from heimvakt.core.devices import Device
from heimvakt.core.events import Event, RadioLost
from heimvakt.core.ledger import StoreFull
from heimvakt.core.ports import Driver
from heimvakt.core.tending import Tended

from .supervise import supervise


class HostedDriver:
    """One driver with its devices; keeps the port `heimvakt.core.ports.DriverContext`."""

    def __init__(
        self,
        name: str,
        driver: Driver,
        devices: Mapping[str, Device],
        state_directory: Path,
        emit: Callable[..., Awaitable[None]],
        monotonic: Callable[[], float],
    ) -> None:
        self.name = name
        self.is_armed = asyncio.Event()
        self.down = False
        """Out of restarts."""
        self.refused = 0
        """Events that a full store did not take."""
        self._driver = driver
        self._emit = emit
        self.monotonic = monotonic
        self._directory = state_directory
        self.devices = self._own(devices)

    @property
    def driver(self) -> Driver:
        """The driver itself, for what only some can do: `core.tending`, `core.radios`."""
        return self._driver

    @property
    def state_directory(self) -> str:
        """A folder of the driver's own."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        return str(self._directory)

    async def emit(self, *events: Event) -> None:
        """See the port. What a full store does not take is counted: a driver can do nothing about
        it, and must go on hearing what is an alarm."""
        try:
            await self._emit(*events)
        except StoreFull:
            self.refused += len(events)

    def armed(self) -> None:
        """See the port."""
        self.is_armed.set()

    def can_take_over(self, devices: Mapping[str, Device]) -> bool:
        """Whether the driver can go on with these devices of the home without being opened anew."""
        return self._own(devices) == self.devices or isinstance(self._driver, Tended)

    def take_over(self, devices: Mapping[str, Device]) -> None:
        """Go on with these devices of the home; only where it can."""
        own = self._own(devices)
        if own != self.devices and isinstance(self._driver, Tended):
            self.devices = own
            self._driver.take_over(own)

    def _own(self, devices: Mapping[str, Device]) -> dict[str, Device]:
        return {d.address: d for d in devices.values() if d.driver == self.name}

    async def execute(self, command: Command) -> None:
        """See the port of drivers.

        Raises:
            CommandFailed: it was not done.
        """
        if not self.is_armed.is_set():
            raise CommandFailed(f"the driver {self.name} does not listen now")
        await self._driver.execute(command)

    def counts(self) -> Mapping[str, int]:
        """What went wrong so far, by name."""
        counts = dict(self._driver.counts())
        if self.refused:
            counts["refused-by-the-store"] = self.refused
        return counts

    async def run(self) -> None:
        """Keep the driver running, until cancelled; a driver that stays down is told upstream."""
        await supervise(self.name, self._run_once, stays_down=self._stays_down)

    async def _run_once(self) -> None:
        self.is_armed.clear()
        try:
            await self._driver.run(self)
        finally:
            self.is_armed.clear()

    async def _stays_down(self, reason: str) -> None:
        self.down = True
        await self._emit(RadioLost(driver=self.name, reason=f"the driver stays down: {reason}"))
