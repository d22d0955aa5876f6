"""An alarm goes along its chain until somebody has accepted it: who is told, when, and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.chain import Target, Why
from heimvakt.core.effects import CancelAlarm, ResetAlarm
from heimvakt.core.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    ButtonPressed,
    ClockStepped,
    DoorClosed,
    DoorOpened,
    Event,
    MotionDetected,
    StoreFault,
)
from heimvakt.core.routes import Routes
from heimvakt.core.state import outstanding
from tests.support.homes import EVENING, GATEWAY, Desk, home, routes, to_all
from tests.support.small import SmallDesk, a_home, a_raise, a_rule

PRESS = ButtonPressed(device_id="button")
MEDIUM = StoreFault(reason="damage", set_aside="x", saved="all")
FIRST = f"{GATEWAY}-1"
MINUTE = timedelta(minutes=1)
CHAIN = routes(
    Target("centre"), Target("daughter", 5 * MINUTE), Target("neighbour", timedelta(minutes=3))
)


def delivered(receiver: str = "centre", alarm_id: str = FIRST) -> AlarmDelivered:
    return AlarmDelivered(alarm_id=alarm_id, receiver=receiver, revision=0)


def accepted(receiver: str = "centre", alarm_id: str = FIRST) -> AlarmAcknowledged:
    return AlarmAcknowledged(alarm_id=alarm_id, receiver=receiver, by="operator 12")


def closed(alarm_id: str = FIRST) -> AlarmClosed:
    return AlarmClosed(alarm_id=alarm_id, receiver="centre", by="operator 12")


def pressed(told: Routes = CHAIN) -> Desk:
    desk = Desk(home(told=told))
    desk.tell(PRESS)
    return desk


def sends(desk: Desk) -> list[tuple[float, tuple[str, ...]]]:
    """Minutes after the evening began, and who was told then."""
    return [
        (round((at - EVENING) / MINUTE, 3), dispatch.receivers) for at, dispatch in desk.dispatched
    ]


def own_timers(desk: Desk) -> list[str]:
    return [name for name in desk.state.timers if name.startswith("/")]


# --- somebody accepts ----------------------------------------------------------------------------


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
    desk.tell(accepted())
    assert desk.outcome.send == ()


def test_who_is_not_in_the_configuration_any_more_stays_among_the_told_and_hears_nothing() -> None:
    desk = pressed(to_all("centre", "old-centre"))
    desk.restart(home(told=CHAIN))
    assert [one.receiver for one in desk.alarm("button").told] == ["centre", "old-centre"]
    desk.tell(accepted("daughter"))
    assert desk.dispatched[-1][1].receivers == ("centre",)


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


@pytest.mark.parametrize("what", [accepted(), closed()], ids=["accepted", "closed"])
def test_when_somebody_has_it_nobody_else_is_told(what: Event) -> None:
    desk = pressed()
    desk.tell(delivered())
    desk.wait(minutes=4)
    desk.tell(what)
    assert own_timers(desk) == []
    desk.wait(hours=5)
    assert sends(desk) == [(0, ("centre",))]


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


def test_a_pre_alarm_is_told_to_nobody_until_it_is_confirmed() -> None:
    desk = Desk(home(told=CHAIN))
    desk.tell(ButtonPressed(device_id="pendant"))
    assert (sends(desk), desk.alarm("button").chain) == ([], ())
    desk.wait(seconds=30)
    assert sends(desk) == [(0.167, ("centre",)), (0.5, ("daughter",))]


# --- over starts, clocks and configurations -------------------------------------------------------


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


def test_a_deadline_that_was_lost_is_armed_again() -> None:
    desk = pressed()
    del desk.rows[f"timer:/unaccepted/{FIRST}"], desk.rows[f"timer:/unanswered/{FIRST}"]
    desk.restart()
    assert own_timers(desk) == [f"/unaccepted/{FIRST}", f"/unanswered/{FIRST}"]


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
