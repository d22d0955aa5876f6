"""A detector is an alarm at once, and the same one until that is over or closed."""

from __future__ import annotations

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import HeatDetected, SmokeDetected
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


@every
def test_it_is_an_alarm_at_once_in_plain_words(kind: Kind) -> None:
    d = desk(kind)
    (alarm,) = detect(d, kind)
    assert (alarm.kind, alarm.rule_id) == (kind.role, kind.role)
    assert (alarm.priority, alarm.state) == (kind.priority, AlarmState.RAISED)
    assert (alarm.device_id, alarm.room, alarm.began_at) == ("it", "kitchen", d.at)
    assert alarm.text.en == kind.en
    assert alarm.text.nb == kind.nb
    assert [e.kind for e in alarm.evidence] == [kind.begins.kind]


def test_a_home_may_want_a_leak_looked_at_now() -> None:
    (alarm,) = detect(desk(LEAK, priority="high"), LEAK)
    assert alarm.priority is Priority.HIGH


@every
def test_told_again_while_its_alarm_is_open_it_is_the_same(kind: Kind) -> None:
    d = desk(kind)
    (alarm,) = detect(d, kind)
    for _ in range(4):
        d.wait(minutes=9)
        assert detect(d, kind) == []
        clear(d, kind)
    accept(d, alarm)
    assert detect(d, kind) == []
    assert len(d.table) == 1


@every
def test_two_detectors_are_two_alarms_with_an_end_of_their_own(kind: Kind) -> None:
    d = desk(kind)
    (one,), (two,) = detect(d, kind), detect(d, kind, "other")
    accept(d, one)
    accept(d, two)
    clear(d, kind, "other")
    d.wait(minutes=10)
    assert (state(d, one), state(d, two)) == (AlarmState.ACCEPTED, AlarmState.RESET)


@every
def test_after_a_person_has_closed_it_the_same_danger_is_a_new_alarm(kind: Kind) -> None:
    d = desk(kind)
    (first,) = detect(d, kind)
    close(d, first)
    (second,) = detect(d, kind)
    accept(d, second)
    assert detect(d, kind) == []
    assert state(d, second) is AlarmState.ACCEPTED


@every
def test_what_becomes_of_an_alarm_that_has_ended_says_nothing_of_the_next(kind: Kind) -> None:
    d = desk(kind)
    (first,) = detect(d, kind)
    accept(d, first)
    clear(d, kind)
    d.wait(minutes=10)
    (second,) = detect(d, kind)
    accept(d, first)
    close(d, first)
    assert detect(d, kind) == []
    clear(d, kind)
    d.wait(minutes=10)
    high = kind.priority is Priority.HIGH
    assert state(d, second) is (AlarmState.RAISED if high else AlarmState.RESET)


def test_what_is_detected_first_may_be_nothing() -> None:
    d = desk(SMOKE)
    clear(d, SMOKE)
    d.wait(hours=1)
    assert (d.table, d.state.timers) == ({}, {})


def test_another_danger_or_another_device_is_none_of_it() -> None:
    d = desk(SMOKE)
    d.tell(HeatDetected(device_id="it"))
    assert d.tell(SmokeDetected(device_id="stranger")).failed == ()
    assert d.table == {}


@every
def test_a_silent_detector_makes_its_rule_blind(kind: Kind) -> None:
    assert house(kind).rules_that_need("it") == (kind.role,)
