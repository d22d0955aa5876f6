"""A low battery is told once a week until it is a new one; the cold of a night is not told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.batteries import forecast_days
from heimvakt.core.devices import Home
from heimvakt.core.events import BatteryMeasured
from heimvakt.rules.device_battery import battery_of
from tests.support.homes import DEVICES, Desk, home

Rules = Mapping[str, tuple[str, Mapping[str, Any]]]
ONLY: Rules = {"device-battery": ("device-battery", {})}
WEEK = timedelta(weeks=1)


def desk(**settings: Any) -> Desk:
    return Desk(home(rules={"device-battery": ("device-battery", settings)}))


def says(
    d: Desk, percent: float | None = None, *, of: str = "hall", low: bool = False, **after: float
) -> None:
    d.wait(**after)
    d.tell(BatteryMeasured(device_id=of, percent=percent, low=low))


def alarms(d: Desk) -> list[Priority]:
    return [alarm.priority for alarm in d.table.values()]


def test_one_that_is_low_for_a_day_is_told_and_again_each_week() -> None:
    d = desk()
    says(d, 15.0)
    began = d.at
    d.wait(hours=23)
    assert alarms(d) == []
    d.wait(hours=1)
    alarm = d.alarm("device-battery")
    assert (alarm.priority, alarm.began_at) == (Priority.LOW, began)
    assert alarm.text.en == "The battery of hall has 15 %. Replace it."
    assert alarm.text.nb == "Batteriet i hall har 15 %. Bytt det."
    assert alarm.thresholds == (("below_percent", "15"),)
    d.wait(days=20)
    assert alarms(d) == [Priority.LOW] * 3
    d.restart(hours=1)
    d.wait(hours=22)
    assert len(alarms(d)) == 3, "a restart does not begin the week anew"
    d.wait(hours=1)
    assert len(alarms(d)) == 4


def test_a_cold_night_is_not_told() -> None:
    d = desk()
    for _ in range(20):
        says(d, 10.0, low=True, hours=4)
        says(d, 25.0, hours=20)
    assert alarms(d) == []
    assert d.state.timers == {}


def test_what_the_device_says_itself_counts_without_percent_too() -> None:
    d = desk()
    says(d, low=True)
    d.wait(days=1)
    assert d.alarm("device-battery").text.en == "hall says that its battery is low. Replace it."


def test_a_new_battery_resets_it_at_once_and_begins_anew() -> None:
    d = desk()
    says(d, 10.0)
    d.wait(days=9)
    says(d, 100.0)
    assert {alarm.state for alarm in d.table.values()} == {AlarmState.RESET}
    assert d.state.timers == {}
    battery = battery_of(d.state.rules["device-battery"], "hall")
    assert battery is not None
    assert battery.best == (100.0,)


def test_a_little_more_is_believed_after_a_day() -> None:
    d = desk()
    says(d, 14.0)
    d.wait(days=1)
    says(d, 18.0, hours=1)
    d.wait(days=2)
    assert d.alarm("device-battery").state is AlarmState.RAISED, "to and fro around the limit"
    says(d, 30.0)
    says(d, 14.0, hours=12)
    d.wait(days=2)
    assert d.alarm("device-battery").state is AlarmState.RAISED, "a warm day"
    says(d, 30.0)
    d.wait(days=1)
    assert d.alarm("device-battery").state is AlarmState.RESET
    assert d.state.timers == {}


def test_one_that_will_soon_be_empty_is_told_before_it_is_low() -> None:
    d = desk(below_percent=5)
    for week in range(12):
        says(d, 100.0 - 7 * week, days=7)
    battery = battery_of(d.state.rules["device-battery"], "hall")
    assert battery is not None
    assert forecast_days(battery, d.at) == pytest.approx(23, abs=5)
    assert alarms(d) == []
    says(d, 16.0, days=7)
    says(d, 10.0, days=6)
    d.wait(days=1)
    assert "% and lasts for about " in d.alarm("device-battery").text.en
    assert "varer omtrent" in d.alarm("device-battery").text.nb


def test_a_button_that_is_nearly_empty_is_more_urgent_and_told_before_the_week_is_over() -> None:
    d = desk()
    says(d, 12.0, of="button")
    d.wait(days=1)
    assert alarms(d) == [Priority.LOW]
    says(d, 4.0, of="button", days=1)
    d.wait(days=1)
    assert alarms(d) == [Priority.LOW, Priority.MEDIUM]
    says(d, 3.0, of="button")
    d.wait(days=6)
    assert len(alarms(d)) == 2


def test_a_button_whose_battery_nobody_changes_becomes_more_urgent() -> None:
    d = desk()
    says(d, of="button", low=True)
    says(d, of="hall", low=True)
    d.wait(days=1 + 14)
    by = {i: [a.priority for a in d.table.values() if a.device_id == i] for i in ("button", "hall")}
    assert by == {
        "button": [Priority.LOW, Priority.LOW, Priority.MEDIUM],
        "hall": [Priority.LOW] * 3,
    }


def test_the_limit_and_the_week_are_the_home_s() -> None:
    d = desk(below_percent=40, repeat=timedelta(days=2))
    says(d, 40.0)
    d.wait(days=3)
    assert len(alarms(d)) == 2


@pytest.mark.parametrize("take_over", [Desk.restart, Desk.change])
def test_a_device_that_was_taken_out_of_the_home_is_forgotten(
    take_over: Callable[[Desk, Home], None],
) -> None:
    d = desk()
    says(d, 10.0)
    d.wait(days=1)
    take_over(d, home({"bed": DEVICES["bed"]}, ONLY))
    assert d.alarm("device-battery").state is AlarmState.RESET
    assert d.state.timers == {}
    assert battery_of(d.state.rules["device-battery"], "hall") is None
