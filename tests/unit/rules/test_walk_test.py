"""A device that a technician tries tells the centre that it works, and never by a sign of life."""

from __future__ import annotations

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    AlarmDelivered,
    BatteryMeasured,
    ButtonPressed,
    DetectorTested,
    DeviceSeen,
    DoorClosed,
    DoorOpened,
    LinkMeasured,
    Mode,
    ModeChosen,
    MotionDetected,
    SmokeCleared,
    TamperClosed,
    TemperatureMeasured,
    WalkTestTurned,
)
from tests.support.homes import Desk, home


@pytest.fixture
def d() -> Desk:
    d = Desk(home(rules={"walk-test": ("walk-test", {}), "button": ("button", {})}))
    d.tell(ModeChosen(mode=Mode.SERVICE, by="command"))
    return d


def told_of(d: Desk) -> list[str | None]:
    return [alarm.device_id for alarm in d.state.alarms.values() if alarm.kind == "test"]


def test_what_is_tried_tells_it_once_and_is_over_when_answered(d: Desk) -> None:
    d.tell(WalkTestTurned(to="front-door"))
    d.tell(DoorOpened(device_id="front-door"))
    alarm = d.alarm("test")
    assert (alarm.priority, alarm.test) == (Priority.INFORMATION, True)
    assert alarm.text.nb == "Gåprøve: front-door virker."
    d.tell(DoorClosed(device_id="front-door"))
    assert told_of(d) == ["front-door"]
    d.tell(AlarmDelivered(alarm_id=alarm.alarm_id, receiver="centre", revision=1))
    assert d.alarm("test").state is AlarmState.RESET


def test_a_sign_of_life_proves_nothing(d: Desk) -> None:
    d.tell(WalkTestTurned(to="front-door"))
    d.tell(DeviceSeen(device_id="front-door"))
    d.tell(BatteryMeasured(device_id="front-door", percent=90.0))
    d.tell(LinkMeasured(device_id="front-door", lqi=120))
    d.tell(TamperClosed(device_id="front-door"))
    d.tell(TemperatureMeasured(device_id="front-door", celsius=21.0))
    assert told_of(d) == []


def test_the_test_key_of_a_detector_calls_nobody_and_tells_that_it_works() -> None:
    smoke = Device(device_id="smoke", role=Role.SMOKE, driver="zigbee", address="9")
    rules: dict[str, tuple[str, dict[str, str]]] = {
        "walk-test": ("walk-test", {}),
        "smoke": ("smoke", {}),
    }
    d = Desk(home(rules=rules, devices={"smoke": smoke}))
    d.tell(ModeChosen(mode=Mode.SERVICE, by="command"))
    d.tell(DetectorTested(device_id="smoke"))
    assert told_of(d) == [], "nobody tries it"
    d.tell(WalkTestTurned(to="smoke"))
    d.tell(SmokeCleared(device_id="smoke"))
    assert told_of(d) == [], "that it has nothing to tell proves nothing"
    d.tell(DetectorTested(device_id="smoke"))
    assert told_of(d) == ["smoke"]


def test_others_in_passing_are_not_told_and_a_button_tells_it_by_its_own_alarm(d: Desk) -> None:
    d.tell(WalkTestTurned(to="pendant"))
    d.tell(MotionDetected(device_id="hall-motion"))
    d.tell(ButtonPressed(device_id="pendant"))
    assert told_of(d) == []
    assert d.alarm("button").test
    d.tell(WalkTestTurned(to=None))
    d.wait(minutes=5)
    d.tell(ButtonPressed(device_id="pendant"))
    pressed = [alarm for alarm in d.state.alarms.values() if alarm.kind == "button"]
    assert [alarm.test for alarm in pressed] == [True, False], "after the trial it is a call"


def test_outside_of_service_nothing_is_tried(d: Desk) -> None:
    d.tell(WalkTestTurned(to="front-door"))
    d.tell(ModeChosen(mode=Mode.HOME, by="command"))
    d.tell(DoorOpened(device_id="front-door"))
    assert told_of(d) == []
    d.tell(WalkTestTurned(to="pendant"))
    d.tell(ButtonPressed(device_id="pendant"))
    assert not d.alarm("button").test, "who is not in service tries nothing"
