"""A channel that is full is one alarm, over when it is quiet, and none the more for a restart."""

from __future__ import annotations

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import RadioClear, RadioInterference
from tests.support.homes import Desk, home

FULL = RadioInterference(driver="zigbee", channel=11, energy_percent=71.6)
QUIET = RadioClear(driver="zigbee", channel=11)


def desk(**settings: object) -> Desk:
    return Desk(home({}, {"interference": ("interference", settings)}))


def test_it_is_told_at_once_and_says_what_to_do() -> None:
    d = desk()
    d.tell(FULL)
    alarm = d.alarm("interference")
    assert alarm.priority is Priority.LOW
    assert alarm.text.en == (
        "Something disturbs the radio (zigbee, channel 11, 72 %). "
        "Move it away from the router and from USB 3, with an extension cable."
    )
    assert "kanal 11, 72 %" in alarm.text.nb


def test_a_home_may_want_it_sooner_looked_at() -> None:
    d = desk(priority="medium")
    d.tell(FULL)
    assert d.alarm("interference").priority is Priority.MEDIUM


def test_it_is_over_when_the_channel_is_quiet() -> None:
    d = desk()
    d.tell(FULL)
    d.tell(QUIET)
    assert d.alarm("interference").state is AlarmState.RESET


def test_a_quiet_channel_is_nothing_to_tell() -> None:
    d = desk()
    d.tell(QUIET)
    assert d.table == {}


def test_the_same_again_is_no_new_alarm_also_after_a_restart() -> None:
    d = desk()
    d.tell(FULL)
    d.restart(seconds=5)
    d.wait(hours=2)
    d.tell(FULL)
    d.wait(days=2)
    assert d.kinds() == ["interference"]
    assert d.alarm("interference").state is AlarmState.RAISED


def test_two_radios_are_two_causes() -> None:
    d = desk()
    d.tell(FULL)
    d.tell(RadioInterference(driver="zigbee.barn", channel=20, energy_percent=80.0))
    d.tell(QUIET)
    assert sorted(a.state for a in d.table.values()) == [AlarmState.RAISED, AlarmState.RESET]


def test_another_channel_is_another_cause() -> None:
    d = desk()
    d.tell(FULL)
    d.tell(RadioInterference(driver="zigbee", channel=25, energy_percent=80.0))
    assert sorted(a.state for a in d.table.values()) == [AlarmState.RAISED, AlarmState.RESET]


def test_a_radio_that_says_nothing_more_after_a_restart_leaves_no_alarm_open_for_ever() -> None:
    d = desk()
    d.tell(FULL)
    d.restart(seconds=5)
    d.wait(hours=11)
    assert d.alarm("interference").state is AlarmState.RAISED
    d.wait(hours=1)
    assert d.alarm("interference").state is AlarmState.RESET
