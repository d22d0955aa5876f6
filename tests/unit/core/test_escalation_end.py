"""Somebody has accepted an alarm, or it has ended: who hears of it, and that nobody else does."""

from __future__ import annotations

from typing import Any

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.effects import CancelAlarm, ResetAlarm
from heimvakt.core.events import DoorClosed, DoorOpened, Event
from tests.support.escalation import CHAIN, accepted, closed, delivered, own_timers, pressed, sends
from tests.support.homes import home, to_all
from tests.support.small import SmallDesk, a_home, a_raise, a_rule

# --- somebody accepts -----------------------------------------------------------------------------


def test_when_one_accepts_the_others_who_were_told_hear_of_it() -> None:
    desk = pressed()
    desk.tell(delivered())
    desk.wait(minutes=5)
    desk.tell(accepted("daughter"))
    assert sends(desk)[-1] == (5, ("centre",)), "not the daughter, and not who was never told"
    alarm = desk.alarm("button")
    assert (alarm.revision, alarm.accepted_by) == (1, "daughter: operator 12")
    before = len(sends(desk))
    desk.tell(accepted("centre"))
    desk.tell(delivered("centre"))
    desk.wait(hours=5)
    assert len(sends(desk)) == before, "the second who takes it is no news"


def test_where_nobody_else_was_told_an_acceptance_is_no_revision() -> None:
    desk = pressed()
    desk.tell(delivered())
    desk.tell(accepted())
    assert sends(desk) == [(0, ("centre",))]
    assert desk.alarm("button").revision == 0


def test_who_accepts_what_has_ended_is_no_news_for_others() -> None:
    small = a_rule({DoorOpened: [a_raise()], DoorClosed: [ResetAlarm("k")]})
    desk = SmallDesk(a_home(small, told=to_all("centre", "daughter")))
    desk.tell(DoorOpened(device_id="front-door"))
    desk.tell(DoorClosed(device_id="front-door"))
    (alarm_id,) = desk.state.alarms
    desk.tell(accepted(alarm_id=alarm_id))
    assert desk.state.alarms[alarm_id].accepted_by == "centre: operator 12"
    assert desk.outcome.send == ()


def test_who_is_not_in_the_configuration_any_more_stays_among_the_told_and_hears_nothing() -> None:
    desk = pressed(to_all("centre", "old-centre"))
    desk.restart(home(told=CHAIN))
    assert [one.receiver for one in desk.alarm("button").told] == ["centre", "old-centre"]
    desk.tell(accepted("daughter"))
    assert desk.dispatched[-1][1].receivers == ("centre",)


@pytest.mark.parametrize("what", [accepted(), closed()], ids=["accepted", "closed"])
def test_when_somebody_has_it_nobody_else_is_told(what: Event) -> None:
    desk = pressed()
    desk.tell(delivered())
    desk.wait(minutes=4)
    desk.tell(what)
    assert own_timers(desk) == []
    desk.wait(hours=5)
    assert sends(desk) == [(0, ("centre",))]


# --- it has ended ---------------------------------------------------------------------------------


@pytest.mark.parametrize("effect", [ResetAlarm("k"), CancelAlarm("k")], ids=["reset", "cancelled"])
def test_what_has_ended_goes_to_all_who_were_told_and_to_nobody_else(effect: Any) -> None:
    small = a_rule({DoorOpened: [a_raise(priority=Priority.HIGH)], DoorClosed: [effect]})
    desk = SmallDesk(a_home(small, told=CHAIN))
    desk.tell(DoorOpened(device_id="front-door"))
    desk.wait(seconds=20)
    (ended,) = desk.tell(DoorClosed(device_id="front-door")).send
    assert ended.receivers == ("centre", "daughter")
    assert ended.alarm.revision == 1
    assert own_timers(desk) == []


def test_raised_and_reset_by_one_event_it_is_told_as_it_is_in_the_end() -> None:
    small = a_rule({DoorOpened: [a_raise(), ResetAlarm("k")]})
    (told,) = SmallDesk(a_home(small)).tell(DoorOpened(device_id="front-door")).send
    assert (told.receivers, told.alarm.state) == (("centre",), AlarmState.RESET)
