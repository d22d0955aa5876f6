"""An alarm that a home makes up while a mode lasts."""

from __future__ import annotations

import pytest

from heimvakt.core.alarms import AlarmState
from heimvakt.core.events import (
    ButtonPressed,
    DeviceEvent,
    DoorClosed,
    DoorOpened,
    Mode,
    ModeChosen,
    MotionDetected,
    SmokeDetected,
    TemperatureMeasured,
)
from tests.support.custom import CLOSED, IN, OPENED, OUT, desk, the
from tests.support.homes import Desk


def mode(d: Desk, to: Mode) -> None:
    d.tell(ModeChosen(mode=to, by="x"))


def test_it_rests_in_the_modes_that_it_names_and_is_told_if_it_still_is_so() -> None:
    d = desk(when={"opened": ["door"]}, rests_in=["visit"])
    mode(d, Mode.VISIT)
    d.tell(DoorOpened(device_id="door"))
    assert the(d).state is AlarmState.SUPPRESSED
    mode(d, Mode.HOME)
    assert d.kinds().count("custom") == 1


def test_what_is_over_when_the_mode_ends_is_told_to_nobody() -> None:
    d = desk(when={"opened": ["door"]}, rests_in=["visit"])
    mode(d, Mode.VISIT)
    d.tell(DoorOpened(device_id="door"))
    d.tell(DoorClosed(device_id="door"))
    mode(d, Mode.HOME)
    assert "custom" not in d.kinds()
    assert the(d).state is AlarmState.RESET


def test_without_a_mode_of_its_own_it_rests_in_none() -> None:
    d = desk(when={"opened": ["door"]})
    mode(d, Mode.VISIT)
    d.tell(DoorOpened(device_id="door"))
    assert "custom" in d.kinds()


def test_what_privacy_does_not_take_neither_makes_an_alarm_nor_is_one() -> None:
    d = desk(when={"opened": ["door"]}, unless={"motion": ["hall"], "within": "5m"})
    mode(d, Mode.PRIVACY)
    d.tell(DoorOpened(device_id="door"))
    d.wait(minutes=5)
    assert the(d).state is AlarmState.SUPPRESSED
    mode(d, Mode.HOME)
    d.wait(hours=1)
    assert "custom" not in d.kinds()


def test_a_movement_that_began_before_privacy_is_forgotten() -> None:
    d = desk(when={"motion": ["hall"], "for": "10m"}, after={"left": ["bed"], "within": "1h"})
    d.tell(OUT)
    d.tell(MotionDetected(device_id="hall"))
    mode(d, Mode.PRIVACY)
    mode(d, Mode.HOME)
    d.tell(MotionDetected(device_id="hall"))
    d.wait(hours=1)
    assert "custom" not in d.kinds()


CALLS = [ButtonPressed(device_id="bell"), SmokeDetected(device_id="smoke")]


@pytest.mark.parametrize("call", CALLS)
def test_a_call_or_a_danger_is_no_test_while_a_technician_is_at_work(call: DeviceEvent) -> None:
    verb = "pressed" if isinstance(call, ButtonPressed) else "detected"
    d = desk(when={verb: [call.device_id]})
    mode(d, Mode.SERVICE)
    d.tell(call)
    assert not the(d).test


def test_what_he_leaves_too_cold_is_real_when_he_goes_and_what_he_opened_is_not() -> None:
    cold = desk(when={"below": 5, "sensors": ["air"]})
    opened = desk(when={"opened": ["fridge"]})
    for d, event in ((cold, TemperatureMeasured(device_id="air", celsius=4)), (opened, OPENED)):
        mode(d, Mode.SERVICE)
        d.tell(event)
        assert the(d).test
        mode(d, Mode.HOME)
    assert (the(cold).test, the(opened).test) == (False, True)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("set_before", [True, False])
def test_privacy_keeps_no_call_and_no_danger_back(call: DeviceEvent, set_before: bool) -> None:
    verb = "pressed" if isinstance(call, ButtonPressed) else "detected"
    d = desk(when={verb: [call.device_id]}, unless={"motion": ["hall"], "within": "5m"})
    if set_before:
        mode(d, Mode.PRIVACY)
    d.tell(call)
    mode(d, Mode.PRIVACY)
    d.wait(minutes=5)
    assert "custom" in d.kinds()


@pytest.mark.parametrize("kept_back", [True, False])
def test_what_goes_on_over_privacy_is_told_when_that_is_over(kept_back: bool) -> None:
    d = desk(when={"opened": ["fridge"], "for": "10m"}, unless={"entered": ["bed"]})
    if kept_back:
        d.tell(IN)
    d.tell(OPENED)
    d.wait(minutes=15 if kept_back else 5)
    assert "custom" not in d.kinds()
    mode(d, Mode.PRIVACY)
    d.wait(minutes=10)
    assert the(d).state is AlarmState.SUPPRESSED
    mode(d, Mode.HOME)
    assert d.kinds().count("custom") == 1
    assert "Nothing is known of bed yet." in the(d).text.en


def test_what_was_over_in_privacy_is_told_to_nobody() -> None:
    d = desk(when={"opened": ["fridge"], "for": "10m"}, unless={"entered": ["bed"]})
    d.tell(OPENED)
    mode(d, Mode.PRIVACY)
    d.wait(minutes=15)
    d.tell(CLOSED)
    mode(d, Mode.HOME)
    d.wait(hours=1)
    assert "custom" not in d.kinds()
