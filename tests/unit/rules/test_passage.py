"""Who comes into an empty home, and who goes away as he has told it, is no alarm as urgent as who
goes out at night; and what is not known is taken for going out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import Alarm, Priority
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    BedLeft,
    ContactLost,
    DeviceSilent,
    DoorClosed,
    DoorOpened,
    Event,
    Mode,
    ModeChosen,
    MotionDetected,
)
from tests.support.homes import DEVICES, Desk, home, moved, oslo

OPENED, CLOSED = DoorOpened(device_id="front-door"), DoorClosed(device_id="front-door")
HALL, LIVING = MotionDetected(device_id="hall"), MotionDetected(device_id="living")
ROOM = moved(DEVICES["hall"], device_id="living", room="living", address="9")
BACK_DOOR = moved(DEVICES["front-door"], device_id="back-door", room="kitchen", address="10")
HOME = {name: DEVICES[name] for name in ("front-door", "hall", "bed")} | {"living": ROOM}
AWAY = ModeChosen(mode=Mode.AWAY, by="resident", lasting_s=None)
LOST = DeviceSilent(device_id="hall", last_seen=None, limit_s=60.0)


def desk(kind: str = "night-door", devices: dict[str, Device] = HOME, **settings: Any) -> Desk:
    doors = tuple(name for name, device in devices.items() if device.role is Role.DOOR)
    return Desk(home(devices, {kind: (kind, {"doors": doors, **settings})}), at=oslo("17:00"))


def out_since(d: Desk, clock: str = "19:00") -> None:
    """In, through the hall, and out of the door."""
    for event in (LIVING, HALL):
        d.tell(event, at=oslo(clock) - timedelta(seconds=40))
    d.tell(OPENED, at=oslo(clock))
    d.tell(HALL, at=d.at + timedelta(seconds=4))
    d.tell(CLOSED, at=d.at + timedelta(seconds=4))
    d.tell(HALL, at=d.at + timedelta(seconds=4))


def told(d: Desk) -> list[tuple[str, Priority]]:
    return [(alarm.kind, alarm.priority) for alarm in d.table.values()]


def the(d: Desk) -> Alarm:
    (alarm,) = d.table.values()
    return alarm


def test_a_door_that_is_opened_into_an_empty_home_is_medium_and_says_so() -> None:
    d = desk()
    out_since(d)
    d.tell(LIVING, at=oslo("20:10"))  # a sensor that fires alone is nobody
    d.tell(OPENED, at=oslo("23:14"))
    assert the(d).priority is Priority.MEDIUM
    assert the(d).text.en.endswith("since it was last shut: somebody comes in, it seems.")
    assert the(d).text.nb.endswith("siden den sist ble lukket: noen kommer trolig inn.")


@pytest.mark.parametrize(
    "heard",
    [
        [("20:00", LIVING), ("20:01", LIVING)],
        [("20:00", BedLeft(device_id="bed")), ("20:01", LIVING)],
        [("23:10", HALL)],
        [("19:30", LOST)],
        [("19:30", ContactLost(device_id="hall"))],
        [("19:30", ModeChosen(mode=Mode.PRIVACY, by="resident", lasting_s=600.0))],
    ],
)
def test_where_somebody_may_be_in_it_is_as_urgent_as_ever(heard: list[tuple[str, Event]]) -> None:
    d = desk()
    out_since(d)
    for clock, event in heard:
        d.tell(event, at=oslo(clock))
    d.tell(OPENED, at=oslo("23:14"))
    assert ("night-door", Priority.HIGH) in told(d)


def test_after_a_time_in_which_the_gateway_was_off_nobody_knows_who_is_in() -> None:
    d = desk()
    out_since(d)
    d.restart(hours=4, minutes=30)
    d.tell(OPENED)
    assert ("night-door", Priority.HIGH) in told(d)


def test_a_door_that_nothing_moves_before_tells_nothing_of_who_opens_it() -> None:
    far = {name: device for name, device in HOME.items() if name != "hall"}
    d = desk(devices=far)
    d.tell(OPENED, at=oslo("19:00"))
    d.tell(CLOSED, at=oslo("19:00") + timedelta(seconds=8))
    d.tell(OPENED, at=oslo("23:14"))
    assert the(d).priority is Priority.HIGH


def test_what_is_passed_on_the_way_to_the_door_may_be_named() -> None:
    far = {name: device for name, device in HOME.items() if name != "hall"}
    d = desk(devices=far, passed=("living",))
    d.tell(OPENED, at=oslo("19:00"))
    d.tell(CLOSED, at=oslo("19:00") + timedelta(seconds=8))
    d.tell(OPENED, at=oslo("23:14"))
    assert the(d).priority is Priority.MEDIUM


def test_another_door_that_nothing_moves_before_is_as_urgent_as_ever() -> None:
    d = desk(devices={**HOME, "back-door": BACK_DOOR})
    out_since(d)
    d.tell(DoorOpened(device_id="back-door"), at=oslo("23:14"))
    assert the(d).priority is Priority.HIGH


def test_who_has_come_in_and_goes_out_soon_after_is_another_alarm() -> None:
    d = desk()
    out_since(d)
    d.tell(OPENED, at=oslo("23:14"))
    d.tell(CLOSED)
    d.tell(OPENED, at=oslo("23:15"))  # for his bag
    d.tell(CLOSED)
    d.tell(LIVING, at=oslo("23:18"))
    d.tell(HALL, at=oslo("23:19"))
    d.tell(OPENED, at=oslo("23:20"))
    assert told(d) == [("night-door", Priority.MEDIUM), ("night-door", Priority.HIGH)]
    d.tell(CLOSED)
    d.tell(OPENED, at=oslo("23:30"))
    assert len(told(d)) == 2, "what is soon after belongs to it"


def test_what_the_home_has_chosen_stands() -> None:
    d = desk(priority="high")
    out_since(d)
    d.tell(OPENED, at=oslo("23:14"))
    assert the(d).priority is Priority.HIGH


def test_who_has_just_set_the_home_to_away_may_go() -> None:
    d = desk()
    d.tell(HALL, at=oslo("23:00"))
    d.tell(AWAY, at=oslo("23:01"))
    d.tell(OPENED, at=oslo("23:02"))
    (alarm,) = (alarm for alarm in d.sent if alarm.kind == "night-door")
    assert (alarm.priority, alarm.text.en) == (
        Priority.MEDIUM,
        "The door front-door was opened in the night. The home has just been set to away.",
    )


def test_a_door_of_a_home_that_has_been_away_for_longer_is_high() -> None:
    d = desk()
    d.tell(AWAY, at=oslo("23:01"))
    d.tell(OPENED, at=oslo("23:12"))
    assert ("night-door", Priority.HIGH) in told(d)


def test_who_comes_in_and_sits_down_has_not_gone() -> None:
    d = desk("left-home")
    out_since(d)
    d.tell(OPENED, at=oslo("23:14"))
    d.tell(CLOSED, at=d.at + timedelta(seconds=6))
    d.tell(LIVING, at=d.at + timedelta(minutes=2))
    d.wait(hours=2)
    assert told(d) == []


def test_who_comes_in_and_is_not_heard_at_all_is_missed() -> None:
    d = desk("left-home")
    out_since(d)
    d.tell(OPENED, at=oslo("23:14"))
    d.tell(CLOSED, at=d.at + timedelta(seconds=6))
    d.wait(minutes=5)
    assert told(d) == [("left-home", Priority.HIGH)]


@pytest.mark.parametrize("first", [OPENED, AWAY])
def test_who_goes_away_as_he_has_told_is_not_missed(first: Event) -> None:
    d = desk("left-home")
    d.tell(HALL, at=oslo("23:20"))
    for event in (first, AWAY, OPENED, CLOSED):
        d.tell(event, at=d.at + timedelta(seconds=20))
    d.wait(hours=1)
    assert "left-home" not in [kind for kind, _ in told(d)]
