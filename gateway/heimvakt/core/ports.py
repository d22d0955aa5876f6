"""What the core asks of the world: the ports of drivers, clock and signs, with their contracts."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from .commands import Command
from .devices import Device
from .events import ClockQuality, Event
from .records import Record
from .signs import Sign


class Clock(Protocol):
    """The time of the home. The manual clock of the tests and the driven one keep this contract.

    `monotonic()` never goes back, whatever the wall clock does.
    """

    def now(self) -> datetime:
        """UTC."""

    def monotonic(self) -> float:
        """Seconds since some moment of this boot."""

    def quality(self) -> ClockQuality:
        """How far `now()` can be trusted."""

    async def sleep_until(self, at: datetime) -> None:
        """Return when `now() >= at`; at once if that is so. Cancelling it is harmless."""


@runtime_checkable
class Signs(Protocol):
    """Something that those who live there can see or hear: a lamp, a buzzer."""

    def show(self, sign: Sign) -> None:
        """Show this one, and no other, until told otherwise. Repeating it changes nothing; what
        cannot be shown is logged once. Returns at once."""


class DriverContext(Protocol):
    """What a driver may ask of the gateway."""

    @property
    def name(self) -> str:
        """What the configuration calls this driver: what it says of itself it says by this name."""

    @property
    def devices(self) -> Mapping[str, Device]:
        """The devices of this driver by their address, as the configuration writes it."""

    @property
    def state_directory(self) -> str:
        """A folder that is the driver's own and survives restarts."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the home."""

    def now(self) -> datetime:
        """UTC, on the home's clock."""

    def clock(self) -> ClockQuality:
        """How far `now` can be trusted."""

    def last_record(self, device_id: str) -> Record | None:
        """What was taken last out of the log of a device, durably; None: nothing yet."""

    def whose(self, key: str) -> str | None:
        """Whose key that is which a reader read (`26:0004a2f1`) or which was typed (`code:4711`);
        None: nobody's."""

    def secret(self, reference: str) -> str:
        """What a secret says that the configuration names (`credential:NAME`); read anew each time.

        Raises:
            DriverError: it cannot be read; the hint says what to do.
        """

    def monotonic(self) -> float:
        """Seconds on the home's clock, which never goes back: for "again within" of what is heard.

        Not for time-outs of the wire, which are the event loop's.
        """

    def emit(self, *events: Event) -> Coroutine[Any, Any, None]:
        """Hand over events in order, in this very call if there is room; awaited, it returns when
        they are on durable storage.

        The time is taken at the call. Waits while the inbox is full. A driver that is cancelled in
        this call must take it that the events may or may not have been taken. Of a contact that
        chatters only the last change is kept, and told in a moment (`steadying`).
        """

    def armed(self) -> None:
        """Say that the driver hears now; called once for each `run`, harmless if repeated."""


class DriverError(Exception):
    """A driver cannot go on; the supervisor opens it again.

    Attributes:
        hint: what a technician can do about it, in a sentence.
    """

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


class Driver(Protocol):
    """One kind of hardware behind one connection."""

    async def run(self, context: DriverContext) -> None:
        """Listen until cancelled.

        Events of one device are emitted in the order in which they came. When the connection is
        lost it emits `RadioLost`, tries again by itself and emits `RadioBack`.

        Raises:
            DriverError: it cannot go on and does not know better than to be started again.
        """

    async def execute(self, command: Command) -> None:
        """Do what a device of this driver is told; returns when the device itself has confirmed it.

        Nothing is tried again in here after the caller has given up (it cancels after its own
        time), and nothing is done twice for one `command_id`.

        Raises:
            CommandFailed: it was not done; the text says why in plain words.
        """

    def counts(self) -> Mapping[str, int]:
        """How often what should not happen did since the start, by its name: broken frames,
        strangers, events that found no room."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong in the configuration of a driver or one of its devices."""

    where: tuple[str | int, ...]
    """The keys down to the value: `("drivers", "zigbee", "port")`."""
    what: str
    hint: str
    warning: bool = False


class DriverPlugin(Protocol):
    """What an entry point of the group `heimvakt.drivers` names. Importing it must be cheap."""

    name: str
    settings: type[Any]
    """A pydantic model of the driver's own table in the configuration."""
    device_settings: type[Any] | None
    """A pydantic model of the keys that this driver knows in `[devices.ID]` beside those that every
    device has; its value is `Device.options`."""

    def check(
        self, settings: Any, where: tuple[str | int, ...], devices: Sequence[Device]
    ) -> Sequence[Mistake]:
        """All that is wrong beyond types: ports that do not exist, addresses not readable."""

    def create(self, settings: Any) -> Driver:
        """The driver; opens nothing yet. Heavy imports happen here or later."""
