"""What is a sign that somebody is there and up, and which devices of a home tell of it.

One movement alone is none: motion sensors fire in empty homes, 14 times in 83 hours of one known to
be empty and never twice within a minute, and mats let go while somebody lies on them. A second
witness makes it one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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

_SURE = (DoorOpened, DoorClosed, ApplianceStarted, ButtonPressed)
"""What needs a hand."""
_SOON = timedelta(minutes=2)
"""So far apart two signs are of the same person on his way."""
_FRAME_AGAIN = timedelta(seconds=2)
"""A radio repeats an unconfirmed frame within this: the same movement is no second sign."""


@dataclass(frozen=True, slots=True)
class Witness:
    """The last sign that was heard, which the next may confirm."""

    device_id: str = ""
    at: datetime | None = None

    def after(self, event: DeviceEvent) -> Witness:
        """With `event` as the last; the same frame again changes nothing."""
        if self.device_id == event.device_id and self._since(event) < _FRAME_AGAIN:
            return self
        return Witness(event.device_id, event.at)

    def confirms(self, event: DeviceEvent) -> bool:
        """Whether `event`, with what was heard before it, is somebody."""
        if isinstance(event, _SURE):
            return True
        since = self._since(event)
        if self.device_id != event.device_id:
            return since <= _SOON
        return isinstance(event, MotionDetected) and _FRAME_AGAIN <= since <= _SOON

    def _since(self, event: DeviceEvent) -> timedelta:
        """Since the last sign; a clock that was set between them tells nothing."""
        if self.at is None or event.at < self.at:
            return timedelta.max
        return event.at - self.at


NOBODY = Witness()


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
