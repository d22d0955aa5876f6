"""An alarm of a danger outlives restarts, a lost radio, a set clock and a home that is changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heimvakt.core.alarms import AlarmState
from heimvakt.core.events import (
    ClockQuality,
    ClockStepped,
    ConfigurationChanged,
    RadioBack,
    RadioLost,
    StoreFault,
)
from tests.support.clock_desk import YEAR_70, ClockDesk
from tests.support.dangers import (
    LEAK,
    SMOKE,
    Kind,
    accept,
    clear,
    close,
    desk,
    detect,
    every,
    house,
    state,
)
from tests.support.homes import home


@every
def test_it_goes_on_after_a_restart(kind: Kind) -> None:
    d = desk(kind)
    (alarm,) = detect(d, kind)
    d.restart(minutes=3)
    assert detect(d, kind) == [], "a driver says after its start what it hears"
    accept(d, alarm)
    clear(d, kind)
    d.restart(minutes=5)
    d.wait(minutes=4)
    assert state(d, alarm) is AlarmState.ACCEPTED
    d.wait(minutes=1)
    assert state(d, alarm) is AlarmState.RESET


def test_a_lost_radio_changes_nothing() -> None:
    d = desk(SMOKE)
    (alarm,) = detect(d, SMOKE)
    accept(d, alarm)
    d.tell(RadioLost(driver="zigbee", reason="unplugged"))
    d.wait(hours=2)
    d.tell(RadioBack(driver="zigbee"))
    assert state(d, alarm) is AlarmState.ACCEPTED
    assert detect(d, SMOKE) == []


@pytest.mark.parametrize("by", [timedelta(days=-400), timedelta(hours=1), timedelta(days=400)])
def test_a_clock_that_is_set_changes_nothing(by: timedelta) -> None:
    d = desk(SMOKE)
    (alarm,) = detect(d, SMOKE)
    accept(d, alarm)
    clear(d, SMOKE)
    d.wait(minutes=5)
    was, d.at = d.at, d.at + by
    d.tell(ClockStepped(before=was, after=d.at))
    d.wait(minutes=4, seconds=59)
    assert state(d, alarm) is AlarmState.ACCEPTED
    d.wait(seconds=1)
    assert state(d, alarm) is AlarmState.RESET


def test_a_box_that_begins_in_1970_again_and_again_swallows_nothing() -> None:
    d = ClockDesk(house(SMOKE), shows=YEAR_70, quality=ClockQuality.UNKNOWN)
    (first,) = detect(d, SMOKE)
    close(d, first)
    d.reboot(shows=YEAR_70, quality=ClockQuality.UNKNOWN)
    (second,) = detect(d, SMOKE)
    assert state(d, second) is AlarmState.RAISED


@pytest.mark.parametrize("restarted", [True, False])
def test_a_detector_that_is_taken_out_of_the_home_ends_its_alarm(restarted: bool) -> None:
    d = desk(LEAK)
    (alarm,) = detect(d, LEAK)
    clear(d, LEAK)
    without = home({}, {"leak": ("leak", {})})
    if restarted:
        d.restart(without)
    else:
        d.home = without
        d.tell(ConfigurationChanged(digest="new"))
    assert state(d, alarm) is AlarmState.RESET
    assert d.state.timers == {}


def test_one_that_is_taken_out_unseen_still_wants_somebody_to_look() -> None:
    d = desk(SMOKE)
    (one,), (two,) = detect(d, SMOKE), detect(d, SMOKE, "other")
    accept(d, one)
    d.restart(home({}, {"smoke": ("smoke", {})}))
    assert (state(d, one), state(d, two)) == (AlarmState.RESET, AlarmState.RAISED)
    accept(d, two)
    assert state(d, two) is AlarmState.RESET


def test_what_was_raised_high_stays_so_when_the_home_is_changed() -> None:
    d = desk(LEAK, priority="high")
    (alarm,) = detect(d, LEAK)
    d.restart(house(LEAK))
    clear(d, LEAK)
    d.wait(hours=1)
    assert state(d, alarm) is AlarmState.RAISED


def test_after_a_damage_nothing_that_is_detected_is_taken_for_what_may_be_lost() -> None:
    d = desk(LEAK)
    detect(d, LEAK)
    clear(d, LEAK)
    d.tell(StoreFault(reason="damage", set_aside="x", saved="some"))
    (again,) = detect(d, LEAK)
    d.wait(hours=1)
    assert state(d, again) is AlarmState.RAISED
