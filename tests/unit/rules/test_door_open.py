"""A door that is open for too long is told, once, and until it is closed."""

from __future__ import annotations

from typing import Any

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.devices import Role
from heimvakt.core.events import ContactLost, DoorClosed, DoorOpened
from heimvakt.core.fields import Hours
from tests.support.homes import DEVICES, Desk, home, moved, oslo

OPENED, CLOSED = DoorOpened(device_id="front-door"), DoorClosed(device_id="front-door")
CELLAR = moved(DEVICES["front-door"], device_id="cellar", outer=False, address="9")
DOORS = {"front-door": DEVICES["front-door"], "cellar": CELLAR}


def desk(**settings: Any) -> Desk:
    settings = {"doors": ("front-door", "cellar"), **settings}
    assert all(DOORS[name].role is Role.DOOR for name in settings["doors"])
    return Desk(home(DOORS, {"door-open": ("door-open", settings)}), oslo("12:00"))


def test_a_door_that_is_closed_in_time_is_nothing() -> None:
    d = desk()
    d.tell(OPENED, at=oslo("12:00"))
    d.tell(CLOSED, at=oslo("12:14"))
    d.wait(hours=2)
    assert d.kinds() == []


def test_one_that_is_not_is_told_once_and_closing_it_ends_that() -> None:
    d = desk()
    d.tell(OPENED, at=oslo("12:00"))
    d.tell(OPENED, at=oslo("12:10"))
    d.wait_until(oslo("12:15"))
    alarm = d.alarm("door-open")
    assert alarm.text.en == "The door front-door has been open for 15 min."
    assert (alarm.began_at, alarm.priority) == (oslo("12:00"), Priority.MEDIUM)
    d.wait(hours=5)
    assert d.kinds() == ["door-open"]
    d.tell(CLOSED)
    assert d.alarm("door-open").state is AlarmState.RESET


def test_each_door_has_a_time_of_its_own_and_one_inside_is_less_urgent() -> None:
    d = desk()
    d.tell(OPENED, at=oslo("12:00"))
    d.tell(DoorOpened(device_id="cellar"), at=oslo("12:10"))
    d.wait_until(oslo("12:20"))
    assert d.kinds() == ["door-open"]
    d.wait_until(oslo("12:25"))
    assert [a.priority for a in d.sent] == [Priority.MEDIUM, Priority.LOW]


def test_it_is_told_when_the_hours_begin_in_which_it_matters() -> None:
    d = desk(between=Hours.parse("22:00-07:00"))
    d.tell(OPENED, at=oslo("12:00"))
    d.wait_until(oslo("21:59"))
    assert d.kinds() == []
    d.wait_until(oslo("22:00"))
    assert d.alarm("door-open").text.en == "The door front-door has been open for 10 h."


def test_the_deadline_survives_a_restart_and_says_that_it_is_late() -> None:
    d = desk()
    d.tell(OPENED, at=oslo("12:00"))
    d.restart(hours=1)
    assert d.alarm("door-open").text.en.endswith(" Told 45 min late: the gateway was off.")


def test_a_contact_that_cannot_be_heard_is_said() -> None:
    d = desk()
    d.tell(OPENED, at=oslo("12:00"))
    d.tell(ContactLost(device_id="front-door"))
    d.wait(minutes=15)
    assert "cannot be heard" in d.alarm("door-open").text.en


@pytest.mark.parametrize("door", ["fridge", "cellar"])
def test_another_door_is_no_matter(door: str) -> None:
    d = desk(doors=("front-door",))
    d.tell(DoorOpened(device_id=door))
    d.wait(hours=1)
    assert d.kinds() == []
