"""Host a driver: what it may ask of the gateway, and what is said when it falls or stays down."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import structlog

from heimvakt.core.commands import Command, CommandFailed
from heimvakt.core.devices import Device, Home
from heimvakt.core.events import Event, RadioBack, RadioLost
from heimvakt.core.ledger import StoreFull
from heimvakt.core.ports import Clock, Driver
from heimvakt.core.records import Record
from heimvakt.core.state import State
from heimvakt.core.tending import Tended

from .steadying import Steadying
from .supervise import supervise

log = structlog.get_logger("hosting")

CODE = "code:"
"""Begins what was typed at a reader, and not held to it."""


class Gate(Protocol):
    """What of the pipeline a driver is given."""

    home: Home
    state: State

    async def emit(self, *events: Event) -> None:
        """See `pipeline.Pipeline`."""

    def hand_over(self, *events: Event) -> Awaitable[None]:
        """See `pipeline.Pipeline`."""


class HostedDriver:
    """One driver with its devices; keeps the port `heimvakt.core.ports.DriverContext`."""

    def __init__(
        self,
        name: str,
        driver: Driver,
        devices: Mapping[str, Device],
        state_directory: Path,
        pipeline: Gate,
        clock: Clock,
        secret: Callable[[str], str],
    ) -> None:
        """`secret` reads one, or raises `DriverError`."""
        self.name = name
        self.secret = secret
        self.is_armed = asyncio.Event()
        self.down = False
        """Out of restarts."""
        self.refused = 0
        """Events that a full store did not take."""
        self._is_lost = self._has_fallen = False
        """What was last said of it, by itself or here; and whether it is yet to be heard of again.
        """
        self._returned = asyncio.Event()
        self._steadying = Steadying(clock.monotonic)
        self._driver = driver
        self._pipeline = pipeline
        self._clock = clock
        self.monotonic = clock.monotonic
        self.now = clock.now
        self.clock = clock.quality
        self._directory = state_directory
        self.devices = self._own(devices)

    @property
    def driver(self) -> Driver:
        """The driver itself, for what only some can do: `core.tending`, `core.radios`."""
        return self._driver

    @property
    def zone(self) -> ZoneInfo:
        """See the port."""
        return self._pipeline.home.zone

    def last_record(self, device_id: str) -> Record | None:
        """See the port."""
        return self._pipeline.state.records.get(device_id)

    def whose(self, key: str) -> str | None:
        """See the port."""
        name = self._pipeline.home.tags.get(key)
        if name is None and not key.startswith(CODE):
            # For whoever writes it into the file; what somebody typed is a secret and no matter
            # of a log.
            log.info("a key that nobody knows", driver=self.name, card=key)
        return name

    @property
    def state_directory(self) -> str:
        """A folder of the driver's own."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        return str(self._directory)

    def emit(self, *events: Event) -> Coroutine[Any, Any, None]:
        """See the port. What a contact says that chatters is told with measure."""
        for event in events:
            if isinstance(event, RadioLost | RadioBack) and event.driver == self.name:
                self._is_lost = isinstance(event, RadioLost)
        return self._hand_over(*self._steadying.measured(events))

    def _hand_over(self, *events: Event) -> Coroutine[Any, Any, None]:
        return self._taken(self._pipeline.hand_over(*events), len(events))

    async def _taken(self, durable: Awaitable[None], count: int) -> None:
        """What a full store does not take is counted: a driver can do nothing about it, and must go
        on hearing what is an alarm."""
        try:
            await durable
        except StoreFull:
            self.refused += count

    def armed(self) -> None:
        """See the port."""
        self.is_armed.set()
        if self._has_fallen:
            self._returned.set()

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
        return {d.address: d for d in devices.values() if d.driver == self.name and d.address}

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
        if left_out := self._steadying.left_out:
            counts["left-out-of-chatter"] = left_out
        return counts

    async def run(self) -> None:
        """Keep the driver running, until cancelled; one that falls or stays down is told upstream.

        A driver tells itself of a connection that is lost. This is for what nobody foresaw: else
        its devices would be deaf, and look quiet, until it hears again.
        """
        async with asyncio.TaskGroup() as tasks:
            teller = tasks.create_task(self._tell_return(), name=f"{self.name}: return")
            steadying = tasks.create_task(
                self._steadying.run(self._hand_over), name=f"{self.name}: chatter"
            )
            await supervise(self.name, self._run_once, stays_down=self._stays_down, fell=self._fell)
            teller.cancel()
            steadying.cancel()

    async def _run_once(self) -> None:
        self.is_armed.clear()
        try:
            await self._driver.run(self)
        finally:
            self.is_armed.clear()

    async def _fell(self, reason: str) -> None:
        self._has_fallen = True
        if not self._is_lost:
            await self.emit(RadioLost(driver=self.name, reason=f"the driver fell: {reason}"))

    async def _tell_return(self) -> None:
        while True:
            await self._returned.wait()
            self._returned.clear()
            if not self.is_armed.is_set():
                continue  # it fell again at once
            self._has_fallen = False
            if self._is_lost:
                await self.emit(RadioBack(driver=self.name))

    async def _stays_down(self, reason: str) -> None:
        self.down = True
        await self._pipeline.emit(
            RadioLost(driver=self.name, reason=f"the driver stays down: {reason}")
        )
