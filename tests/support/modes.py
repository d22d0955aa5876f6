"""What tests of modes have in common: a home with keys and a mode of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from heimvakt.core.alarms import Alarm
from heimvakt.core.devices import Home
from heimvakt.core.events import (
    BedLeft,
    DoorOpened,
    Mode,
    ModeChanged,
    ModeChosen,
    Press,
    TagPresented,
)
from heimvakt.core.mode_plans import PLANS
from tests.support.homes import EVENING, RULES, Desk, home

READER = "front-reader"
TAGS = {"26:0004a2f1": "carer-7", "code:4711": "carer-8"}
PLANNED = {
    **PLANS,
    Mode.PRIVACY: replace(PLANS[Mode.PRIVACY], button="button", press=Press.LONG),
    Mode.VISIT: replace(PLANS[Mode.VISIT], locks=frozenset({"front-lock"})),
}


def the_home(rules: Mapping[str, tuple[str, Mapping[str, Any]]] = RULES) -> Home:
    """With two carers' keys, a button for privacy, and a lock that begins a visit."""
    return replace(home(rules=rules), tags=TAGS, modes=PLANNED)


def desk(rules: Mapping[str, tuple[str, Mapping[str, Any]]] = RULES) -> Desk:
    return Desk(the_home(rules))


def tag(name: str = "carer-7") -> TagPresented:
    return TagPresented(device_id=READER, tag=name)


def chosen(mode: Mode, lasting_s: float | None = None) -> ModeChosen:
    return ModeChosen(mode=mode, lasting_s=lasting_s, by="command")


def mode_of(d: Desk) -> Mode:
    return d.state.mode.mode


def changes(d: Desk) -> list[tuple[Mode, Mode, str]]:
    """Of the last step: from what, to what, by whom."""
    return [
        (each.before, each.after, each.by)
        for each in d.outcome.derived
        if isinstance(each, ModeChanged)
    ]


def wander(d: Desk) -> Alarm:
    """Out of bed at night, and a door."""
    d.tell(BedLeft(device_id="bed"), at=EVENING + timedelta(hours=2))
    d.tell(DoorOpened(device_id="front-door"))
    return d.alarm("night-wandering")
