"""A press is an alarm. It may be taken back where the home says so, and by nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import (
    AlarmClosed,
    AlarmDelivered,
    ButtonCancelled,
    ButtonPressed,
    ClockQuality,
    ClockStepped,
    Press,
    RadioLost,
)
from tests.support.clock_desk import YEAR_70, ClockDesk
from tests.support.homes import DEVICES, Desk, home, moved

AT_ONCE, WITH_CANCEL = ButtonPressed(device_id="button"), ButtonPressed(device_id="pendant")


def states(desk: Desk) -> list[AlarmState]:
    return [alarm.state for alarm in desk.table.values()]


@pytest.mark.parametrize("press", list(Press))
def test_every_way_to_press_is_a_high_alarm_at_once(press: Press) -> None:
    desk = Desk(home())
    (alarm,) = desk.alarms_of(ButtonPressed(device_id="button", press=press))
    assert (alarm.kind, alarm.priority, alarm.room) == ("button", Priority.HIGH, "bath")
    assert alarm.text.en == "The alarm button button (bath) was pressed."
    assert [e.kind for e in alarm.evidence] == ["button-pressed"]


def test_presses_of_the_same_call_for_help_are_one_alarm_and_a_later_one_is_another() -> None:
    desk = Desk(home())
    desk.tell(AT_ONCE)
    for _ in range(3):
        desk.wait(seconds=3)
        desk.tell(AT_ONCE)
    assert len(desk.kinds()) == 1
    desk.wait(seconds=1)
    desk.tell(AT_ONCE)
    assert len(desk.kinds()) == 2, "10 s after the first, however often it was pressed in between"


def test_a_press_is_an_alarm_whatever_became_of_the_last() -> None:
    desk = Desk(home())
    desk.tell(AT_ONCE)
    alarm_id = desk.alarm("button").alarm_id
    desk.tell(AlarmDelivered(alarm_id=alarm_id, receiver="centre", revision=0))
    desk.tell(AlarmClosed(alarm_id=alarm_id, receiver="centre", by="op-7"))
    desk.wait(seconds=10)
    desk.tell(AT_ONCE)
    assert len(desk.kinds()) == 2


def test_two_buttons_are_two_calls() -> None:
    desk = Desk(home())
    desk.tell(AT_ONCE)
    desk.tell(WITH_CANCEL)
    desk.wait(seconds=10)
    assert len(desk.kinds()) == 2


def test_a_clock_that_was_set_back_swallows_no_press() -> None:
    desk = Desk(home())
    desk.tell(AT_ONCE)
    was, desk.at = desk.at, desk.at - timedelta(hours=1)
    desk.tell(ClockStepped(before=was, after=desk.at))
    desk.tell(AT_ONCE)
    assert len(desk.kinds()) == 2


def test_the_same_second_of_1970_in_another_boot_swallows_no_press() -> None:
    desk = ClockDesk(home(), shows=YEAR_70, quality=ClockQuality.UNKNOWN)
    desk.tell(AT_ONCE)
    desk.reboot(shows=YEAR_70, quality=ClockQuality.UNKNOWN)
    desk.tell(AT_ONCE)
    assert len(desk.kinds()) == 2


def test_with_cancel_nothing_is_sent_until_the_time_is_over() -> None:
    desk = Desk(home())
    assert desk.tell(WITH_CANCEL).send == ()
    desk.wait(seconds=9.9)
    assert desk.sent == []
    desk.wait(seconds=0.1)
    assert desk.kinds() == ["button"]
    assert desk.alarm("button").began_at < desk.alarm("button").history[0].at


@pytest.mark.parametrize("again", [WITH_CANCEL, ButtonCancelled(device_id="pendant")])
def test_taken_back_in_time_it_is_never_sent(again: ButtonPressed | ButtonCancelled) -> None:
    desk = Desk(home())
    desk.tell(WITH_CANCEL)
    desk.wait(seconds=5)
    desk.tell(again)
    desk.wait(minutes=5)
    assert desk.sent == []
    assert states(desk) == [AlarmState.CANCELLED]
    assert desk.state.timers == {}


def test_a_press_after_one_that_was_taken_back_is_a_new_call() -> None:
    desk = Desk(home())
    for _ in range(3):
        desk.tell(WITH_CANCEL)
        desk.wait(seconds=2)
    desk.wait(seconds=8)
    assert states(desk) == [AlarmState.CANCELLED, AlarmState.RAISED]


@pytest.mark.parametrize("presses", range(2, 8))
def test_somebody_in_fear_who_presses_again_and_again_takes_nothing_back(presses: int) -> None:
    desk = Desk(home())
    for _ in range(presses):
        desk.tell(WITH_CANCEL)
        desk.wait(seconds=0.6)
    desk.wait(seconds=10)
    assert desk.kinds() == ["button"]


def test_a_press_that_the_radio_brings_twice_takes_nothing_back() -> None:
    desk = Desk(home())
    desk.tell(WITH_CANCEL)
    desk.tell(WITH_CANCEL)
    desk.wait(seconds=10)
    assert desk.kinds() == ["button"]


def test_a_press_when_the_time_is_over_confirms_even_if_the_deadline_is_late() -> None:
    desk = Desk(home())
    desk.tell(WITH_CANCEL)
    desk.at += timedelta(seconds=10)  # the deadline is on its way
    (alarm,) = desk.alarms_of(WITH_CANCEL)
    assert alarm.state is AlarmState.RAISED


def test_the_deadline_of_a_pre_alarm_survives_a_restart() -> None:
    desk = Desk(home())
    desk.tell(WITH_CANCEL)
    desk.restart(seconds=4)
    assert desk.sent == []
    desk.wait(seconds=6)
    assert desk.kinds() == ["button"]


def test_it_can_be_taken_back_after_a_restart() -> None:
    desk = Desk(home())
    desk.tell(WITH_CANCEL)
    desk.restart(seconds=4)
    desk.tell(WITH_CANCEL)
    desk.wait(minutes=1)
    assert desk.sent == []


def test_a_button_that_is_no_longer_in_the_home_still_confirms_what_it_asked_for() -> None:
    desk = Desk(home())
    desk.tell(WITH_CANCEL)
    left = {i: device for i, device in DEVICES.items() if i != "pendant"}
    desk.restart(home(left))
    desk.wait(seconds=10)
    assert desk.kinds() == ["button"]


def test_nothing_that_goes_wrong_suppresses_a_button() -> None:
    desk = Desk(home())
    desk.tell(RadioLost(driver="zigbee", reason="unplugged"))
    desk.wait(hours=7)
    desk.tell(WITH_CANCEL)
    desk.wait(seconds=10)
    assert desk.kinds()[-1] == "button"


def test_one_alarm_within_nothing_makes_every_press_an_alarm() -> None:
    rules = {"button": ("button", {"one_alarm_within": timedelta()})}
    desk = Desk(home(rules=rules))
    desk.tell(AT_ONCE)
    desk.tell(AT_ONCE)
    assert len(desk.kinds()) == 2


def test_a_button_that_the_rule_does_not_know_is_none() -> None:
    desk = Desk(home())
    assert desk.tell(ButtonPressed(device_id="doorbell")).changed == ()
    silent = {"bed": moved(DEVICES["bed"])}
    assert home(silent, {"button": ("button", {})}).rules["button"].needs == frozenset()
