"""A home as most kits are, with every rule about the person at its shipped defaults."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.doses import DosePlan
from heimvakt.core.routes import Routes
from heimvakt.generate.carers import WINDOW
from heimvakt.generate.habits import Habits
from heimvakt.rules import KINDS, Context

ZONE = ZoneInfo("Europe/Oslo")
CHECKS = (time(1, 0), time(4, 30))
"""When `planned-check` looks whether somebody is in bed."""

SENSORS = (
    ("bed", Role.BED, "bedroom"),
    ("front-door", Role.DOOR, "hall"),
    ("hall-motion", Role.MOTION, "hall"),
    ("kitchen-motion", Role.MOTION, "kitchen"),
    ("bathroom-motion", Role.MOTION, "bathroom"),
    ("living-motion", Role.MOTION, "living"),
    ("kettle", Role.APPLIANCE, "kitchen"),
    ("pendant", Role.BUTTON, "bedroom"),
    ("belt", Role.FALL, "bedroom"),
    ("medicine", Role.DISPENSER, "kitchen"),
    ("reader", Role.TAG, "hall"),
)
DOSES = tuple(DosePlan(at=time(hour), window=timedelta(hours=2)) for hour in (9, 19))
TAGS = {"26:0004a2f1": "carer-7"}
WIRING: Mapping[str, Mapping[str, object]] = {
    # At night the way to the bathroom, and to the kitchen for a glass of water, is nobody's alarm.
    "night-wandering": {"out_of": "bed", "signs": ["living-motion", "front-door"]},
    "bed-exit": {"bed": "bed"},
    "night-door": {"doors": ["front-door"]},
    "left-home": {"doors": ["front-door"]},
    "not-up": {},
    "inactivity": {},
    "bathroom-stay": {"inside": ["bathroom-motion"]},
    "door-open": {"doors": ["front-door"]},
    "planned-check": {"at": [f"{at:%H:%M}" for at in CHECKS], "where": ["bed"]},
}
"""Which sensors each rule lives on; all limits are the defaults. Rules of every home are armed
besides."""


def usual_home(habits: Habits) -> Home:
    """One bedroom; carers are expected when they come."""
    devices = {
        device_id: Device(
            device_id=device_id,
            role=role,
            driver="dispenser" if role is Role.DISPENSER else "zigbee",
            address=device_id,
            room=room,
            outer=role is Role.DOOR,
            doses=DOSES if role is Role.DISPENSER else (),
        )
        for device_id, role, room in SENSORS
    }
    wiring: dict[str, Mapping[str, object]] = {
        **{name: {} for name, kind in KINDS.items() if kind.implicit},
        **WIRING,
    }
    if habits.carers:
        wiring["visit-missed"] = {"visits": [_visit(hour) for hour in habits.carers]}
    context = Context(devices=devices, zone=ZONE, gateway_id="judged")
    rules: dict[str, Any] = {
        name: KINDS[name].bind(name, KINDS[name].settings.model_validate(wired), context)
        for name, wired in wiring.items()
    }
    return Home(
        gateway_id="judged", devices=devices, rules=rules, routes=Routes(), zone=ZONE, tags=TAGS
    )


def _visit(hour: float) -> dict[str, str]:
    begin = timedelta(hours=hour)
    return {"between": f"{_clock(begin)}-{_clock(begin + WINDOW)}"}


def _clock(into_the_day: timedelta) -> str:
    minutes = int(into_the_day.total_seconds()) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"
