"""The alarm itself tells who was told, accepted and closed it, and what is outstanding."""

from __future__ import annotations

from datetime import timedelta

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.effects import ResetAlarm
from heimvakt.core.events import AlarmAcknowledged, DoorClosed, DoorOpened, MotionDetected
from heimvakt.core.state import outstanding
from tests.support.escalation import accepted, closed, delivered, pressed
from tests.support.homes import EVENING
from tests.support.small import SmallDesk, a_home, a_raise, a_rule

# --- what is recorded -----------------------------------------------------------------------------


def test_the_alarm_tells_who_was_told_and_who_answered_accepted_and_closed_it() -> None:
    desk = pressed()
    desk.wait(seconds=20)
    desk.tell(delivered("daughter"))
    desk.wait(seconds=5)
    for event in (delivered(), accepted("daughter"), closed()):
        desk.tell(event)
    alarm = desk.alarm("button")
    assert [
        (told.receiver, told.at - EVENING, told.answered_at and told.answered_at - EVENING)
        for told in alarm.told
    ] == [
        ("centre", timedelta(0), timedelta(seconds=25)),
        ("daughter", timedelta(seconds=20), timedelta(seconds=20)),
    ]
    assert [(one.state, one.by) for one in alarm.history] == [
        ("raised", None),
        ("delivered", "daughter"),
        ("accepted", "daughter: operator 12"),
        ("closed", "centre: operator 12"),
    ]
    assert alarm.accepted_by == "daughter: operator 12"


def test_who_is_a_receiver_and_a_person_is_named_once() -> None:
    small = a_rule({DoorOpened: [a_raise()]})
    desk = SmallDesk(a_home(small))
    desk.tell(DoorOpened(device_id="front-door"))
    alarm_id = desk.outcome.send[0].alarm.alarm_id
    desk.tell(AlarmAcknowledged(alarm_id=alarm_id, receiver="daughter", by="daughter"))
    assert desk.state.alarms[alarm_id].accepted_by == "daughter"


def test_what_has_ended_by_itself_can_still_be_accepted_and_closed_and_shows_it() -> None:
    small = a_rule({DoorOpened: [a_raise()], DoorClosed: [ResetAlarm("k")]})
    desk = SmallDesk(a_home(small))
    desk.tell(DoorOpened(device_id="front-door"))
    alarm_id = desk.outcome.send[0].alarm.alarm_id
    desk.tell(delivered(alarm_id=alarm_id))
    desk.tell(DoorClosed(device_id="front-door"))
    desk.tell(accepted(alarm_id=alarm_id))
    (late,) = desk.outcome.changed
    assert (late.state, late.accepted_by) == (AlarmState.RESET, "centre: operator 12")
    desk.tell(closed(alarm_id=alarm_id))
    (done,) = desk.outcome.changed
    assert [(one.state, one.by) for one in done.history][2:] == [
        ("reset", None),
        ("accepted", "centre: operator 12"),
        ("closed", "centre: operator 12"),
    ]
    assert alarm_id not in desk.state.alarms


# --- what is outstanding --------------------------------------------------------------------------


def test_outstanding_is_what_is_open_most_urgent_first_then_oldest() -> None:
    wanted = (Priority.LOW, Priority.HIGH, Priority.MEDIUM, Priority.HIGH)
    raised = [a_raise(f"k{n}", priority=priority) for n, priority in enumerate(wanted)]
    small = a_rule({DoorOpened: raised, DoorClosed: [ResetAlarm("k2")]})
    waiting = a_rule({MotionDetected: [a_raise("pre", pending=True)]}, "waiting")
    desk = SmallDesk(a_home(small, waiting))
    desk.tell(DoorOpened(device_id="front-door"))
    desk.tell(MotionDetected(device_id="hall"))

    def numbers() -> list[int]:
        return [alarm.number for alarm in outstanding(desk.state)]

    assert numbers() == [2, 4, 3, 1], "a pre-alarm is told to nobody"
    desk.tell(accepted(alarm_id="no-1-4"))
    desk.tell(closed(alarm_id="no-1-2"))
    desk.tell(DoorClosed(device_id="front-door"))
    assert numbers() == [4, 1]
