"""What a detector detects, as a test sees it, a home with two, and what is done about alarms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from heimvakt.core.alarms import Alarm, AlarmState, Priority
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    CarbonMonoxideCleared,
    CarbonMonoxideDetected,
    DeviceEvent,
    HeatCleared,
    HeatDetected,
    LeakCleared,
    LeakDetected,
    SmokeCleared,
    SmokeDetected,
)
from tests.support.homes import Desk, home, moved


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of danger, as a test sees it."""

    role: Role
    begins: type[DeviceEvent]
    ends: type[DeviceEvent]
    priority: Priority
    en: str
    nb: str


SMOKE, HEAT, GAS, LEAK = KINDS = (
    Kind(
        Role.SMOKE,
        SmokeDetected,
        SmokeCleared,
        Priority.HIGH,
        "The smoke detector it (kitchen) detects smoke.",
        "Røykvarsleren it (kitchen) melder røyk.",
    ),
    Kind(
        Role.HEAT,
        HeatDetected,
        HeatCleared,
        Priority.HIGH,
        "The heat detector it (kitchen) detects great heat.",
        "Varmedetektoren it (kitchen) melder sterk varme.",
    ),
    Kind(
        Role.CARBON_MONOXIDE,
        CarbonMonoxideDetected,
        CarbonMonoxideCleared,
        Priority.HIGH,
        "The carbon monoxide detector it (kitchen) detects carbon monoxide. "
        "Everybody must get out into fresh air.",
        "Kullosvarsleren it (kitchen) melder kullos. Alle må ut i frisk luft.",
    ),
    Kind(
        Role.LEAK,
        LeakDetected,
        LeakCleared,
        Priority.MEDIUM,
        "The leak sensor it (kitchen) detects water.",
        "Lekkasjesensoren it (kitchen) melder vann.",
    ),
)
HIGH = [kind for kind in KINDS if kind.priority is Priority.HIGH]
every = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.role)
every_high = pytest.mark.parametrize("kind", HIGH, ids=lambda kind: kind.role)


def house(kind: Kind, **settings: Any) -> Any:
    it = Device(device_id="it", role=kind.role, driver="zigbee", address="1", room="kitchen")
    other = moved(it, device_id="other", address="2", room=None)
    name = str(kind.role)
    return home({"it": it, "other": other}, {name: (name, settings)})


def desk(kind: Kind, **settings: Any) -> Desk:
    return Desk(house(kind, **settings))


def detect(d: Desk, kind: Kind, device_id: str = "it") -> list[Alarm]:
    return d.alarms_of(kind.begins(device_id=device_id))


def clear(d: Desk, kind: Kind, device_id: str = "it") -> None:
    d.tell(kind.ends(device_id=device_id))


def accept(d: Desk, alarm: Alarm) -> None:
    d.tell(AlarmAcknowledged(alarm_id=alarm.alarm_id, receiver="centre", by="op-7"))


def close(d: Desk, alarm: Alarm) -> None:
    d.tell(AlarmDelivered(alarm_id=alarm.alarm_id, receiver="centre", revision=0))
    d.tell(AlarmClosed(alarm_id=alarm.alarm_id, receiver="centre", by="op-7"))


def state(d: Desk, alarm: Alarm) -> AlarmState:
    return d.table[alarm.alarm_id].state
