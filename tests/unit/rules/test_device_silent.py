"""A silent device is told with what is blind without it, again and again until it is heard."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import DeviceSeen, EnrolmentFailed, EnrolmentVerified
from tests.support.homes import DEVICES, RULES, Desk, home, moved

Rules = Mapping[str, tuple[str, Mapping[str, Any]]]
ONLY: Rules = {"device-silent": ("device-silent", {})}


def silent(device_id: str, rules: Rules = RULES) -> Desk:
    """A home in which everything else is heard for weeks."""
    devices = {
        i: moved(d, silent_after=timedelta(hours=6) if i == device_id else timedelta(days=14))
        for i, d in DEVICES.items()
    }
    desk = Desk(home(devices, rules))
    desk.wait(hours=6)
    return desk


def test_it_says_how_long_and_which_rules_are_blind() -> None:
    desk = silent("front-door")
    alarm = desk.alarm("device-silent")
    assert alarm.text.en == (
        "front-door has said nothing for 6 h. "
        "Without it these rules are blind: night-wandering, night-door."
    )
    assert alarm.text.nb == (
        "front-door har ikke gitt lyd fra seg på 6 t. "
        "Uten den ser disse reglene ikke: night-wandering, night-door."
    )
    assert alarm.thresholds == (("silent_after", "6 h"),)


def test_a_device_that_no_rule_needs_blinds_none() -> None:
    assert silent("hall", ONLY).alarm("device-silent").text.en == "hall has said nothing for 6 h."


@pytest.mark.parametrize(
    ("device_id", "priority"), [("button", Priority.MEDIUM), ("hall", Priority.LOW)]
)
def test_what_calls_for_help_is_more_urgent(device_id: str, priority: Priority) -> None:
    assert silent(device_id).alarm("device-silent").priority is priority


def test_the_home_may_choose_the_priority() -> None:
    rules: Rules = {"device-silent": ("device-silent", {"priority": "medium"})}
    assert silent("hall", rules).alarm("device-silent").priority is Priority.MEDIUM


def test_it_is_told_again_every_day_while_it_lasts() -> None:
    desk = silent("hall")
    desk.wait(hours=23)
    assert len(desk.kinds()) == 1
    desk.wait(hours=1)
    assert len(desk.kinds()) == 2
    desk.restart(hours=1)
    desk.wait(hours=23)
    assert len(desk.kinds()) == 3, "a restart does not begin the day anew"


def test_heard_again_all_that_was_told_is_reset_and_nothing_more_comes() -> None:
    desk = silent("hall")
    desk.wait(days=2)
    desk.tell(DeviceSeen(device_id="hall"))
    assert {alarm.state for alarm in desk.table.values()} == {AlarmState.RESET}
    assert desk.state.timers == {}


def test_its_memory_is_bounded_by_the_devices() -> None:
    desk = Desk(home(rules=ONLY))
    for _ in range(5):
        desk.wait(days=2)
        for device_id in DEVICES:
            desk.tell(DeviceSeen(device_id=device_id))
    desk.wait(days=2)
    assert len(desk.state.rules["device-silent"].silent) == len(DEVICES)  # type: ignore[attr-defined]


def test_a_sensor_that_lives_but_keeps_its_alarms_to_itself_is_told_until_it_is_mended() -> None:
    desk = Desk(home())
    desk.tell(EnrolmentFailed(device_id="front-door", reason="zone state 0"))
    alarm = desk.alarm("device-silent")
    assert "its alarms cannot be heard (zone state 0)" in alarm.text.en
    desk.tell(DeviceSeen(device_id="front-door"))
    assert desk.alarm("device-silent").state is AlarmState.RAISED, "that it lives does not help"
    desk.tell(EnrolmentVerified(device_id="front-door"))
    assert desk.alarm("device-silent").state is AlarmState.RESET
    assert desk.state.timers == {}
