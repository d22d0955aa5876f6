"""A lock that is stuck or does not answer is told; so is one that is left open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.events import (
    ClockStepped,
    ConfigurationChanged,
    ContactBack,
    ContactLost,
    DoorClosed,
    DoorOpened,
    LockedBy,
    LockJammed,
    LockLocked,
    LockUnlocked,
    RadioLost,
)
from tests.support.homes import Desk, home, moved

DOOR = Device(device_id="door", role=Role.DOOR, driver="zigbee", address="1", room="hall")
LOCK = Device(
    device_id="lock", role=Role.LOCK, driver="osdp.front", address="1", room="hall", door="door"
)
CELLAR = Device(device_id="cellar", role=Role.LOCK, driver="zigbee", address="2")
JAMMED = LockJammed(device_id="lock")
UNLOCKED, LOCKED = LockUnlocked(device_id="lock"), LockLocked(device_id="lock")
OPENED, CLOSED = DoorOpened(device_id="door"), DoorClosed(device_id="door")


def house(kind: str, *less: str, **settings: Any) -> Home:
    devices = {d.device_id: d for d in (DOOR, LOCK, CELLAR) if d.device_id not in less}
    return home(devices, {kind: (kind, settings)})


def faults(**settings: Any) -> Desk:
    return Desk(house("lock-fault", **settings))


def left_open(**settings: Any) -> Desk:
    return Desk(house("lock-left-open", **settings))


def states(d: Desk) -> list[AlarmState]:
    return [alarm.state for alarm in d.table.values()]


# --------------------------------------------------------------------------------- what is wrong


def test_a_lock_that_is_stuck_is_told_at_once() -> None:
    d = faults()
    d.tell(JAMMED)
    alarm = d.alarm("lock-fault")
    assert (alarm.priority, alarm.device_id, alarm.room) == (Priority.MEDIUM, "lock", "hall")
    assert alarm.text.en == (
        "The lock lock (hall) is stuck between open and locked. Somebody must see to it."
    )
    assert alarm.text.nb == (
        "Låsen lock (hall) sitter fast mellom åpen og låst. Noen må se til den."
    )
    d.tell(JAMMED)
    d.restart(minutes=1)
    d.tell(JAMMED)
    d.wait(days=1)
    assert d.kinds() == ["lock-fault"]


def test_a_lock_that_is_moved_to_another_line_and_not_reached_there_is_told() -> None:
    d = faults()
    d.tell(RadioLost(driver="osdp.front", reason="unplugged"))
    d.tell(ContactLost(device_id="lock", reason="its line is lost"))
    d.wait(hours=1)
    assert d.kinds() == []
    there = {**d.home.devices, "lock": moved(LOCK, driver="osdp.back")}
    d.change(home(there, {"lock-fault": ("lock-fault", {})}))
    d.tell(ContactLost(device_id="lock", reason="no answer"))
    d.wait(minutes=2)
    assert d.kinds() == ["lock-fault"]


@pytest.mark.parametrize("moves", [LOCKED, UNLOCKED])
def test_it_is_over_when_the_bolt_moves(moves: LockLocked | LockUnlocked) -> None:
    d = faults()
    d.tell(JAMMED)
    d.tell(moves)
    assert states(d) == [AlarmState.RESET]
    d.tell(JAMMED)
    assert states(d) == [AlarmState.RESET, AlarmState.RAISED]


def test_a_lock_that_does_not_answer_is_told_when_it_has_lasted() -> None:
    d = faults()
    d.tell(ContactLost(device_id="lock", reason="no answer"))
    d.wait(minutes=1, seconds=59)
    assert d.table == {}
    d.wait(seconds=1)
    alarm = d.alarm("lock-fault")
    assert alarm.priority is Priority.MEDIUM
    assert alarm.text.en == (
        "The lock lock (hall) has not answered for 2 min. It cannot be opened from here."
    )
    assert alarm.text.nb == (
        "Låsen lock (hall) har ikke svart på 2 min. Den kan ikke åpnes herfra."
    )
    d.tell(ContactBack(device_id="lock"))
    d.wait(minutes=5)
    assert states(d) == [AlarmState.RESET]


def test_one_that_is_stuck_is_told_though_it_does_not_answer() -> None:
    d = faults(told_after="1h", priority="low")
    d.tell(JAMMED)
    assert d.alarm("lock-fault").priority is Priority.MEDIUM
    d.tell(ContactLost(device_id="lock"))
    d.wait(hours=1)
    assert [alarm.priority for alarm in d.table.values()] == [Priority.MEDIUM, Priority.LOW]


def test_a_line_that_is_lost_is_told_by_itself() -> None:
    d = faults()
    d.tell(RadioLost(driver="osdp.front", reason="unplugged"))
    d.tell(ContactLost(device_id="lock"))
    d.wait(hours=1)
    assert d.table == {}


def test_a_lock_of_any_radio_can_be_stuck() -> None:
    d = faults()
    d.tell(LockJammed(device_id="cellar"))
    assert d.alarm("lock-fault").device_id == "cellar"
    d.tell(LockUnlocked(device_id="lock"))
    assert states(d) == [AlarmState.RAISED]


# --------------------------------------------------------------------------------- left open


def test_a_lock_that_is_left_unlocked_is_told() -> None:
    d = left_open()
    began = d.at
    d.tell(LockUnlocked(device_id="lock", by=LockedBy.ORDER))
    d.wait(minutes=14, seconds=59)
    assert d.table == {}
    d.wait(seconds=1)
    alarm = d.alarm("lock-left-open")
    assert (alarm.priority, alarm.began_at, alarm.device_id) == (Priority.MEDIUM, began, "lock")
    assert alarm.text.en == "The lock lock (hall) has been unlocked for 15 min. Lock it."
    assert alarm.text.nb == "Låsen lock (hall) har vært ulåst i 15 min. Lås den."
    assert alarm.thresholds == (("unlocked_for", "15 min"),)
    d.tell(LOCKED)
    assert states(d) == [AlarmState.RESET]


def test_a_door_that_is_left_open_is_told_whatever_the_bolt_does() -> None:
    d = left_open()
    d.tell(OPENED)
    d.wait(minutes=9, seconds=59)
    assert d.table == {}
    d.wait(seconds=1)
    alarm = d.alarm("lock-left-open")
    assert alarm.text.en == "The door with the lock lock (hall) has been open for 10 min. Close it."
    assert alarm.text.nb == "Døren med låsen lock (hall) har stått åpen i 10 min. Lukk den."
    assert alarm.thresholds == (("open_for", "10 min"),)
    d.tell(LOCKED)
    assert states(d) == [AlarmState.RAISED]
    d.tell(CLOSED)
    assert states(d) == [AlarmState.RESET]


def test_both_are_one_alarm_that_ends_with_the_second() -> None:
    d = left_open()
    d.tell(UNLOCKED)
    d.tell(OPENED)
    d.wait(hours=1)
    assert states(d) == [AlarmState.RAISED]
    d.tell(CLOSED)
    assert states(d) == [AlarmState.RAISED]
    d.tell(LOCKED)
    assert states(d) == [AlarmState.RESET]
    assert d.state.timers == {}
    d.tell(OPENED)
    d.wait(hours=1)
    assert states(d) == [AlarmState.RESET, AlarmState.RAISED]


def test_who_comes_and_goes_is_nothing_to_tell() -> None:
    d = left_open()
    for _ in range(5):
        d.tell(UNLOCKED)
        d.tell(OPENED)
        d.wait(minutes=9)
        d.tell(CLOSED)
        d.tell(LOCKED)
    d.wait(days=1)
    assert (d.table, d.state.timers) == ({}, {})


def test_said_again_it_is_counted_from_the_first_also_over_a_restart() -> None:
    d = left_open()
    d.tell(UNLOCKED)
    d.wait(minutes=10)
    d.tell(UNLOCKED)
    d.restart(minutes=1)
    d.tell(UNLOCKED)
    d.wait(minutes=4)
    assert d.kinds() == ["lock-left-open"]
    d.restart(minutes=1)
    d.tell(UNLOCKED)
    d.wait(days=1)
    assert d.kinds() == ["lock-left-open"]


def test_a_home_says_which_locks_and_how_long() -> None:
    d = left_open(locks=("cellar",), unlocked_for="1h", priority="low")
    d.tell(UNLOCKED)
    d.tell(OPENED)
    d.tell(LockUnlocked(device_id="cellar"))
    d.wait(minutes=59)
    assert d.table == {}
    d.wait(minutes=1)
    alarm = d.alarm("lock-left-open")
    assert (alarm.device_id, alarm.priority) == ("cellar", Priority.LOW)
    assert d.home.rules_that_need("lock") == ()


def test_a_silent_lock_or_door_makes_it_blind() -> None:
    there = house("lock-left-open")
    for device_id in ("lock", "door", "cellar"):
        assert there.rules_that_need(device_id) == ("lock-left-open",)


@pytest.mark.parametrize("restarted", [True, False])
@pytest.mark.parametrize("waited", [1, 20])
def test_what_is_taken_out_of_the_home_is_no_matter_any_more(restarted: bool, waited: int) -> None:
    d = left_open()
    d.tell(UNLOCKED)
    d.tell(OPENED)
    d.wait(minutes=waited)
    without = house("lock-left-open", "lock", "door")
    if restarted:
        d.restart(without)
    else:
        d.home = without
        d.tell(ConfigurationChanged(digest="new"))
    d.wait(days=1)
    assert d.state.timers == {}
    assert AlarmState.RAISED not in states(d)


def test_a_door_that_the_lock_names_no_more_is_forgotten_and_the_bolt_is_not() -> None:
    d = left_open()
    d.tell(UNLOCKED)
    d.tell(OPENED)
    devices = {"lock": moved(LOCK, door=None), "door": DOOR}
    d.change(home(devices, {"lock-left-open": ("lock-left-open", {})}))
    d.wait(minutes=15)
    assert d.alarm("lock-left-open").thresholds == (("unlocked_for", "15 min"),)
    d.tell(LOCKED)
    assert states(d) == [AlarmState.RESET]


def test_a_clock_that_is_set_changes_nothing() -> None:
    d = left_open()
    d.tell(UNLOCKED)
    was, d.at = d.at, d.at + timedelta(hours=3)
    d.tell(ClockStepped(before=was, after=d.at))
    d.wait(minutes=14)
    assert d.table == {}
    d.wait(minutes=1)
    assert d.kinds() == ["lock-left-open"]


def test_what_is_closed_first_or_comes_of_a_stranger_is_nothing() -> None:
    d = left_open()
    for event in (LOCKED, CLOSED, LockUnlocked(device_id="x"), DoorOpened(device_id="y"), JAMMED):
        assert d.tell(event).failed == ()
    d.wait(days=1)
    assert d.table == {}
