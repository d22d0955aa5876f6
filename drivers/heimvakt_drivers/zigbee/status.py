"""What the driver knows of itself, for people and for self-tests: plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The network that the radio runs."""

    channel: int
    pan_id: int
    radio: str
    """EUI-64 of the radio."""
    firmware: str
    port: str
    """Where it is plugged in."""
    family: str
    """`znp`, `ezsp` or `deconz`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceStatus:
    """What is known of one configured device."""

    joined: bool = False
    interviewed: bool = False
    enrolled: bool | None = None
    """None: not known yet, or it has no zone."""
    trouble: str | None = None
    """Why it is not set up, in plain words."""
    manufacturer: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The driver at one moment."""

    network: Network | None
    """None while the radio is lost."""
    lost: str | None
    """Why it is lost."""
    devices: Mapping[str, DeviceStatus]
    """By device id."""
    unknown_joined: tuple[str, ...]
    """Devices in the network that the configuration does not name, by address."""
    counted: Mapping[str, int]
    """How often something that should not happen did, by its name."""


@dataclass(slots=True)
class Board:
    """Where the parts of the driver write what they learn. Bounded by the configuration."""

    devices: dict[str, DeviceStatus] = field(default_factory=dict)
    """By address."""
    counted: Counter[str] = field(default_factory=Counter)
    unknown: dict[str, None] = field(default_factory=dict)
    """Addresses of devices that the configuration does not name, in the order of their coming."""
    network: Network | None = None
    lost: str | None = None
    """Why the radio is lost, as it was told; None while it is not."""
