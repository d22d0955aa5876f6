"""A home as most kits are, with every rule about the person at its shipped defaults."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.routes import Routes
from heimvakt.rules import KINDS, Context

ZONE = ZoneInfo("Europe/Oslo")

SENSORS = (
    ("bed", Role.BED, "bedroom"),
    ("front-door", Role.DOOR, "hall"),
    ("hall-motion", Role.MOTION, "hall"),
    ("kitchen-motion", Role.MOTION, "kitchen"),
    ("bathroom-motion", Role.MOTION, "bathroom"),
    ("living-motion", Role.MOTION, "living"),
    ("kettle", Role.APPLIANCE, "kitchen"),
    ("pendant", Role.BUTTON, "bedroom"),
)
WIRING: dict[str, dict[str, object]] = {
    "night-wandering": {
        "out_of": "bed",
        "signs": ("kitchen-motion", "living-motion", "front-door"),
    },
    "bed-exit": {"bed": "bed"},
    "night-door": {"doors": ("front-door",)},
    "left-home": {"doors": ("front-door",)},
    "not-up": {},
    "inactivity": {},
    "bathroom-stay": {"inside": ("bathroom-motion",)},
    "door-open": {"doors": ("front-door",)},
}
"""Which sensors each rule lives on; all limits are the defaults."""


def usual_home() -> Home:
    """One bedroom, one person."""
    devices = {
        device_id: Device(
            device_id=device_id,
            role=role,
            driver="zigbee",
            address=device_id,
            room=room,
            outer=role is Role.DOOR,
        )
        for device_id, role, room in SENSORS
    }
    context = Context(devices=devices, zone=ZONE, gateway_id="judged")
    rules = {
        name: KINDS[name].bind(name, KINDS[name].settings.model_validate(wiring), context)
        for name, wiring in WIRING.items()
    }
    return Home(gateway_id="judged", devices=devices, rules=rules, routes=Routes(), zone=ZONE)
