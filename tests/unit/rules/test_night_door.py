"""A watched door in the night, once for each time that somebody goes through it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heimvakt.core.alarms import Priority
from heimvakt.core.calendar import UnknownClock
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import ClockQuality, ClockStepped, DoorClosed, DoorOpened
from tests.support.clock_desk import YEAR_70, ClockDesk
from tests.support.homes import DEVICES, RULES, Desk, home, oslo

OPENED, CLOSED = DoorOpened(device_id="front-door"), DoorClosed(device_id="front-door")
CELLAR = Device(device_id="cellar", role=Role.DOOR, driver="zigbee", address="9")


def desk(**settings: object) -> Desk:
    devices = {**DEVICES, "cellar": CELLAR}
    rules = {"night-door": ("night-door", {"doors": ("front-door", "cellar"), **settings})}
    return Desk(home(devices, rules), at=oslo("21:00"))


@pytest.mark.parametrize(
    ("clock", "told"), [("21:59", False), ("22:00", True), ("6:59", True), ("7:00", False)]
)
def test_only_in_the_night(clock: str, told: bool) -> None:
    d = desk()
    d.tell(OPENED, at=oslo(clock))
    assert d.kinds() == (["night-door"] if told else [])


def test_an_outer_door_is_high_and_an_inner_one_medium() -> None:
    d = desk()
    d.tell(OPENED, at=oslo("23:00"))
    d.tell(DoorOpened(device_id="cellar"))
    assert [(a.device_id, a.priority) for a in d.sent] == [
        ("front-door", Priority.HIGH),
        ("cellar", Priority.MEDIUM),
    ]


def test_the_home_may_choose_the_priority() -> None:
    d = desk(priority="medium")
    d.wait_until(oslo("23:00"))
    (alarm,) = d.alarms_of(OPENED)
    assert alarm.priority is Priority.MEDIUM
    assert alarm.thresholds == (("between", "22:00-07:00"),)


def test_opened_again_soon_it_belongs_to_the_same_alarm_and_later_it_is_another() -> None:
    d = desk()
    d.tell(OPENED, at=oslo("23:00"))
    for _ in range(2):
        d.tell(CLOSED)
        d.wait(minutes=7)
        d.tell(OPENED)
    assert len(d.kinds()) == 1
    d.tell(OPENED, at=oslo("23:15"))
    assert len(d.kinds()) == 2, "15 minutes after the alarm, not after the last opening"


def test_each_door_has_a_quiet_of_its_own() -> None:
    d = desk()
    d.tell(OPENED, at=oslo("23:00"))
    d.tell(DoorOpened(device_id="cellar"))
    d.tell(DoorOpened(device_id="cellar"))
    assert len(d.kinds()) == 2


def test_a_clock_that_was_set_back_silences_no_door() -> None:
    d = desk()
    d.tell(OPENED, at=oslo("2:00"))
    was, d.at = d.at, d.at - timedelta(hours=2)
    d.tell(ClockStepped(before=was, after=d.at))
    d.tell(OPENED)
    assert len(d.kinds()) == 2


def test_the_same_hour_of_1970_in_another_boot_silences_no_door() -> None:
    d = ClockDesk(desk().home, shows=YEAR_70, quality=ClockQuality.UNKNOWN)
    d.tell(OPENED)
    d.reboot(shows=YEAR_70, quality=ClockQuality.UNKNOWN)
    d.tell(OPENED)
    assert len(d.kinds()) == 2


@pytest.mark.parametrize(("taken_as", "told"), [("night", True), ("day", False)])
@pytest.mark.parametrize("shows", ["12:00", "23:00"])
def test_while_nobody_knows_the_time_it_is_what_the_home_has_chosen(
    taken_as: str, told: bool, shows: str
) -> None:
    of = home(rules=dict(list(RULES.items())[-1:]), unknown_clock=UnknownClock(taken_as))
    d = ClockDesk(of, shows=oslo(shows), quality=ClockQuality.UNKNOWN)
    d.tell(OPENED)
    assert d.kinds() == (["night-door"] if told else [])


def test_a_clock_in_holdover_knows_whether_it_is_night() -> None:
    d = ClockDesk(desk().home, shows=oslo("12:00"), quality=ClockQuality.HOLDOVER)
    d.tell(OPENED)
    assert d.kinds() == []


def test_the_quiet_survives_a_restart() -> None:
    d = desk()
    d.tell(OPENED, at=oslo("23:00"))
    d.restart(minutes=5)
    d.tell(OPENED)
    assert len(d.kinds()) == 1


def test_a_door_that_is_not_watched_is_no_matter() -> None:
    d = desk()
    d.tell(DoorOpened(device_id="fridge"), at=oslo("23:00"))
    assert d.kinds() == []
