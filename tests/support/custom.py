"""What tests of a home's own rules have in common: a device of each kind, and a rule of them."""

from __future__ import annotations

from typing import Any

from heimvakt.core.alarms import Alarm
from heimvakt.core.calendar import UnknownClock
from heimvakt.core.devices import Device, Role
from heimvakt.core.effects import NoAlarm
from heimvakt.core.events import BedEntered, BedLeft, DoorClosed, DoorOpened
from tests.support.homes import Desk, home, oslo

ROLES = {
    "bed": Role.BED,
    "chair": Role.CHAIR,
    "hall": Role.MOTION,
    "cellar": Role.MOTION,
    "fridge": Role.DOOR,
    "door": Role.DOOR,
    "stove": Role.APPLIANCE,
    "bell": Role.BUTTON,
    "reader": Role.TAG,
    "lock": Role.LOCK,
    "smoke": Role.SMOKE,
    "air": Role.TEMPERATURE,
}
DEVICES = {
    i: Device(device_id=i, role=role, driver="zigbee", address=i, room="kitchen")
    for i, role in ROLES.items()
}
TEXT = {"nb": "Noe er galt.", "en": "Something is wrong."}
OPENED, CLOSED = DoorOpened(device_id="fridge"), DoorClosed(device_id="fridge")
OUT, IN = BedLeft(device_id="bed"), BedEntered(device_id="bed")


def desk(
    *, begin: str = "12:00", clock: UnknownClock = UnknownClock.NIGHT, **settings: Any
) -> Desk:
    """With one rule of the home's own."""
    rules = {"mine": ("custom", {"text": TEXT, **settings})}
    return Desk(home(DEVICES, rules, unknown_clock=clock), oslo(begin))


def why_not(d: Desk) -> list[str]:
    """Why the last event led to no alarm."""
    return [effect.why.en for _, effect in d.outcome.thoughts if isinstance(effect, NoAlarm)]


def the(d: Desk) -> Alarm:
    """The only alarm of that rule."""
    return d.alarm("custom")
