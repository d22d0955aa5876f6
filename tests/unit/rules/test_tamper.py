"""A housing that stays open is told; one that is open for a new battery is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import (
    AlarmClosed,
    AlarmDelivered,
    ClockStepped,
    ConfigurationChanged,
    TamperClosed,
    TamperOpened,
)
from tests.support.homes import DEVICES, Desk, home

OPENED, CLOSED = TamperOpened(device_id="hall"), TamperClosed(device_id="hall")


def house(*less: str, **settings: Any) -> Any:
    devices = {i: device for i, device in DEVICES.items() if i not in less}
    return home(devices, {"tamper": ("tamper", settings)})


def desk(**settings: Any) -> Desk:
    return Desk(house(**settings))


def test_it_is_told_when_it_has_lasted() -> None:
    d = desk()
    d.tell(OPENED)
    began = d.at
    d.wait(minutes=4, seconds=59)
    assert d.sent == []
    d.wait(seconds=1)
    alarm = d.alarm("tamper")
    assert (alarm.priority, alarm.began_at) == (Priority.LOW, began)
    assert (alarm.device_id, alarm.room) == ("hall", "hall")
    assert alarm.text.en == (
        "hall (hall) has been open or taken down for 5 min. Put it back in its place."
    )
    assert alarm.text.nb == "hall (hall) har vært åpen eller tatt ned i 5 min. Sett den på plass."
    assert [e.kind for e in alarm.evidence] == ["tamper-opened"]
    assert alarm.thresholds == (("told_after", "5 min"),)


def test_a_new_battery_is_nothing_to_tell() -> None:
    d = desk()
    for _ in range(3):
        d.tell(OPENED)
        d.wait(minutes=4)
        d.tell(CLOSED)
    d.wait(days=1)
    assert (d.table, d.state.timers) == ({}, {})


def test_it_is_over_when_it_is_closed_and_the_next_is_another() -> None:
    d = desk()
    d.tell(OPENED)
    d.wait(minutes=5)
    d.tell(CLOSED)
    assert d.alarm("tamper").state is AlarmState.RESET
    d.tell(OPENED)
    d.wait(minutes=5)
    assert [a.state for a in d.table.values()] == [AlarmState.RESET, AlarmState.RAISED]


def test_open_and_said_again_it_is_told_once_also_after_a_restart() -> None:
    d = desk()
    d.tell(OPENED)
    d.wait(minutes=3)
    d.tell(OPENED)
    d.restart(minutes=1)
    d.tell(OPENED)
    d.wait(minutes=1)
    assert d.kinds() == ["tamper"]
    d.restart(minutes=1)
    d.tell(OPENED)
    d.wait(days=1)
    assert d.kinds() == ["tamper"]


def test_who_closed_the_alarm_knows_that_it_is_open() -> None:
    d = desk()
    d.tell(OPENED)
    d.wait(minutes=5)
    alarm_id = d.alarm("tamper").alarm_id
    d.tell(AlarmDelivered(alarm_id=alarm_id, receiver="centre", revision=0))
    d.tell(AlarmClosed(alarm_id=alarm_id, receiver="centre", by="op-7"))
    d.tell(OPENED)
    d.wait(days=1)
    assert d.kinds() == ["tamper"]


def test_a_home_may_choose_when_and_how_urgent_it_is() -> None:
    d = desk(told_after="1h", priority="medium")
    d.tell(OPENED)
    d.wait(minutes=59)
    assert d.sent == []
    d.wait(minutes=1)
    assert d.alarm("tamper").priority is Priority.MEDIUM


@pytest.mark.parametrize("waited", [1, 10])
@pytest.mark.parametrize("restarted", [True, False])
def test_a_device_that_is_taken_out_of_the_home_is_no_matter_any_more(
    waited: float, restarted: bool
) -> None:
    d = desk()
    d.tell(OPENED)
    d.wait(minutes=waited)
    if restarted:
        d.restart(house("hall"))
    else:
        d.home = house("hall")
        d.tell(ConfigurationChanged(digest="new"))
    d.wait(days=1)
    assert d.state.timers == {}
    assert [a.state for a in d.table.values() if a.state is not AlarmState.RESET] == []


def test_a_clock_that_is_set_changes_nothing() -> None:
    d = desk()
    d.tell(OPENED)
    was, d.at = d.at, d.at + timedelta(hours=3)
    d.tell(ClockStepped(before=was, after=d.at))
    d.wait(minutes=4)
    assert d.sent == []
    d.wait(minutes=1)
    assert d.kinds() == ["tamper"]


def test_what_is_closed_or_strange_from_the_start_is_nothing() -> None:
    d = desk()
    d.tell(CLOSED)
    d.tell(TamperOpened(device_id="stranger"))
    d.wait(days=1)
    assert d.table == {}
