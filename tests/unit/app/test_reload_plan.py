"""What would be lost by a reload is what is lost by it: the same step says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from heimvakt.app.reload_plan import lost
from heimvakt.core.events import BedLeft, ButtonPressed, MotionDetected
from heimvakt.core.usual import Usual
from tests.support.homes import DEVICES, Desk, home, moved

RULES: dict[str, tuple[str, dict[str, Any]]] = {
    "inactivity": (
        "inactivity",
        {"between": "08:00-21:00", "after": "5h", "learn": True, "signs": ["hall", "bed"]},
    ),
    "button": ("button", {}),
}
WEEK = (60,) * 48


def taught() -> Desk:
    """A rule that has learned in three weeks."""
    desk = Desk(home(rules=RULES))
    known = desk.state.rules["inactivity"]
    usual: Usual = replace(known.usual, weeks=(WEEK,) * 3)  # type: ignore[attr-defined]
    learned = {**desk.state.rules, "inactivity": replace(known, usual=usual)}  # type: ignore[type-var]
    desk.state = replace(desk.state, rules=learned)
    return desk


def test_nothing_is_lost_where_nothing_that_is_known_changes() -> None:
    desk = taught()
    desk.tell(MotionDetected(device_id="hall"))
    other = {**RULES, "bed-exit": ("bed-exit", {"bed": "bed", "back_within": "20m"})}
    assert list(lost(desk.home, home(rules=other), desk.state, desk.stamp())) == []


def test_what_a_rule_has_learned_is_lost_with_it() -> None:
    desk = taught()
    without = home(rules={"button": RULES["button"]})
    assert ("rules.inactivity", "what it has learned in 3 weeks") in list(
        lost(desk.home, without, desk.state, desk.stamp())
    )


def test_what_was_learned_of_other_sensors_means_nothing_any_more() -> None:
    desk = taught()
    kind, settings = RULES["inactivity"]
    other = home(rules={**RULES, "inactivity": (kind, {**settings, "signs": ["hall"]})})
    assert list(lost(desk.home, other, desk.state, desk.stamp())) == [
        ("rules.inactivity", "what it has learned in 3 weeks")
    ]


def test_what_is_known_of_a_device_is_lost_with_it() -> None:
    rules: dict[str, tuple[str, dict[str, Any]]] = {"technical": ("technical", {})}
    desk = Desk(home(DEVICES, rules))
    desk.tell(BedLeft(device_id="bed"))
    rest = {name: device for name, device in DEVICES.items() if name != "bed"}
    (one,) = lost(desk.home, home(rest, rules), desk.state, desk.stamp())
    assert one[0] == "devices.bed"


def test_an_alarm_that_nobody_can_take_back_any_more_goes_out() -> None:
    button = moved(DEVICES["button"], cancel=timedelta(seconds=10))
    desk = Desk(home({**DEVICES, "button": button}, {"button": ("button", {})}))
    desk.tell(ButtonPressed(device_id="button"))
    without = home(DEVICES, {"technical": ("technical", {})})
    told = list(lost(desk.home, without, desk.state, desk.stamp()))
    assert ("rules.button", "an alarm that could still be taken back goes out at once") in told
