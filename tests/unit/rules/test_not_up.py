"""A morning without a sign of somebody being up is told, once, and not when nobody could hear."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    DeviceSeen,
    Mode,
    ModeChosen,
    MotionDetected,
    RadioBack,
    RadioLost,
)
from tests.support.homes import DEVICES, OSLO, Desk, home, oslo
from tests.support.seen import seen

MOTION = MotionDetected(device_id="hall")
HOME = {name: DEVICES[name] for name in ("front-door", "hall", "bed")}


def desk(at: datetime | None = None, **settings: Any) -> Desk:
    return Desk(home(HOME, {"not-up": ("not-up", settings)}), at or oslo("22:00"))


def live_until(d: Desk, until: datetime) -> None:
    """Let time pass with sensors that say every hour that they live."""
    while d.at < until:
        d.wait_until(min(d.at + timedelta(hours=1), until))
        for device_id in HOME:
            d.tell(DeviceSeen(device_id=device_id))


def test_no_sign_by_the_time_is_told_and_the_first_sign_ends_it() -> None:
    d = desk()
    d.tell(BedEntered(device_id="bed"), at=oslo("22:30"))
    live_until(d, oslo("9:59"))
    assert d.kinds() == []
    d.wait_until(oslo("10:00"))
    alarm = d.alarm("not-up")
    assert (alarm.priority, alarm.began_at) == (Priority.MEDIUM, oslo("10:00"))
    assert alarm.text.en == "No sign of having got up by 10:00."
    seen(d, at=oslo("10:20"))
    assert d.alarm("not-up").state is AlarmState.RESET


@pytest.mark.parametrize("sign", [MOTION, BedLeft(device_id="bed")])
def test_a_sign_in_the_morning_is_enough(sign: Any) -> None:
    d = desk()
    seen(d, sign, at=oslo("5:00"))
    live_until(d, oslo("11:00"))
    assert d.kinds() == []


@pytest.mark.parametrize(
    ("sign", "clock"), [(MOTION, "4:59"), (BedEntered(device_id="bed"), "6:00")]
)
def test_one_before_the_morning_or_lying_down_is_none(sign: Any, clock: str) -> None:
    d = desk()
    d.tell(sign, at=oslo(clock))
    live_until(d, oslo("10:00"))
    assert d.kinds() == ["not-up"]


def test_one_alarm_for_one_long_silence_and_another_on_another_day() -> None:
    d = desk()
    live_until(d, oslo("10:00") + timedelta(days=2))
    assert d.kinds() == ["not-up"]
    seen(d)
    live_until(d, oslo("10:00") + timedelta(days=3))
    assert d.kinds() == ["not-up", "not-up"]


def test_a_morning_that_nobody_could_hear_is_judged_half_an_hour_after() -> None:
    d = desk()
    d.tell(RadioLost(driver="zigbee", reason="unplugged"), at=oslo("4:00"))
    d.wait_until(oslo("10:10"))
    assert d.kinds() == []
    d.tell(RadioBack(driver="zigbee"))
    seen(d, at=oslo("10:20"))
    live_until(d, oslo("12:00"))
    assert d.kinds() == []


def test_still_deaf_after_that_it_is_told_with_that() -> None:
    d = desk()
    d.tell(RadioLost(driver="zigbee", reason="unplugged"), at=oslo("4:00"))
    d.wait_until(oslo("10:30"))
    assert d.alarm("not-up").text.en.endswith("No sensor can be heard now.")


def test_after_a_restart_past_the_time_a_sign_may_still_come() -> None:
    d = desk()
    live_until(d, oslo("9:00"))
    d.restart(hours=2)
    assert d.kinds() == []
    d.wait_until(oslo("11:29"))
    assert d.kinds() == []
    d.wait_until(oslo("11:30"))
    assert d.kinds() == ["not-up"]


def test_whoever_sets_a_mode_that_keeps_movements_private_is_up() -> None:
    d = desk()
    d.tell(ModeChosen(mode=Mode.PRIVACY, by="resident", lasting_s=3600.0), at=oslo("7:00"))
    live_until(d, oslo("11:00"))
    assert d.kinds() == []


@given(st.integers(0, 3650))
def test_every_morning_is_judged_once_over_both_changes_of_the_hour(days: int) -> None:
    evening = datetime(2024, 1, 1, 22, tzinfo=OSLO).astimezone(UTC) + timedelta(days=days)
    d = desk(evening)
    for _ in range(3):
        live_until(d, d.at + timedelta(hours=15))
        seen(d)
        live_until(d, d.at + timedelta(hours=9))
    told = [alarm.raised_at.astimezone(OSLO) for alarm in d.sent if alarm.revision == 0]
    assert [f"{at:%H:%M:%S}" for at in told] == ["10:00:00"] * 3
    assert len({at.date() for at in told}) == 3
