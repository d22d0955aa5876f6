"""A contact that chatters: how much of it is told, and that it does.

Pure. A bolt that does not quite reach its end, a magnet at the edge of its reach, a loose wire:
such a contact changes many times in a second, for hours, and each change would be a row of the
journal, of the audit log and of the reports. The first changes are told as ever. What comes faster
than any hand for longer is held: only the last of it, and it is told when there is room again. So
the last state is always told, 30 s late at most.

    steady --more than BURST, faster than one in EVERY_S--> unsteady: told once
    unsteady --room for one--> the last that is held is told
             --nothing was held for CALM_S--> steady: told, with how many were left out
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from .events import (
    ApplianceStarted,
    ApplianceStopped,
    BatteryMeasured,
    BedEntered,
    BedLeft,
    ChairEntered,
    ChairLeft,
    DeviceEvent,
    DeviceSteady,
    DeviceUnsteady,
    DoorClosed,
    DoorOpened,
    Event,
    LockJammed,
    LockLocked,
    LockUnlocked,
    TamperClosed,
    TamperOpened,
)

BURST = 30
"""Changes in a row: a door through which a house is moved, people pass some 4 times in a minute."""
EVERY_S = 30.0
"""One change in so long may go on for ever: 2,880 rows a day, where a busy door has some 100."""
CALM_S = 600.0
ONE = 1 - 1e-6
"""As good as one: what is filled up bit by bit need not be exact."""


class Contact(StrEnum):
    """What of a device can chatter."""

    DOOR = "door"
    BOLT = "bolt"
    BED = "bed"
    CHAIR = "chair"
    APPLIANCE = "appliance"
    HOUSING = "housing"
    SUPPLY = "supply"


CONTACTS: Mapping[type[Event], Contact] = {
    DoorOpened: Contact.DOOR,
    DoorClosed: Contact.DOOR,
    LockLocked: Contact.BOLT,
    LockUnlocked: Contact.BOLT,
    LockJammed: Contact.BOLT,
    BedEntered: Contact.BED,
    BedLeft: Contact.BED,
    ChairEntered: Contact.CHAIR,
    ChairLeft: Contact.CHAIR,
    ApplianceStarted: Contact.APPLIANCE,
    ApplianceStopped: Contact.APPLIANCE,
    TamperOpened: Contact.HOUSING,
    TamperClosed: Contact.HOUSING,
    BatteryMeasured: Contact.SUPPLY,
}
"""Never what calls for help, what is a danger, a dose, or a key; and no movement, which is none of
two states and in a lively room comes as fast as this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Of one contact."""

    left: float = BURST
    """Changes that may be told now."""
    at: float = 0.0
    told: DeviceEvent | None = None
    """The last that was told."""
    held: DeviceEvent | None = None
    """The last of what was not."""
    calm_at: float | None = None
    """While it chatters: when it counts as steady if nothing is held until then."""
    left_out: int = 0


Passed = tuple[Pace, tuple[DeviceEvent, ...]]


def heard(pace: Pace, event: DeviceEvent, now: float) -> Passed:
    """The contact changes; what is told of it now."""
    pace = _filled(pace, now)
    if pace.held is None and pace.left >= ONE:
        return replace(pace, left=pace.left - 1, told=event), (event,)
    first = pace.calm_at is None
    left_out = pace.left_out + (pace.held is not None)
    pace = replace(pace, held=event, calm_at=now + CALM_S, left_out=left_out)
    return pace, ((DeviceUnsteady(device_id=event.device_id),) if first else ())


def due(pace: Pace) -> float | None:
    """When to look again; None: at the next change."""
    if pace.held is None:
        return pace.calm_at
    return pace.at + max(1 - pace.left, 0.0) * EVERY_S


def look(pace: Pace, now: float) -> Passed:
    """Time has passed; what is told now."""
    pace = _filled(pace, now)
    if (held := pace.held) is not None:
        if pace.left < ONE:
            return pace, ()
        pace = replace(pace, held=None)
        if held == pace.told:  # it came back to where it was
            return replace(pace, left_out=pace.left_out + 1), ()
        return replace(pace, left=pace.left - 1, told=held), (held,)
    if pace.calm_at is None or pace.told is None or now < pace.calm_at:
        return pace, ()
    steady = DeviceSteady(device_id=pace.told.device_id, left_out=pace.left_out)
    return replace(pace, calm_at=None, left_out=0), (steady,)


def _filled(pace: Pace, now: float) -> Pace:
    return replace(pace, left=min(float(BURST), pace.left + (now - pace.at) / EVERY_S), at=now)
