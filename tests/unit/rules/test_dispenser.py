"""What a dispenser complains of is an alarm of its own kind, and ends when it says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.devices import Role
from heimvakt.core.events import (
    AlarmClosed,
    AlarmDelivered,
    ClockStepped,
    ConfigurationChanged,
    DispenserClosed,
    DispenserOpened,
)
from heimvakt.rules import KINDS as CATALOGUE
from tests.support.dispenser_complaints import (
    ID,
    KINDS,
    OTHER,
    Kind,
    desk,
    every,
    every_slow,
    states,
    told,
)
from tests.support.medicine import with_medicine


@every
def test_it_is_an_alarm_when_it_has_lasted_in_plain_words(kind: Kind) -> None:
    d = desk(kind)
    began = d.at
    d.tell(kind.begins)
    if kind.after:
        d.wait_until(began + kind.after - timedelta(seconds=1))
        assert d.table == {}
        d.wait(seconds=1)
    alarm = d.alarm(kind.name)
    assert (alarm.priority, alarm.state, alarm.began_at) == (
        kind.priority,
        AlarmState.RAISED,
        began,
    )
    assert (alarm.device_id, alarm.room) == (ID, "kitchen")
    assert alarm.text.en == kind.en
    assert alarm.text.nb == kind.nb
    assert [e.kind for e in alarm.evidence] == [kind.begins.kind]
    assert dict(alarm.thresholds) == kind.thresholds


@every
def test_it_is_over_when_the_dispenser_says_so_and_the_next_is_another(kind: Kind) -> None:
    d = desk(kind)
    told(d, kind)
    d.wait(hours=2)
    assert states(d) == [AlarmState.RAISED]
    d.tell(kind.ends)
    d.wait_until(d.at + kind.steady)
    assert states(d) == [AlarmState.RESET]
    assert d.state.timers == {}
    d.tell(kind.begins)
    d.wait_until(d.at + kind.after)
    assert states(d) == [AlarmState.RESET, AlarmState.RAISED]


@every_slow
def test_said_again_while_it_is_waited_for_it_is_counted_from_the_first(kind: Kind) -> None:
    d = desk(kind)
    began = d.at
    d.tell(kind.begins)
    d.wait(seconds=50)
    d.tell(kind.begins)
    d.wait_until(began + kind.after)
    assert d.alarm(kind.name).began_at == began


@every_slow
def test_what_is_over_sooner_is_not_told(kind: Kind) -> None:
    d = desk(kind)
    for _ in range(3):
        d.tell(kind.begins)
        d.wait_until(d.at + kind.after - timedelta(seconds=1))
        d.tell(kind.ends)
    d.wait(days=1)
    assert (d.table, d.state.timers) == ({}, {})


@every
def test_said_again_it_is_the_same_also_after_a_restart(kind: Kind) -> None:
    d = desk(kind)
    told(d, kind)
    d.tell(kind.begins)
    d.restart(minutes=1)
    d.tell(kind.begins)
    d.wait(days=1)
    assert d.kinds() == [kind.name]
    d.tell(kind.ends)
    d.wait_until(d.at + kind.steady)
    assert states(d) == [AlarmState.RESET]


@every_slow
def test_what_had_not_lasted_when_the_gateway_went_off_has_its_time_again(kind: Kind) -> None:
    d = desk(kind)
    d.tell(kind.begins)
    d.restart(hours=5)
    d.wait_until(d.at + kind.after - timedelta(seconds=1))
    assert d.table == {}
    d.wait(seconds=1)
    assert d.kinds() == [kind.name]


@every
def test_two_dispensers_are_two_matters(kind: Kind) -> None:
    d = desk(kind)
    told(d, kind)
    d.tell(replace(kind.ends, device_id="other"))
    d.wait_until(d.at + kind.steady)
    assert states(d) == [AlarmState.RAISED]
    d.tell(replace(kind.begins, device_id="other"))
    d.wait_until(d.at + kind.after)
    assert [alarm.device_id for alarm in d.table.values()] == [ID, "other"]


@every
def test_who_closed_the_alarm_knows_that_it_is_so(kind: Kind) -> None:
    d = desk(kind)
    alarm_id = told(d, kind).alarm_id
    d.tell(AlarmDelivered(alarm_id=alarm_id, receiver="centre", revision=0))
    d.tell(AlarmClosed(alarm_id=alarm_id, receiver="centre", by="op-7"))
    d.tell(kind.begins)
    d.wait(days=1)
    assert d.kinds() == [kind.name]


@every
def test_a_home_chooses_how_urgent_it_is(kind: Kind) -> None:
    other = Priority.LOW if kind.priority is Priority.MEDIUM else Priority.MEDIUM
    assert told(desk(kind, priority=other), kind).priority is other


@every_slow
def test_a_home_chooses_how_soon_it_is_told(kind: Kind) -> None:
    d = desk(kind, told_after="33m")
    d.tell(kind.begins)
    d.wait(minutes=32, seconds=59)
    assert d.table == {}
    d.wait(seconds=1)
    assert "33 min" in d.alarm(kind.name).thresholds[0]


@every
@pytest.mark.parametrize("restarted", [True, False])
@pytest.mark.parametrize("waited", [True, False])
def test_a_dispenser_that_is_taken_out_is_no_matter_any_more(
    kind: Kind, restarted: bool, waited: bool
) -> None:
    d = desk(kind)
    d.tell(kind.begins)
    if waited:
        d.wait_until(d.at + kind.after)
    without = with_medicine({kind.name: {}}, OTHER)
    if restarted:
        d.restart(without)
    else:
        d.home = without
        d.tell(ConfigurationChanged(digest="new"))
    d.wait(days=1)
    assert d.state.timers == {}
    assert AlarmState.RAISED not in states(d)


@every
def test_a_clock_that_is_set_changes_nothing(kind: Kind) -> None:
    d = desk(kind)
    d.tell(kind.begins)
    was, d.at = d.at, d.at + timedelta(hours=3)
    d.tell(ClockStepped(before=was, after=d.at))
    if kind.after:
        d.wait_until(d.at + kind.after - timedelta(seconds=1))
        assert d.table == {}
    d.wait(seconds=1)
    assert d.kinds() == [kind.name]


@every
def test_a_silent_dispenser_makes_its_rule_blind(kind: Kind) -> None:
    assert desk(kind).home.rules_that_need(ID) == (kind.name,)


@every
def test_what_ends_first_or_comes_of_a_stranger_is_nothing(kind: Kind) -> None:
    d = desk(kind)
    d.tell(kind.ends)
    assert d.tell(replace(kind.begins, device_id="stranger")).failed == ()
    d.wait(days=1)
    assert d.table == {}


def test_every_kind_is_in_every_home_that_has_one() -> None:
    for kind in KINDS:
        assert CATALOGUE[kind.name].implicit
        assert CATALOGUE[kind.name].listens == {Role.DISPENSER}


# --------------------------------------------------------------------------------- forced open


def test_one_that_is_forced_open_is_told_at_once_and_only_a_person_ends_it() -> None:
    d = desk("dispenser-open")
    forced = DispenserOpened(device_id=ID, forced=True)
    d.tell(DispenserOpened(device_id=ID))
    d.wait(minutes=1)
    d.tell(forced)
    alarm = d.alarm("dispenser-open")
    assert alarm.priority is Priority.MEDIUM
    assert alarm.text.en == (
        "The dispenser medicine (kitchen) was forced open. "
        "Somebody must see to it, and to the medicine."
    )
    assert alarm.text.nb == (
        "Dispenseren medicine (kitchen) er brutt opp. Noen må se til den, og til medisinen."
    )
    d.tell(forced)
    d.wait(hours=1)
    d.tell(DispenserClosed(device_id=ID))
    assert states(d) == [AlarmState.RAISED], "one cause, one alarm; and closing it mends nothing"
    d.tell(forced)
    assert states(d) == [AlarmState.RAISED, AlarmState.RAISED]
