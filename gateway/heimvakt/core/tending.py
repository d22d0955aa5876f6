"""The port of a driver whose network people look after: pairing, and what is in the network.

Optional: a driver whose devices are wired or named by their address alone has none of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, runtime_checkable

from .devices import Device, Role

WEAK_LQI = 60
"""Below this a link loses frames when a door is shut or a person stands in the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A device that somebody wants to have in the home."""

    device_id: str
    role: Role
    address: str | None = None
    """None: whichever joins first."""
    install_code: str | None = None
    """As it is printed on the device."""
    through: str | None = None
    """The address of the one router that is to let it in; None: whoever is near."""
    within: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The network is open for somebody new."""

    left_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Nothing has happened for a while, and there is time left."""

    left_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A device has come into the network, or was there already."""

    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interviewed:
    """It has said what it is."""

    address: str
    manufacturer: str
    model: str
    says: tuple[str, ...]
    """What it says of itself, in plain words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """Its zones send their alarms to this gateway, as they say themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingSet:
    """It knows what to report, how often, and to whom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardFrom:
    """What it says now arrives."""

    kinds: tuple[str, ...] = ()
    """The kinds of events that it has told."""
    lqi: int | None = None
    battery_percent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something is not as it should be; pairing goes on."""

    what: str
    hint: str
    lasts: bool = False
    """It stays so, however awake the device is."""


Step = Opened | Waiting | Found | Interviewed | Enrolled | ReportingSet | HeardFrom | Trouble
TellStep = Callable[[Step], Awaitable[None]]


class TendingFailed(Exception):
    """It was not done.

    Attributes:
        hint: what somebody in front of the box can do about it.
    """

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A device in a driver's network, whether or not the configuration names it."""

    address: str
    interviewed: bool = False
    manufacturer: str | None = None
    model: str | None = None
    says: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    """What it could be in a home, the likeliest first."""
    enrolled: bool | None = None
    """None: not known, or it has nothing to enrol."""
    lqi: int | None = None
    """Of the last frame that came from it."""
    trouble: str | None = None
    """Why it is not set up, in plain words."""


@runtime_checkable
class Tended(Protocol):
    """A driver that can do this beside `core.ports.Driver`. Everything here raises `TendingFailed`
    while the driver hears nothing."""

    async def pair(self, wanted: Wanted, tell: TellStep) -> str:
        """Take a device in, set it up, and tell how it goes; returns its address when it is heard.

        Only one at a time. The device is not among those of the driver yet: `take_over` does that.
        However this ends, the network is closed then.

        Raises:
            TendingFailed: on the way; what has joined stays in the network.
        """

    def take_over(self, devices: Mapping[str, Device]) -> None:
        """These are the devices from now on, by address. Never raises: a driver that hears nothing
        takes them as soon as it does. Returns at once."""

    async def forget(self, address: str) -> None:
        """Send a device away; one that cannot be reached is forgotten all the same."""

    def members(self) -> Sequence[Member]:
        """Who is in the network now; nobody while the driver hears nothing."""
