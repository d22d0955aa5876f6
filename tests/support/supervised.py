"""A home whose silence is watched: its hall, and what the radio and the mains do to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heimvakt.core.checkins import limits_of
from heimvakt.core.devices import Role
from heimvakt.core.events import DeviceSeen, RadioBack, RadioLost
from tests.support.homes import DEVICES, Desk, home, moved

Rules = Mapping[str, tuple[str, Mapping[str, Any]]]
HALL = {"hall": DEVICES["hall"]}
LIMIT = limits_of(Role.MOTION).at_first
LOST, BACK = RadioLost(driver="zigbee", reason="unplugged"), RadioBack(driver="zigbee")
SEEN = DeviceSeen(device_id="hall")

LIGHT = moved(DEVICES["hall"], device_id="lamp", role=Role.LIGHT, address="9")
FED = {**HALL, "lamp": LIGHT, "button": DEVICES["button"]}
"""A mesh with something in it that is fed by the mains, and a button that is wired to the box."""

MAINS: Rules = {"device-silent": ("device-silent", {}), "mains-lost": ("mains-lost", {})}


def desk() -> Desk:
    return Desk(
        home(HALL, {"device-silent": ("device-silent", {}), "technical": ("technical", {})})
    )


def mains_desk() -> Desk:
    return Desk(home(FED, MAINS))


def silent_at(desk: Desk) -> object:
    return desk.state.supervised.devices["hall"].silent_at
