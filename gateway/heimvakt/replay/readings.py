"""What a reading of a recorded sensor means in this home: an event, by the role of the device.

The configuration says what each sensor is: a device whose id or address is the sensor's name, as
`bedroom-bed` for `Bedroom Bed`. Recordings have only changes; that the sensors lived is added,
every two hours, so that no rule takes a quiet sensor for a dead one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    ApplianceStarted,
    ApplianceStopped,
    BedEntered,
    BedLeft,
    ButtonPressed,
    ChairEntered,
    ChairLeft,
    ClockQuality,
    DeviceEvent,
    DeviceSeen,
    DoorClosed,
    DoorOpened,
    Event,
    LeakCleared,
    LeakDetected,
    MotionCleared,
    MotionDetected,
    SmokeCleared,
    SmokeDetected,
    Stamp,
    TemperatureMeasured,
    stamped,
)

from .recorded import Reading

CHECK_IN = timedelta(hours=2)
ON = frozenset({"ON", "OPEN", "OPENED", "PRESENT", "1", "TRUE", "START"})
OFF = frozenset({"OFF", "CLOSE", "CLOSED", "ABSENT", "0", "FALSE", "STOP", "END"})

CHANGES: Mapping[Role, tuple[type[DeviceEvent], type[DeviceEvent] | None]] = {
    Role.DOOR: (DoorOpened, DoorClosed),
    Role.BED: (BedEntered, BedLeft),
    Role.CHAIR: (ChairEntered, ChairLeft),
    Role.MOTION: (MotionDetected, MotionCleared),
    Role.APPLIANCE: (ApplianceStarted, ApplianceStopped),
    Role.SMOKE: (SmokeDetected, SmokeCleared),
    Role.LEAK: (LeakDetected, LeakCleared),
    Role.BUTTON: (ButtonPressed, None),
}
"""What a change means, by role: on and off."""


def slug(sensor: str) -> str:
    """The name of a sensor as an id: `Bedroom Bed` is `bedroom-bed`."""
    return re.sub(r"[^a-z0-9]+", "-", sensor.lower()).strip("-")


def events(
    found: Iterable[Reading],
    devices: Mapping[str, Device],
    zone: ZoneInfo,
    strangers: dict[str, int],
) -> Iterator[Event]:
    """The readings as events with stamps, and signs of life between them.

    Args:
        found: in order of time.
        devices: of the home.
        zone: in which the clock of the recording stood.
        strangers: counts the readings of each sensor that the home does not have.
    """
    known = {**{slug(d.address): d for d in devices.values() if d.address}, **devices}
    began: datetime | None = None
    alive_at: datetime | None = None
    seq = 0

    def stamp(at: datetime) -> Stamp:
        nonlocal seq, began
        seq += 1
        began = began or at
        return Stamp(
            seq=seq,
            at=at,
            monotonic=(at - began).total_seconds(),
            boot_id="recording",
            clock=ClockQuality.SYNCHRONISED,
        )

    for reading in found:
        at = reading.at.replace(tzinfo=zone).astimezone(UTC)
        alive_at = alive_at or at
        while alive_at <= at:
            for device in devices.values():
                yield DeviceSeen(device_id=device.device_id, stamp=stamp(alive_at))
            alive_at += CHECK_IN
        meant = known.get(slug(reading.sensor))
        if meant is None:
            strangers[reading.sensor] = strangers.get(reading.sensor, 0) + 1
        elif (event := meaning(meant, reading.value)) is not None:
            yield stamped(event, stamp(at))


def meaning(device: Device, value: str) -> DeviceEvent | None:
    """The event; None where the value says nothing of such a device."""
    if device.role is Role.TEMPERATURE:
        try:
            return TemperatureMeasured(device_id=device.device_id, celsius=float(value))
        except ValueError:
            return None
    begin, end = CHANGES.get(device.role, (None, None))
    if begin is not None and value in ON:
        return begin(device_id=device.device_id)
    if end is not None and value in OFF:
        return end(device_id=device.device_id)
    return None
