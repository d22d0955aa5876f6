"""What is a sign that somebody is there and up, and which devices of a home tell of it.

One alone is none: `core.witness`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeGuard

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    ApplianceStarted,
    ApplianceStopped,
    BedEntered,
    BedLeft,
    ButtonPressed,
    ChairEntered,
    ChairLeft,
    DeviceEvent,
    DoorClosed,
    DoorOpened,
    Event,
    MotionDetected,
)

from .hearing import HEARS
from .kind import Context, Wire

SIGNS = frozenset({Role.MOTION, Role.DOOR, Role.BED, Role.CHAIR, Role.APPLIANCE, Role.BUTTON})
"""Roles of what somebody moves by, opens, lies in, uses or presses."""

_LIFE = (
    MotionDetected,
    DoorOpened,
    DoorClosed,
    BedEntered,
    BedLeft,
    ChairEntered,
    ChairLeft,
    ApplianceStarted,
    ApplianceStopped,
    ButtonPressed,
)

HEEDED = frozenset({*_LIFE, *HEARS})
"""What a rule is told that heeds these, and which of its devices can be heard."""


def is_life(event: Event, signs: Collection[str]) -> TypeGuard[DeviceEvent]:
    """Whether one of these devices tells that somebody is there."""
    return isinstance(event, _LIFE) and event.device_id in signs


def signs_of(
    context: Context, named: Collection[str], but: Collection[str] = ()
) -> Mapping[str, Device]:
    """The devices that are named, or else every one of the home that tells of life."""
    return {
        device_id: device
        for device_id, device in context.devices.items()
        if device_id not in but and (device_id in named if named else device.role in SIGNS)
    }


def wires(field: str, named: Collection[str]) -> list[Wire]:
    """The wiring of a setting that names signs."""
    return [
        Wire(field=(field, index), device_id=sign, roles=SIGNS) for index, sign in enumerate(named)
    ]
