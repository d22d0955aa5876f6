"""Over starts, clocks that are set and other configurations an alarm goes on along its chain."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heimvakt.core.alarms import AlarmState
from heimvakt.core.chain import Target, Why
from heimvakt.core.effects import ResetAlarm
from heimvakt.core.events import ClockStepped, DoorClosed, DoorOpened
from heimvakt.core.routes import Routes
from tests.support.escalation import (
    CHAIN,
    FIRST,
    MEDIUM,
    accepted,
    delivered,
    own_timers,
    pressed,
    sends,
)
from tests.support.homes import Desk, home, routes, to_all
from tests.support.small import SmallDesk, a_home, a_raise, a_rule


def test_deadlines_survive_a_start_and_one_that_passed_meanwhile_comes_at_once() -> None:
    desk = pressed()
    desk.tell(delivered())
    desk.wait(minutes=2)
    desk.restart(minutes=2)
    assert len(sends(desk)) == 1
    desk.restart(minutes=4)
    assert sends(desk)[1:] == [(8, ("daughter",))]
    desk.wait(minutes=3)
    assert sends(desk)[2:] == [(11, ("neighbour",))]


def test_a_deadline_that_was_lost_is_armed_again() -> None:
    desk = pressed()
    del desk.rows[f"timer:/unaccepted/{FIRST}"], desk.rows[f"timer:/unanswered/{FIRST}"]
    desk.restart()
    assert own_timers(desk) == [f"/unaccepted/{FIRST}", f"/unanswered/{FIRST}"]


@pytest.mark.parametrize("by", [timedelta(days=20_000), timedelta(hours=-3)])
def test_a_clock_that_is_set_lets_nobody_be_told_early_or_late(by: timedelta) -> None:
    desk = pressed()
    desk.tell(delivered())
    desk.wait(minutes=2)
    was, desk.at = desk.at, desk.at + by
    desk.tell(ClockStepped(before=was, after=desk.at))
    desk.wait(minutes=2, seconds=59)
    assert len(sends(desk)) == 1
    desk.wait(seconds=1)
    assert [receivers for _, receivers in sends(desk)[1:]] == [("daughter",)]


def test_with_a_longer_chain_an_alarm_that_waits_goes_on_along_it() -> None:
    desk = Desk(home())
    desk.tell(MEDIUM)
    desk.tell(delivered())
    desk.wait(hours=1)
    assert own_timers(desk) == []
    desk.restart(home(told=CHAIN))
    desk.wait(minutes=5)
    assert sends(desk) == [(0, ("centre",)), (65, ("daughter",))]


def test_a_receiver_that_is_gone_is_replaced_by_the_chain_of_today() -> None:
    desk = pressed(to_all("old-centre"))
    desk.tell(delivered("old-centre"))
    desk.restart(home(told=CHAIN))
    assert sends(desk)[1:] == [(0, ("centre",))]
    before, told = desk.alarm("button").told
    assert before.receiver == "old-centre", "what was, was"
    assert (told.receiver, told.why) == ("centre", Why.STARTED)
    desk.wait(minutes=5)
    assert sends(desk)[2:] == [(5, ("daughter",))]


def test_one_who_was_told_before_and_lost_it_meanwhile_is_told_again() -> None:
    """His row goes when the routes leave him out, and standing in a chain is not being told."""
    desk = pressed(to_all("centre"))
    desk.restart(home(told=to_all("other-centre")))
    desk.restart(home(told=routes(Target("neighbour"), Target("centre", timedelta(minutes=5)))))
    desk.restart(home(told=to_all("centre")))
    assert [receivers for _, receivers in sends(desk)] == [
        ("centre",), ("other-centre",), ("neighbour",), ("centre",),
    ]  # fmt: skip


def test_what_has_ended_and_nobody_received_goes_to_the_chain_of_today_as_well() -> None:
    small = a_rule({DoorOpened: [a_raise()], DoorClosed: [ResetAlarm("k")]})
    desk = SmallDesk(a_home(small, told=to_all("old-centre")))
    desk.tell(DoorOpened(device_id="front-door"))
    desk.tell(DoorClosed(device_id="front-door"))
    desk.restart(a_home(small))
    (again,) = desk.outcome.send
    assert (again.receivers, again.alarm.state) == (("centre",), AlarmState.RESET)
    desk.restart()
    assert desk.outcome.send == (), "once"


def test_what_somebody_has_accepted_is_left_alone_whatever_the_chain() -> None:
    desk = pressed(to_all("old-centre"))
    desk.tell(delivered("old-centre"))
    desk.tell(accepted("old-centre"))
    desk.restart(home(told=CHAIN))
    desk.wait(hours=1)
    assert len(sends(desk)) == 1


def test_an_alarm_that_was_stored_before_there_were_chains_gets_one() -> None:
    desk = pressed(Routes())
    assert sends(desk) == []
    desk.restart(home(told=CHAIN))
    assert sends(desk) == [(0, ("centre",))]
