"""An alarm goes along its chain until somebody has accepted it: who is told, when, and why."""

from __future__ import annotations

from heimvakt.core.chain import Target, Why
from heimvakt.core.events import ButtonPressed
from tests.support.escalation import (
    CHAIN,
    FIRST,
    MEDIUM,
    MINUTE,
    accepted,
    delivered,
    own_timers,
    pressed,
    sends,
)
from tests.support.homes import Desk, home, routes, to_all

# --- in time --------------------------------------------------------------------------------------


def test_nobody_has_accepted_for_five_minutes_and_the_next_is_told_exactly_then() -> None:
    desk = pressed()
    desk.tell(delivered())
    desk.wait(minutes=4, seconds=59.999)
    assert sends(desk) == [(0, ("centre",))]
    desk.wait(seconds=0.001)
    assert sends(desk) == [(0, ("centre",)), (5, ("daughter",))]
    desk.wait(minutes=3)
    assert sends(desk)[2:] == [(8, ("neighbour",))]


def test_no_system_has_answered_for_twenty_seconds_and_the_next_is_told() -> None:
    desk = pressed()
    desk.wait(seconds=19.999)
    assert sends(desk) == [(0, ("centre",))]
    desk.wait(seconds=20.001)
    assert sends(desk)[1:] == [(0.333, ("daughter",)), (0.667, ("neighbour",))]
    assert [one.why for one in desk.alarm("button").told] == [
        Why.RAISED,
        Why.UNANSWERED,
        Why.UNANSWERED,
    ]


def test_with_the_answer_of_a_system_the_next_has_time_until_nobody_has_accepted() -> None:
    desk = pressed()
    desk.wait(seconds=20)
    desk.tell(delivered("daughter"))
    desk.wait(minutes=2)
    assert len(sends(desk)) == 2, "the neighbour is told three minutes after the daughter was"
    desk.wait(minutes=1)
    assert sends(desk)[2:] == [(3.333, ("neighbour",))]


def test_those_without_a_time_of_their_own_are_told_with_the_one_before() -> None:
    chain = (Target("centre"), Target("guard"), Target("daughter", MINUTE), Target("son"))
    desk = pressed(routes(*chain))
    desk.tell(delivered())
    desk.wait(minutes=1)
    assert sends(desk) == [(0, ("centre", "guard")), (1, ("daughter", "son"))]


def test_a_pre_alarm_is_told_to_nobody_until_it_is_confirmed() -> None:
    desk = Desk(home(told=CHAIN))
    desk.tell(ButtonPressed(device_id="pendant"))
    assert (sends(desk), desk.alarm("button").chain) == ([], ())
    desk.wait(seconds=30)
    assert sends(desk) == [(0.167, ("centre",)), (0.5, ("daughter",))]


# --- at the end of the chain ----------------------------------------------------------------------


def test_a_high_alarm_goes_through_its_chain_again_ever_more_seldom_and_for_ever() -> None:
    desk = pressed(to_all("centre", "daughter"))
    desk.tell(delivered())
    desk.wait(hours=5)
    assert [at for at, _ in sends(desk)] == [0, 5, 15, 35, 75, 135, 195, 255]
    assert {receivers for _, receivers in sends(desk)} == {("centre", "daughter")}
    assert {dispatch.alarm.revision for _, dispatch in desk.dispatched} == {0}
    assert [one.receiver for one in desk.alarm("button").told] == ["centre", "daughter"]
    assert own_timers(desk) == [f"/unaccepted/{FIRST}"]
    desk.tell(accepted())
    assert own_timers(desk) == []


def test_going_through_it_again_each_has_the_same_time() -> None:
    desk = pressed()
    desk.tell(delivered())
    desk.wait(minutes=25)
    assert sends(desk) == [
        (0, ("centre",)),
        (5, ("daughter",)),
        (8, ("neighbour",)),
        (13, ("centre",)),
        (18, ("daughter",)),
        (21, ("neighbour",)),
    ]


def test_one_that_is_not_high_goes_through_its_chain_once() -> None:
    desk = Desk(home(told=CHAIN))
    desk.tell(MEDIUM)
    desk.wait(hours=5)
    assert [receivers for _, receivers in sends(desk)] == [
        ("centre",),
        ("daughter",),
        ("neighbour",),
    ]
    assert own_timers(desk) == []
