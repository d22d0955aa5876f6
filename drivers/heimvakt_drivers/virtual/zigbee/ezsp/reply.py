"""What a command comes to: the parameters of its answer, and what the host is told after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from heimvakt_drivers.virtual.zigbee.octets import Reader, u8

from .codes import Status
from .coordinator import EzspCoordinator
from .frame import Callback, Later

Told = Callback | Later
Reply = tuple[bytes, Sequence[Told]]
Handles = Callable[[EzspCoordinator, Reader], Reply]


def status(value: Status, *then: Told) -> Reply:
    """A bare status, and what follows."""
    return u8(value), then


def done(*then: Told) -> Reply:
    """It went well."""
    return status(Status.SUCCESS, *then)


def plain(answer: bytes) -> Handles:
    """A command that always has this answer, whatever is asked."""
    return lambda _coordinator, _reader: (answer, ())
