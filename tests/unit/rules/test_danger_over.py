"""A danger is over when it has stayed clear; a high one only when somebody has taken it, too."""

from __future__ import annotations

from heimvakt.core.alarms import AlarmState
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
    every_high,
    state,
)


@every
def test_what_has_cleared_for_a_while_is_over_once_somebody_has_taken_it(kind: Kind) -> None:
    d = desk(kind)
    (alarm,) = detect(d, kind)
    accept(d, alarm)
    clear(d, kind)
    d.wait(minutes=9, seconds=59)
    assert state(d, alarm) is AlarmState.ACCEPTED
    d.wait(seconds=1)
    assert state(d, alarm) is AlarmState.RESET
    assert d.sent[-1].alarm_id == alarm.alarm_id, "receivers hear that it is over"
    assert detect(d, kind) != [], "and the next is a new one"


@every_high
def test_a_high_alarm_that_nobody_has_taken_stays_though_its_danger_has_passed(kind: Kind) -> None:
    d = desk(kind)
    (alarm,) = detect(d, kind)
    d.wait(seconds=20)
    clear(d, kind)
    d.wait(hours=5)
    assert state(d, alarm) is AlarmState.RAISED
    accept(d, alarm)
    assert state(d, alarm) is AlarmState.RESET
    assert d.table[alarm.alarm_id].accepted_by == "centre: op-7"


def test_a_leak_that_dries_is_over_whoever_has_taken_it() -> None:
    d = desk(LEAK)
    (alarm,) = detect(d, LEAK)
    clear(d, LEAK)
    d.wait(minutes=10)
    assert state(d, alarm) is AlarmState.RESET


@every
def test_detected_again_before_the_time_is_over_it_goes_on(kind: Kind) -> None:
    d = desk(kind)
    (alarm,) = detect(d, kind)
    accept(d, alarm)
    clear(d, kind)
    d.wait(minutes=9)
    detect(d, kind)
    d.wait(hours=3)
    assert state(d, alarm) is AlarmState.ACCEPTED
    clear(d, kind)
    d.wait(minutes=10)
    assert state(d, alarm) is AlarmState.RESET


@every_high
def test_detected_again_while_a_person_is_waited_for_it_is_not_over_any_more(kind: Kind) -> None:
    d = desk(kind)
    (alarm,) = detect(d, kind)
    clear(d, kind)
    d.wait(hours=1)
    detect(d, kind)
    accept(d, alarm)
    assert state(d, alarm) is AlarmState.ACCEPTED


def test_an_end_that_is_told_twice_is_counted_from_the_first() -> None:
    d = desk(LEAK)
    (alarm,) = detect(d, LEAK)
    clear(d, LEAK)
    d.wait(minutes=6)
    clear(d, LEAK)
    d.wait(minutes=4)
    assert state(d, alarm) is AlarmState.RESET


def test_the_home_says_for_how_long_it_has_to_stay_clear() -> None:
    d = desk(LEAK, stays_for="2h")
    (alarm,) = detect(d, LEAK)
    clear(d, LEAK)
    d.wait(minutes=119)
    assert state(d, alarm) is AlarmState.RAISED
    d.wait(minutes=1)
    assert state(d, alarm) is AlarmState.RESET


def test_closed_while_it_clears_it_leaves_no_deadline() -> None:
    d = desk(SMOKE)
    (alarm,) = detect(d, SMOKE)
    clear(d, SMOKE)
    close(d, alarm)
    assert d.state.timers == {}
