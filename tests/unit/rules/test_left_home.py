"""Who goes out at night and is not heard inside again is missed at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import (
    BedEntered,
    DoorClosed,
    DoorOpened,
    Mode,
    ModeChosen,
    MotionDetected,
    RadioLost,
)
from tests.support.homes import DEVICES, Desk, home, oslo
from tests.support.seen import seen

OPENED, CLOSED = DoorOpened(device_id="front-door"), DoorClosed(device_id="front-door")
MOTION = MotionDetected(device_id="hall")
HOME = {name: DEVICES[name] for name in ("front-door", "hall", "bed")}


def desk(**settings: Any) -> Desk:
    rules = {"left-home": ("left-home", {"doors": ("front-door",), **settings})}
    return Desk(home(HOME, rules), oslo("12:00"))


def gone_at(d: Desk, clock: str) -> None:
    """Through the hall, and out."""
    d.tell(MOTION, at=oslo(clock))
    d.tell(OPENED, at=d.at + timedelta(seconds=5))
    d.tell(MOTION, at=d.at + timedelta(seconds=2))
    d.tell(CLOSED, at=d.at + timedelta(seconds=3))


def test_nothing_inside_after_the_door_is_a_high_alarm() -> None:
    d = desk()
    gone_at(d, "2:00")
    d.wait(minutes=4, seconds=59)
    assert d.kinds() == []
    d.wait(seconds=1)
    alarm = d.alarm("left-home")
    assert alarm.priority is Priority.HIGH
    assert alarm.began_at == oslo("2:00") + timedelta(seconds=5)
    assert [e.kind for e in alarm.evidence] == ["door-opened", "door-closed"]


@pytest.mark.parametrize("sign", [MOTION, BedEntered(device_id="bed")])
def test_who_is_heard_inside_again_has_only_looked_out(sign: Any) -> None:
    d = desk()
    gone_at(d, "2:00")
    seen(d, sign, at=d.at + timedelta(seconds=31))
    d.wait(hours=1)
    assert d.kinds() == []


def test_what_moves_while_the_door_is_used_is_no_sign_of_being_in() -> None:
    d = desk()
    gone_at(d, "2:00")
    seen(d, at=d.at + timedelta(seconds=29))
    d.wait(minutes=5)
    assert d.kinds() == ["left-home"]


def test_coming_back_ends_it_and_the_next_time_is_another() -> None:
    d = desk()
    gone_at(d, "2:00")
    d.wait(minutes=20)
    d.tell(OPENED)
    d.tell(CLOSED)
    assert d.alarm("left-home").state is AlarmState.RAISED
    seen(d, at=d.at + timedelta(minutes=1))
    assert d.alarm("left-home").state is AlarmState.RESET
    gone_at(d, "4:00")
    d.wait(minutes=5)
    assert d.kinds() == ["left-home", "left-home"]


def test_by_day_anybody_may_go_out() -> None:
    d = desk()
    gone_at(d, "22:50")
    d.wait(hours=2)
    assert d.kinds() == []


def test_a_door_that_is_only_opened_counts_and_one_closed_before_the_night_does_not() -> None:
    d = desk()
    d.tell(OPENED, at=oslo("22:59"))
    d.tell(CLOSED, at=oslo("23:01"))
    d.wait(minutes=10)
    assert d.kinds() == []
    d.tell(OPENED)
    d.wait(minutes=5)
    assert d.kinds() == ["left-home"]


def test_when_no_sensor_inside_can_be_heard_that_is_said() -> None:
    d = desk()
    gone_at(d, "2:00")
    d.tell(RadioLost(driver="zigbee", reason="unplugged"))
    d.wait(minutes=5)
    assert d.alarm("left-home").text.en.endswith("No sensor inside can be heard now.")


def test_the_deadline_survives_a_restart() -> None:
    d = desk()
    gone_at(d, "2:00")
    d.restart(minutes=2)
    d.wait(minutes=3)
    assert d.kinds() == ["left-home"]


def test_after_privacy_nobody_knows_who_is_in() -> None:
    d = desk()
    gone_at(d, "2:00")
    d.tell(ModeChosen(mode=Mode.PRIVACY, by="resident", lasting_s=600.0))
    d.wait(hours=1)
    assert d.kinds() == []


@pytest.mark.parametrize(("apart", "is_in"), [(3, True), (6, False)])
def test_two_single_movements_soon_after_one_another_are_somebody(
    apart: float, is_in: bool
) -> None:
    d = desk(within=timedelta(minutes=10))
    gone_at(d, "2:00")
    d.tell(MOTION, at=d.at + timedelta(minutes=1))
    d.tell(MOTION, at=d.at + timedelta(minutes=apart))
    d.wait(hours=1)
    assert bool(d.kinds()) is not is_in


def test_a_sensor_that_fires_alone_does_not_bring_anybody_back() -> None:
    d = desk()
    gone_at(d, "2:00")
    d.tell(MOTION, at=d.at + timedelta(minutes=2))
    d.wait(minutes=3)
    assert d.kinds() == ["left-home"]
