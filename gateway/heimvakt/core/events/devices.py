"""How the devices of the home are: batteries, links, contact, silence, tampering."""

from __future__ import annotations

from datetime import datetime

from .event import DeviceEvent, event


@event
class BatteryMeasured(DeviceEvent):
    """What a device says of its battery."""

    percent: float | None = None
    volts: float | None = None
    low: bool = False
    """The device itself says that it is low."""


@event
class LinkMeasured(DeviceEvent):
    """How well a device is heard."""

    lqi: int
    """0 to 255."""
    rssi: int | None = None
    """dBm."""


@event
class DeviceSeen(DeviceEvent):
    """A device said something that means nothing to the rules but that it lives."""


@event
class ContactLost(DeviceEvent):
    """A device that is asked all the time answers no more. What it does meanwhile nobody knows."""

    reason: str = ""


@event
class ContactBack(DeviceEvent):
    """It answers again, and has been asked for its state and for what happened meanwhile."""


@event
class DeviceSilent(DeviceEvent):
    """Supervision heard nothing for longer than the device's limit (derived inside the engine)."""

    last_seen: datetime | None
    limit_s: float
    blind_rules: tuple[str, ...] = ()
    usual_s: float | None = None
    """How often it usually speaks, and the longest silence of the last weeks that it came back
    from; None while too little is known of it."""
    longest_s: float | None = None


@event
class DeviceBack(DeviceEvent):
    """A silent device was heard again (derived inside the engine)."""


@event
class DeviceStuck(DeviceEvent):
    """A device lives and has said the same for too long (derived inside the engine)."""

    since: datetime
    limit_s: float
    blind_rules: tuple[str, ...] = ()


@event
class DeviceUnstuck(DeviceEvent):
    """It says something else again, or nothing at all (derived inside the engine)."""


@event
class DeviceUnsteady(DeviceEvent):
    """A contact of it changes faster than any hand: from now on only the last is told."""


@event
class DeviceSteady(DeviceEvent):
    """All that it says is told again."""

    left_out: int = 0
    """Changes that were not told."""


@event
class EnrolmentFailed(DeviceEvent):
    """The device is there and lives, but its alarms cannot be heard."""

    reason: str


@event
class EnrolmentVerified(DeviceEvent):
    """The device itself says that it sends its alarms here."""


@event
class TamperOpened(DeviceEvent): ...


@event
class TamperClosed(DeviceEvent): ...
