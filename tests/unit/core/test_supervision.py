"""A silent sensor never looks like a quiet resident, whatever the gateway and its clock do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heimvakt.core.alarms import AlarmState
from heimvakt.core.events import BatteryMeasured, ClockStepped, DeviceSeen, Event, MotionDetected
from heimvakt.core.health import GRACE
from heimvakt.core.state import next_deadline
from tests.support.homes import DEVICES, EVENING, Desk, home, moved
from tests.support.supervised import LIMIT, SEEN, desk, silent_at

# --- silence --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sign", [SEEN, MotionDetected(device_id="hall"), BatteryMeasured(device_id="hall", percent=80)]
)
def test_whatever_a_device_says_is_a_sign_of_life(sign: Event) -> None:
    d = desk()
    d.wait(hours=13)
    d.tell(sign)
    assert silent_at(d) == d.at + LIMIT
    d.wait(hours=13)
    assert d.kinds() == []


def test_silence_is_told_when_the_limit_is_reached_and_not_before() -> None:
    d = desk()
    d.wait_until(EVENING + LIMIT - timedelta(seconds=1))
    assert d.kinds() == []
    d.wait(seconds=1)
    assert d.kinds() == ["device-silent"]
    assert d.state.supervised.devices["hall"].silent


def test_a_device_that_was_never_heard_counts_from_the_start() -> None:
    d = desk()
    d.wait_until(EVENING + LIMIT)
    assert d.state.supervised.devices["hall"].last_seen is None
    assert d.kinds() == ["device-silent"]


def test_a_device_that_is_heard_again_resets_its_alarm_and_is_watched_anew() -> None:
    d = desk()
    d.wait_until(EVENING + LIMIT)
    d.tell(SEEN)
    assert d.alarm("device-silent").state is AlarmState.RESET
    d.wait_until(d.at + LIMIT)
    assert d.kinds() == ["device-silent"] * 2


def test_a_device_that_nobody_knows_is_no_matter() -> None:
    d = desk()
    before = d.state
    assert d.tell(DeviceSeen(device_id="neighbour")).state == before


def test_a_limit_of_the_devices_own_counts() -> None:
    own = {"hall": moved(DEVICES["hall"], silent_after=timedelta(minutes=30))}
    d = Desk(home(own, {"device-silent": ("device-silent", {})}))
    d.wait(minutes=30)
    assert d.kinds() == ["device-silent"]


# --- over starts, clocks and configurations -------------------------------------------------------


def test_time_in_which_the_gateway_was_off_is_nobodys_silence() -> None:
    d = desk()
    d.wait(hours=10)
    d.restart(hours=200)
    assert d.kinds() == [], "a restart raises nothing"
    assert silent_at(d) == d.at + LIMIT - timedelta(hours=10)


def test_a_restart_tells_nothing_twice() -> None:
    d = desk()
    d.wait_until(EVENING + LIMIT)
    d.restart(minutes=5)
    d.wait(hours=1)
    assert d.kinds() == ["device-silent"]


def test_after_a_restart_nobody_is_silent_sooner_than_in_an_hour_and_only_once() -> None:
    d = desk()
    d.wait_until(EVENING + LIMIT - timedelta(minutes=1))
    d.restart(minutes=5)
    assert silent_at(d) == d.at + GRACE
    d.wait(minutes=50)
    d.restart(minutes=5)
    assert silent_at(d) == d.at + timedelta(minutes=10), "restarts are no excuse for ever"
    d.wait(minutes=10)
    assert d.kinds() == ["device-silent"]


def test_a_device_that_was_taken_out_of_the_home_is_forgotten_and_its_alarm_reset() -> None:
    d = desk()
    d.wait_until(EVENING + LIMIT)
    d.restart(home({}, {"device-silent": ("device-silent", {})}))
    assert d.alarm("device-silent").state is AlarmState.RESET
    assert not [row for row in d.rows if row.startswith(("device:", "timer:"))]
    d.wait(days=3)
    assert d.kinds() == ["device-silent"]


def test_setting_the_clock_makes_nobody_silent_and_nobody_immortal() -> None:
    for by in (timedelta(days=400), timedelta(days=-400)):
        d = desk()
        d.wait(hours=10)
        was, d.at = d.at, d.at + by
        d.tell(ClockStepped(before=was, after=d.at))
        assert next_deadline(d.home, d.state) == (
            "/silent/hall",
            d.at + LIMIT - timedelta(hours=10),
        )
