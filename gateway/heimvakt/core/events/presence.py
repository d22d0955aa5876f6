"""Where somebody is: doors, beds, chairs, movement, and what only a person switches on."""

from __future__ import annotations

from .event import DeviceEvent, event


@event
class DoorOpened(DeviceEvent): ...


@event
class DoorClosed(DeviceEvent): ...


@event
class BedEntered(DeviceEvent): ...


@event
class BedLeft(DeviceEvent): ...


@event
class ChairEntered(DeviceEvent): ...


@event
class ChairLeft(DeviceEvent): ...


@event
class MotionDetected(DeviceEvent): ...


@event
class MotionCleared(DeviceEvent): ...


@event
class ApplianceStarted(DeviceEvent):
    """Something that somebody switches on is in use: a sign of life."""


@event
class ApplianceStopped(DeviceEvent): ...
