"""A device that lives and never changes its mind is told; a silent one is not called stuck."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.devices import Home
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ButtonHeld,
    ButtonPressed,
    ClockStepped,
    DeviceSeen,
    DoorClosed,
    DoorOpened,
    Event,
    MotionCleared,
    MotionDetected,
    RadioBack,
    RadioLost,
)
from tests.support.homes import DEVICES, RULES, Desk, home, moved

Rules = Mapping[str, tuple[str, Mapping[str, Any]]]
ONLY: Rules = {"device-stuck": ("device-stuck", {})}
CHECK_IN = timedelta(minutes=50)
OPENED, CLOSED = DoorOpened(device_id="front-door"), DoorClosed(device_id="front-door")
MOVES, RESTS = MotionDetected(device_id="hall"), MotionCleared(device_id="hall")
DAY = timedelta(days=1)


def live(desk: Desk, device_id: str, lasting: timedelta, says: Event | None = None) -> None:
    """The device checks in; it says what it always says."""
    until = desk.at + lasting
    while desk.at + CHECK_IN <= until:
        desk.wait_until(desk.at + CHECK_IN)
        desk.tell(says or DeviceSeen(device_id=device_id))
    desk.wait_until(until)


def stuck(desk: Desk) -> list[str | None]:
    return [alarm.device_id for alarm in desk.table.values() if alarm.kind == "device-stuck"]


def test_a_door_that_is_open_for_days_is_told_with_the_rules_that_see_nothing() -> None:
    desk = Desk(home(rules={**RULES, **ONLY}))
    desk.tell(OPENED)
    began = desk.at
    live(desk, "front-door", 3 * DAY)
    assert stuck(desk) == []
    live(desk, "front-door", CHECK_IN)
    alarm = desk.alarm("device-stuck")
    assert (alarm.priority, alarm.began_at) == (Priority.LOW, began)
    assert alarm.text.en == (
        "front-door has been open for more than 3 days. See whether it is stuck. "
        "Without it these rules are blind: night-wandering, night-door."
    )
    assert alarm.text.nb.startswith("front-door har stått åpen i mer enn 3 døgn.")
    live(desk, "front-door", 2 * DAY)
    assert len(stuck(desk)) == 1, "once"
    desk.tell(CLOSED)
    assert desk.alarm("device-stuck").state is AlarmState.RESET


def test_a_door_that_is_opened_and_closed_is_never_stuck() -> None:
    desk = Desk(home(rules=ONLY))
    for _ in range(8):
        desk.tell(OPENED)
        live(desk, "front-door", 2 * DAY)
        desk.tell(CLOSED)
    assert stuck(desk) == []


def test_a_door_whose_closings_are_lost_on_the_air_has_moved_each_time_it_says_that_it_opens() -> (
    None
):
    desk = Desk(home(rules=ONLY))
    for _ in range(8):
        desk.tell(OPENED)
        live(desk, "front-door", DAY)
    assert stuck(desk) == []


def test_a_state_that_is_told_again_after_a_restart_goes_on() -> None:
    desk = Desk(home(rules=ONLY))
    desk.tell(OPENED)
    live(desk, "front-door", 2 * DAY)
    desk.restart(hours=10)
    desk.tell(DeviceSeen(device_id="front-door"))
    desk.tell(OPENED)
    live(desk, "front-door", DAY)
    assert stuck(desk) == [], "what passed unheard counts for nothing"
    live(desk, "front-door", 2 * CHECK_IN)
    assert stuck(desk) == ["front-door"]


def test_time_without_the_radio_counts_for_nothing() -> None:
    desk = Desk(home(rules=ONLY))
    desk.tell(OPENED)
    live(desk, "front-door", 2 * DAY)
    desk.tell(RadioLost(driver="zigbee", reason="gone"))
    desk.wait(days=5)
    desk.tell(RadioBack(driver="zigbee"))
    live(desk, "front-door", DAY)
    assert stuck(desk) == []
    live(desk, "front-door", 2 * CHECK_IN)
    assert stuck(desk) == ["front-door"]


@pytest.mark.parametrize("by", [timedelta(days=400), timedelta(days=-400)])
def test_setting_the_clock_makes_nothing_stuck_and_nothing_unstuck(by: timedelta) -> None:
    desk = Desk(home(rules=ONLY))
    desk.tell(OPENED)
    live(desk, "front-door", 2 * DAY)
    was, desk.at = desk.at, desk.at + by
    desk.tell(ClockStepped(before=was, after=desk.at))
    live(desk, "front-door", DAY)
    assert stuck(desk) == []
    live(desk, "front-door", 2 * CHECK_IN)
    assert stuck(desk) == ["front-door"]


def test_a_silent_door_is_silent_and_not_stuck() -> None:
    desk = Desk(home(rules={**ONLY, "device-silent": ("device-silent", {})}))
    desk.tell(OPENED)
    desk.wait(days=5)
    assert stuck(desk) == []
    assert "front-door" in {a.device_id for a in desk.table.values()}
    desk.tell(DeviceSeen(device_id="front-door"))
    assert stuck(desk) == [], "nobody knows what it has been meanwhile"


def test_one_that_is_stuck_and_falls_silent_is_silent_from_then_on() -> None:
    desk = Desk(home(rules={**ONLY, "device-silent": ("device-silent", {})}))
    desk.tell(OPENED)
    live(desk, "front-door", 4 * DAY)
    assert stuck(desk) == ["front-door"]
    desk.wait(days=2)
    assert desk.alarm("device-stuck").state is AlarmState.RESET


def test_a_night_and_a_day_in_bed_is_life_and_a_second_night_is_a_mat_that_hangs() -> None:
    desk = Desk(home(rules=ONLY))
    desk.tell(BedEntered(device_id="bed"))
    live(desk, "bed", timedelta(hours=35))
    assert stuck(desk) == []
    live(desk, "bed", timedelta(hours=2))
    assert stuck(desk) == ["bed"]
    desk.tell(BedLeft(device_id="bed"))
    assert desk.alarm("device-stuck").state is AlarmState.RESET


def test_movement_without_end_from_a_sensor_that_knows_ends_is_told() -> None:
    desk = Desk(home(rules=ONLY))
    desk.tell(MOVES)
    desk.tell(RESTS)
    desk.tell(MOVES)
    live(desk, "hall", timedelta(hours=14), says=MOVES)
    assert stuck(desk) == ["hall"]
    desk.tell(RESTS)
    assert desk.alarm("device-stuck").state is AlarmState.RESET


def test_movement_of_a_sensor_that_never_says_that_it_is_over_is_a_busy_room() -> None:
    desk = Desk(home(rules=ONLY))
    live(desk, "hall", 3 * DAY, says=MOVES)
    assert stuck(desk) == []


def test_an_end_that_was_lost_before_a_journey_is_no_stuck_sensor() -> None:
    desk = Desk(home(rules=ONLY))
    desk.tell(MOVES)
    desk.tell(RESTS)
    desk.tell(MOVES)
    live(desk, "hall", 3 * DAY)
    desk.tell(MOVES)
    assert stuck(desk) == []


def test_a_button_that_says_with_each_check_in_that_it_is_pressed_is_told_and_heard() -> None:
    desk = Desk(home(rules={**ONLY, "button": ("button", {})}))
    press = ButtonPressed(device_id="button")
    desk.tell(press)
    live(desk, "button", timedelta(hours=14), says=press)
    assert stuck(desk) == ["button"]
    assert desk.kinds().count("button") == len([e for e in desk.journal if e.kind == press.kind])
    live(desk, "button", timedelta(hours=4))
    assert desk.alarm("device-stuck").state is AlarmState.RESET


def test_a_button_that_hangs_and_makes_no_press_of_it_is_told() -> None:
    desk = Desk(home(rules={**ONLY, "button": ("button", {})}))
    desk.tell(ButtonPressed(device_id="button"))
    live(desk, "button", timedelta(hours=14), says=ButtonHeld(device_id="button"))
    assert desk.kinds() == ["button", "device-stuck"]


def test_a_home_may_choose_how_long_and_how_urgent() -> None:
    door = moved(DEVICES["front-door"], stuck_after=timedelta(hours=1))
    rules: Rules = {"device-stuck": ("device-stuck", {"priority": "medium"})}
    desk = Desk(home({"front-door": door}, rules))
    desk.tell(OPENED)
    live(desk, "front-door", 2 * CHECK_IN)
    assert desk.alarm("device-stuck").priority is Priority.MEDIUM
    assert desk.alarm("device-stuck").thresholds == (("stuck_after", "1 h"),)


@pytest.mark.parametrize("take_over", [Desk.restart, Desk.change])
def test_a_device_that_was_taken_out_of_the_home_is_stuck_no_more(
    take_over: Callable[[Desk, Home], None],
) -> None:
    desk = Desk(home(rules=ONLY))
    desk.tell(OPENED)
    live(desk, "front-door", 4 * DAY)
    take_over(desk, home({"bed": DEVICES["bed"]}, ONLY))
    assert desk.alarm("device-stuck").state is AlarmState.RESET
