"""What "active" means for each role: which event it makes, and which sensor says it the other way.

PURE: tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from heimvakt.core.devices import Role
from heimvakt.core.events import (
    ApplianceStarted,
    ApplianceStopped,
    BedEntered,
    BedLeft,
    ButtonPressed,
    CarbonMonoxideCleared,
    CarbonMonoxideDetected,
    ChairEntered,
    ChairLeft,
    DeviceEvent,
    DoorClosed,
    DoorOpened,
    FallDetected,
    HeatCleared,
    HeatDetected,
    LeakCleared,
    LeakDetected,
    MotionCleared,
    MotionDetected,
    SmokeCleared,
    SmokeDetected,
)


class Sense(Enum):
    """How a sensor says what it says."""

    CONTACT = "contact"
    """True is open, or the alarm of a zone. A mat on a contact input is closed under a person."""
    PRESENCE = "presence"
    """True is somebody there."""
    POWER = "power"
    """True is in use."""


TOLD: Mapping[Role, tuple[type[DeviceEvent], type[DeviceEvent]]] = {
    Role.DOOR: (DoorOpened, DoorClosed),
    Role.BED: (BedEntered, BedLeft),
    Role.CHAIR: (ChairEntered, ChairLeft),
    Role.MOTION: (MotionDetected, MotionCleared),
    Role.SMOKE: (SmokeDetected, SmokeCleared),
    Role.HEAT: (HeatDetected, HeatCleared),
    Role.CARBON_MONOXIDE: (CarbonMonoxideDetected, CarbonMonoxideCleared),
    Role.LEAK: (LeakDetected, LeakCleared),
    Role.APPLIANCE: (ApplianceStarted, ApplianceStopped),
}
"""The events of a role that has a state: active, and not."""

CALLS: Mapping[Role, type[DeviceEvent]] = {
    Role.BUTTON: ButtonPressed,
    Role.FALL: FallDetected,
}
"""The event of a role that has no state: it calls for help, each time anew."""

DANGERS = frozenset({Role.SMOKE, Role.HEAT, Role.CARBON_MONOXIDE, Role.LEAK})

READS: Mapping[Sense, frozenset[Role]] = {
    Sense.CONTACT: frozenset(TOLD) - {Role.APPLIANCE},
    Sense.PRESENCE: frozenset({Role.BED, Role.CHAIR, Role.MOTION}),
    Sense.POWER: frozenset({Role.APPLIANCE}),
}
"""The roles that each kind of sensor can fill."""

INVERTED = frozenset({(Sense.CONTACT, Role.BED), (Sense.CONTACT, Role.CHAIR)})
"""A contact that opens says that the bed or the chair was left."""

ROLES = frozenset(Role) - {Role.DISPENSER, Role.TAG, Role.TAMPER}
"""What this driver can fill. The others are wired to the box or have a line of their own."""


def is_active(sense: Sense, role: Role, value: bool) -> bool | None:
    """What a sensor's value means for the role; None if it means nothing."""
    if role not in READS[sense]:
        return None
    return value is not ((sense, role) in INVERTED)
