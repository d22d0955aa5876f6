"""What a dispenser may complain of, as a test sees it, and a home with two that do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import Alarm, AlarmState, Priority
from heimvakt.core.events import (
    ContactBack,
    ContactLost,
    DeviceEvent,
    DispenserClosed,
    DispenserEmpty,
    DispenserFreed,
    DispenserJammed,
    DispenserLow,
    DispenserOnBattery,
    DispenserOnMains,
    DispenserOpened,
    DispenserRefilled,
    DispenserTilted,
    DispenserUpright,
)
from tests.support.homes import Desk, moved
from tests.support.medicine import MEDICINE, with_medicine

ID = "medicine"
OTHER = moved(MEDICINE, device_id="other", address="2", room=None)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of complaint, as a test sees it."""

    name: str
    begins: DeviceEvent
    ends: DeviceEvent
    priority: Priority
    after: timedelta
    en: str
    nb: str
    thresholds: dict[str, str] = field(default_factory=dict)
    steady: timedelta = timedelta()


AT_ONCE = timedelta()
KINDS = (
    Kind(
        "dispenser-fault",
        DispenserJammed(device_id=ID, reason="the motor draws too much"),
        DispenserFreed(device_id=ID),
        Priority.MEDIUM,
        AT_ONCE,
        "The dispenser medicine (kitchen) is jammed and gives out no medicine. "
        "Somebody must see to it.",
        "Dispenseren medicine (kitchen) sitter fast og gir ikke ut medisin. Noen må se til den.",
        {"reason": "the motor draws too much"},
    ),
    Kind(
        "dispenser-low",
        DispenserLow(device_id=ID, left=4),
        DispenserRefilled(device_id=ID, doses=28),
        Priority.LOW,
        AT_ONCE,
        "Doses left in the dispenser medicine (kitchen): 4. Refill it.",
        "Doser igjen i dispenseren medicine (kitchen): 4. Fyll den.",
    ),
    Kind(
        "dispenser-empty",
        DispenserEmpty(device_id=ID),
        DispenserRefilled(device_id=ID, doses=28),
        Priority.MEDIUM,
        AT_ONCE,
        "The dispenser medicine (kitchen) is empty. Refill it.",
        "Dispenseren medicine (kitchen) er tom. Fyll den.",
    ),
    Kind(
        "dispenser-open",
        DispenserOpened(device_id=ID),
        DispenserClosed(device_id=ID),
        Priority.LOW,
        timedelta(minutes=15),
        "The dispenser medicine (kitchen) has been open for 15 min. Close it.",
        "Dispenseren medicine (kitchen) har stått åpen i 15 min. Lukk den.",
        {"told_after": "15 min"},
    ),
    Kind(
        "dispenser-tilted",
        DispenserTilted(device_id=ID),
        DispenserUpright(device_id=ID),
        Priority.MEDIUM,
        timedelta(minutes=1),
        "The dispenser medicine (kitchen) does not stand upright and cannot give out medicine. "
        "Set it upright.",
        "Dispenseren medicine (kitchen) står ikke som den skal, og kan ikke gi ut medisin. "
        "Rett den opp.",
        {"told_after": "1 min"},
    ),
    Kind(
        "dispenser-lost",
        ContactLost(device_id=ID, reason="no answer"),
        ContactBack(device_id=ID),
        Priority.MEDIUM,
        timedelta(minutes=2),
        "The dispenser medicine (kitchen) has not answered for 2 min. "
        "It is not known whether medicine is taken.",
        "Dispenseren medicine (kitchen) har ikke svart på 2 min. "
        "Det er ikke kjent om medisin blir tatt.",
        {"told_after": "2 min", "reason": "no answer"},
        timedelta(minutes=5),
    ),
    Kind(
        "dispenser-power",
        DispenserOnBattery(device_id=ID),
        DispenserOnMains(device_id=ID),
        Priority.LOW,
        timedelta(minutes=10),
        "The dispenser medicine (kitchen) has run on its battery for 10 min. See to its plug.",
        "Dispenseren medicine (kitchen) har gått på batteri i 10 min. Se etter støpselet.",
        {"told_after": "10 min"},
    ),
)
every = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
every_slow = pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind.after], ids=lambda kind: kind.name
)
LOST = next(kind for kind in KINDS if kind.name == "dispenser-lost")
POWER = next(kind for kind in KINDS if kind.name == "dispenser-power")


def desk(kind: Kind | str, **settings: Any) -> Desk:
    name = kind if isinstance(kind, str) else kind.name
    return Desk(with_medicine({name: settings}, MEDICINE, OTHER))


def told(d: Desk, kind: Kind) -> Alarm:
    d.tell(kind.begins)
    d.wait_until(d.at + kind.after)
    return d.alarm(kind.name)


def states(d: Desk) -> list[AlarmState]:
    return [alarm.state for alarm in d.table.values()]
