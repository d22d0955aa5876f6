"""Somebody closes an alarm: whoever else was told of it hears that it is over, and nobody else."""

from __future__ import annotations

from datetime import timedelta

from heimvakt.core.alarms import AlarmState
from heimvakt.core.chain import Target
from heimvakt.core.effects import ResetAlarm
from heimvakt.core.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    ButtonPressed,
    DoorClosed,
    DoorOpened,
)
from heimvakt.core.routes import Routes
from heimvakt.core.state import outstanding
from tests.support.homes import GATEWAY, Desk, home, routes, to_all
from tests.support.small import SmallDesk, a_home, a_raise, a_rule

FIRST = f"{GATEWAY}-1"
CHAIN = routes(Target("centre"), Target("daughter", timedelta(minutes=5)))
BOTH = to_all("centre", "second")


def pressed(told: Routes) -> Desk:
    desk = Desk(home(told=told))
    desk.tell(ButtonPressed(device_id="button"))
    for name in ("centre", "second"):
        desk.tell(AlarmDelivered(alarm_id=FIRST, receiver=name, revision=0))
    return desk


def closed(by: str = "centre") -> AlarmClosed:
    return AlarmClosed(alarm_id=FIRST, receiver=by, by="operator 12")


def test_who_else_was_told_hears_that_it_is_closed() -> None:
    desk = pressed(BOTH)
    desk.tell(closed())
    (dispatch,) = desk.outcome.send
    assert dispatch.receivers == ("second",), "not who has said so"
    assert (dispatch.alarm.state, dispatch.alarm.revision) == (AlarmState.CLOSED, 1)
    assert outstanding(desk.state) == ()
    assert FIRST not in desk.state.alarms, "it is over for the gateway all the same"


def test_of_one_that_was_accepted_too() -> None:
    desk = pressed(BOTH)
    desk.tell(AlarmAcknowledged(alarm_id=FIRST, receiver="second", by="operator 7"))
    desk.tell(closed("second"))
    (dispatch,) = desk.outcome.send
    assert (dispatch.receivers, dispatch.alarm.revision) == (("centre",), 2)
    assert dispatch.alarm.accepted_by == "second: operator 7"


def test_who_was_never_told_hears_nothing() -> None:
    desk = pressed(CHAIN)
    desk.tell(closed())
    assert desk.outcome.send == ()
    assert desk.outcome.changed[0].revision == 0
    desk.wait(hours=5)
    assert [dispatch.receivers for _, dispatch in desk.dispatched] == [("centre",)]


def test_that_it_is_closed_once_more_is_no_news() -> None:
    desk = pressed(BOTH)
    desk.tell(closed())
    desk.tell(closed("second"))
    assert desk.outcome.send == ()


def test_what_had_ended_is_not_told_again() -> None:
    small = a_rule({DoorOpened: [a_raise()], DoorClosed: [ResetAlarm("k")]})
    desk = SmallDesk(a_home(small, told=to_all("centre", "second")))
    desk.tell(DoorOpened(device_id="front-door"))
    (alarm_id,) = desk.state.alarms
    desk.tell(AlarmDelivered(alarm_id=alarm_id, receiver="second", revision=0))
    desk.tell(DoorClosed(device_id="front-door"))
    desk.tell(AlarmClosed(alarm_id=alarm_id, receiver="centre", by="operator 12"))
    assert desk.outcome.changed[0].state is AlarmState.CLOSED
    assert desk.outcome.send == ()


def test_an_answer_to_what_is_over_changes_nothing() -> None:
    desk = pressed(BOTH)
    desk.tell(closed())
    before = desk.state
    desk.tell(AlarmDelivered(alarm_id=FIRST, receiver="second", revision=1))
    assert desk.state.alarms == before.alarms
    assert desk.outcome.changed == ()
