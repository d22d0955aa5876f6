"""The port of a driver whose radio people look after: what is plugged in, and what it holds.

Optional, as `tending` is: a driver without a radio has none of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class PluggedIn:
    """One serial port of the machine."""

    port: str
    """The path that stays the same in another socket, where there is one."""
    device: str
    """The path that the kernel gave it this time."""
    usb_id: str
    """`vendor:product` in hexadecimal."""
    maker: str | None
    product: str | None
    family: str
    """What kind of radio it looks like, in the words of the driver's settings, or `unknown`."""


@runtime_checkable
class FindsRadios(Protocol):
    """What a `DriverPlugin` may offer besides: nothing is opened, nothing is written."""

    def plugged_in(self) -> Sequence[PluggedIn]:
        """All ports on which a radio of this driver may be, likely ones first."""


@runtime_checkable
class Pairs(Protocol):
    """A `DriverPlugin` whose devices are brought in while the service runs: one of them may stand
    in the file before it has an address."""

    pairs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSettings:
    """What makes a network, as a person may see it. No key is in it."""

    channel: int
    pan_id: int
    extended_pan_id: str
    address: str
    """Of the radio, in this network."""
    frame_counter: int
    devices: int
    """How many are known to be in it."""
    made_at: datetime | None = None
    """When it was stored; None: it was read just now."""


class Holds(StrEnum):
    """What the radio holds, compared with what is stored."""

    SAME = "same"
    """The network of this home."""
    NOTHING = "nothing"
    FOREIGN = "foreign"
    """Another network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Stored and found, side by side."""

    port: str
    family: str
    holds: Holds
    stored: NetworkSettings | None
    """None: nothing was ever stored."""
    found: NetworkSettings | None
    """None: the radio holds no network."""
    same_key: bool | None
    """None: there are no two keys to compare."""


class RadioCareFailed(Exception):
    """It was not done.

    Attributes:
        hint: what somebody in front of the box can do about it.
    """

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


class RadioCare(Protocol):
    """What can be done with a driver's radio while the driver runs. One thing at a time."""

    def port(self) -> str | None:
        """Where the radio is that is used now; None: it is lost."""

    async def compare(self, port: str | None) -> Compared:
        """Look at the radio at `port`, or at the one that is new; changes nothing.

        Raises:
            RadioCareFailed: there is none, several may be meant, or it does not answer.
        """

    async def swap(
        self, port: str, *, overwrite: bool = False, stored: Mapping[str, Any] | None = None
    ) -> Compared:
        """Let the radio at `port` be the one of the home, with the stored network in it; returns
        what it held before. The driver lets go of the one it has.

        Args:
            overwrite: also if it holds another network.
            stored: what `backup` gave once; None: the newest that the driver has.

        Raises:
            RadioCareFailed: it was not done, and the driver goes on with what it has; or it failed
                half way, and may be done again.
        """

    async def backup(self) -> Mapping[str, Any]:
        """The newest stored network, made now if the radio is up: as JSON, with its keys.

        Raises:
            RadioCareFailed: nothing was ever stored.
        """


@runtime_checkable
class HasRadio(Protocol):
    """A driver that can do this beside `core.ports.Driver`."""

    def radio_care(self) -> RadioCare:
        """Raises RadioCareFailed while the driver does not run."""
