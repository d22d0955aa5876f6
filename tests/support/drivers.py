"""A gateway around a driver, as small as it can be: it records, and it can be slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from heimvakt.core.devices import Device, Home
from heimvakt.core.events import ClockQuality, DeviceEvent, Event, LoggedEvent
from heimvakt.core.ports import Driver, DriverError
from heimvakt.core.records import Record
from heimvakt.core.state import State

WAIT_S = 60.0
"""Until a test that waits for an event gives up; a good run waits for milliseconds."""


class Gate:
    """Of a hosted driver: takes what is emitted, and remembers nothing else."""

    def __init__(self, emitted: list[Event] | None = None) -> None:
        self.home = Home(gateway_id="test")
        self.state = State()
        self.emitted = [] if emitted is None else emitted

    async def emit(self, *events: Event) -> None:
        self.emitted.extend(events)

    def hand_over(self, *events: Event) -> Awaitable[None]:
        return self.emit(*events)


class Gateway:
    """A `DriverContext` that keeps what it was given, in the order of the calls."""

    def __init__(self, devices: Sequence[Device], state_directory: str) -> None:
        self._devices = {device.address: device for device in devices}
        self._state_directory = state_directory
        self._changed = asyncio.Event()
        self._arming = asyncio.Event()
        self.calls: list[tuple[Event, ...]] = []
        self.durable: list[Event] = []
        """What `emit` has returned for."""
        self.slow: asyncio.Event | None = None
        """While this is there and not set, `emit` does not return."""
        self._read = 0
        self.zone = ZoneInfo("Europe/Oslo")
        self.records: dict[str, Record] = {}
        self.keys: dict[str, str] = {}
        """Whose key each is."""
        self.secrets: dict[str, str] = {}
        self.time: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def name(self) -> str:
        return next((device.driver for device in self._devices.values()), "zigbee")

    @property
    def devices(self) -> Mapping[str, Device]:
        return self._devices

    @property
    def state_directory(self) -> str:
        return self._state_directory

    def now(self) -> datetime:
        return self.time()

    def clock(self) -> ClockQuality:
        return ClockQuality.SYNCHRONISED

    def last_record(self, device_id: str) -> Record | None:
        return self.records.get(device_id)

    def whose(self, key: str) -> str | None:
        return self.keys.get(key)

    def secret(self, reference: str) -> str:
        if reference not in self.secrets:
            raise DriverError(f"{reference}: there is no such secret", hint="put it there")
        return self.secrets[reference]

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def emit(self, *events: Event) -> None:
        self.calls.append(events)
        self._changed.set()
        if self.slow is not None:
            await self.slow.wait()
        self.durable += events
        for event in events:
            if isinstance(event, LoggedEvent) and event.log:
                self.records[event.device_id] = Record(event.log, event.record)
        self._changed.set()

    def armed(self) -> None:
        self._arming.set()

    async def wait_armed(self) -> None:
        async with asyncio.timeout(WAIT_S):
            await self._arming.wait()

    @property
    def emitted(self) -> list[Event]:
        return [event for call in self.calls for event in call]

    async def until(self, true: Callable[[], bool]) -> None:
        """Return when `true()` is, looked at after each call."""
        async with asyncio.timeout(WAIT_S):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    async def next(self, *kinds: type[Event], device_id: str | None = None) -> Event:
        """The next event of one of these kinds; what came before it is read by that."""
        while True:
            await self.until(lambda: len(self.emitted) > self._read)
            event = self.emitted[self._read]
            self._read += 1
            mine = device_id is None or getattr(event, "device_id", None) == device_id
            if isinstance(event, kinds) and mine:
                return event

    def of(self, device_id: str, *kinds: type[Event]) -> list[type[Event]]:
        """What was said of a device so far, by kind; all kinds where none are given."""
        return [
            type(event)
            for event in self.emitted
            if isinstance(event, DeviceEvent)
            and event.device_id == device_id
            and isinstance(event, kinds or (Event,))
        ]


@asynccontextmanager
async def running(driver: Driver, gateway: Gateway) -> AsyncIterator[asyncio.Task[None]]:
    """The driver runs while the context lasts; an error of its own ends the test at once."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(driver.run(gateway), name="the driver")
        yield task
        task.cancel()
