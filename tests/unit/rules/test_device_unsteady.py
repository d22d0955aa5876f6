"""A contact that chatters is one alarm, which ends when it is steady again."""

from __future__ import annotations

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.events import DeviceSteady, DeviceUnsteady
from tests.support.homes import Desk, home

UNSTEADY = DeviceUnsteady(device_id="front-door")
STEADY = DeviceSteady(device_id="front-door", left_out=4711)


def desk() -> Desk:
    return Desk(home(rules={"device-unsteady": ("device-unsteady", {})}))


def test_it_is_told_once_and_ends_with_the_chatter() -> None:
    d = desk()
    d.tell(UNSTEADY)
    alarm = d.alarm("device-unsteady")
    assert (alarm.priority, alarm.device_id, alarm.room) == (Priority.LOW, "front-door", "hall")
    assert alarm.text.en.startswith("front-door (hall) changes all the time")
    assert alarm.text.nb.startswith("front-door (hall) skifter hele tiden")
    d.tell(STEADY)
    assert d.alarm("device-unsteady").state is AlarmState.RESET
    d.wait(days=1)
    assert d.kinds() == ["device-unsteady"]


def test_a_restart_makes_no_other_alarm_and_leaves_none_behind() -> None:
    d = desk()
    d.tell(UNSTEADY)
    d.restart(minutes=1)
    d.wait(minutes=30)
    d.tell(UNSTEADY)
    d.wait(days=1)
    assert d.alarm("device-unsteady").state is AlarmState.RAISED, "it said so again"
    d.restart(minutes=1)
    d.wait(minutes=61)
    assert d.alarm("device-unsteady").state is AlarmState.RESET
