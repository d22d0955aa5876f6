"""A fall is a high alarm each time, and only a person ends it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    ClockQuality,
    ClockStepped,
    FallDetected,
    StoreFault,
)
from tests.support.clock_desk import YEAR_70, ClockDesk
from tests.support.homes import Desk, home, moved

MAT = Device(device_id="mat", role=Role.FALL, driver="zigbee", address="1", room="bath")
CLIP = moved(MAT, device_id="clip", address="2", room=None)
FELL = FallDetected(device_id="mat")


def house(**settings: Any) -> Any:
    return home({"mat": MAT, "clip": CLIP}, {"fall": ("fall", settings)})


def desk(**settings: Any) -> Desk:
    return Desk(house(**settings))


def test_it_is_high_and_at_once() -> None:
    d = desk()
    (alarm,) = d.alarms_of(FELL)
    assert (alarm.kind, alarm.priority, alarm.room) == ("fall", Priority.HIGH, "bath")
    assert alarm.text.en == "The fall sensor mat (bath) tells of a fall."
    assert alarm.text.nb == "Fallsensoren mat (bath) melder et fall."
    assert [e.kind for e in alarm.evidence] == ["fall-detected"]


def test_a_sensor_that_repeats_itself_tells_of_one_fall_and_later_of_another() -> None:
    d = desk()
    d.tell(FELL)
    for _ in range(3):
        d.wait(seconds=19)
        d.tell(FELL)
    assert len(d.kinds()) == 1
    d.wait(seconds=3)
    d.tell(FELL)
    assert len(d.kinds()) == 2, "a minute after the first, however often it was said in between"


def test_two_sensors_are_two_alarms() -> None:
    d = desk()
    d.tell(FELL)
    d.tell(FallDetected(device_id="clip"))
    assert len(d.kinds()) == 2


def test_once_a_person_has_closed_it_the_next_is_another_however_soon() -> None:
    d = desk()
    (alarm,) = d.alarms_of(FELL)
    d.tell(AlarmDelivered(alarm_id=alarm.alarm_id, receiver="centre", revision=0))
    d.tell(AlarmAcknowledged(alarm_id=alarm.alarm_id, receiver="centre", by="op-7"))
    assert d.alarms_of(FELL) == []
    d.tell(AlarmClosed(alarm_id=alarm.alarm_id, receiver="centre", by="op-7"))
    assert len(d.alarms_of(FELL)) == 1


def test_a_home_may_want_every_word_of_it() -> None:
    d = desk(one_alarm_within=timedelta())
    d.tell(FELL)
    d.tell(FELL)
    assert len(d.kinds()) == 2


@pytest.mark.parametrize(
    ("waited_s", "by"),
    [(120, timedelta(seconds=-90)), (0, timedelta(hours=-1)), (0, timedelta(days=1))],
)
def test_a_clock_that_is_set_swallows_no_fall(waited_s: float, by: timedelta) -> None:
    d = desk()
    d.tell(FELL)
    d.wait(seconds=waited_s)
    was, d.at = d.at, d.at + by
    d.tell(ClockStepped(before=was, after=d.at))
    assert len(d.alarms_of(FELL)) == 1


def test_the_same_second_of_1970_in_another_boot_swallows_no_fall() -> None:
    d = ClockDesk(house(), shows=YEAR_70, quality=ClockQuality.UNKNOWN)
    d.tell(FELL)
    d.reboot(shows=YEAR_70, quality=ClockQuality.UNKNOWN)
    d.tell(FELL)
    assert len(d.kinds()) == 2


def test_a_fall_before_a_damage_swallows_none_after_it() -> None:
    d = desk()
    d.tell(FELL)
    d.tell(StoreFault(reason="damage", set_aside="x", saved="some"))
    assert len(d.alarms_of(FELL)) == 1


def test_a_sensor_that_repeats_itself_across_a_restart_tells_of_one_fall() -> None:
    d = desk()
    d.tell(FELL)
    d.restart(seconds=20)
    d.tell(FELL)
    assert d.kinds() == ["fall"]


def test_it_stays_until_a_person_ends_it_though_the_sensor_is_taken_out_of_the_home() -> None:
    d = desk()
    d.tell(FELL)
    d.restart(home({}, {"fall": ("fall", {})}))
    d.wait(days=2)
    assert d.alarm("fall").state is AlarmState.RAISED


def test_a_stranger_falls_elsewhere() -> None:
    d = desk()
    assert d.alarms_of(FallDetected(device_id="stranger")) == []


def test_a_silent_sensor_makes_the_rule_blind() -> None:
    assert house().rules_that_need("mat") == ("fall",)
