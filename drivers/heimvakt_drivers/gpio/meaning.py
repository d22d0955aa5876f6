"""What a contact means, by the role of its device. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from heimvakt.core.devices import Role
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    CarbonMonoxideCleared,
    CarbonMonoxideDetected,
    ChairEntered,
    ChairLeft,
    DeviceEvent,
    DoorClosed,
    DoorOpened,
    HeatCleared,
    HeatDetected,
    LeakCleared,
    LeakDetected,
    MotionCleared,
    MotionDetected,
    SmokeCleared,
    SmokeDetected,
    TamperClosed,
    TamperOpened,
)

STATES: Mapping[Role, tuple[type[DeviceEvent], type[DeviceEvent]]] = {
    Role.DOOR: (DoorOpened, DoorClosed),
    Role.BED: (BedEntered, BedLeft),
    Role.CHAIR: (ChairEntered, ChairLeft),
    Role.MOTION: (MotionDetected, MotionCleared),
    Role.SMOKE: (SmokeDetected, SmokeCleared),
    Role.HEAT: (HeatDetected, HeatCleared),
    Role.CARBON_MONOXIDE: (CarbonMonoxideDetected, CarbonMonoxideCleared),
    Role.LEAK: (LeakDetected, LeakCleared),
    Role.TAMPER: (TamperOpened, TamperClosed),
}
"""What is said when the contact leaves its rest, and when it is back in it."""

ROLES = frozenset({*STATES, Role.BUTTON, Role.LOCK})
CLOSED_AT_REST = frozenset({Role.DOOR, Role.TAMPER})
"""Their contact is closed while all is shut, so that a cut cable reads as open."""


def state_event(role: Role, device_id: str, *, on: bool) -> DeviceEvent:
    """What a contact that is on, or at rest, says of its device."""
    kind = STATES[role][0 if on else 1]
    return kind(device_id=device_id)
