"""What rests while a mode lasts, and what is told of it when that is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.effects import CancelAlarm, ConfirmAlarm, Effects, NoLonger, ResetAlarm
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ButtonPressed,
    ChairEntered,
    ChairLeft,
    DeviceSeen,
    DoorClosed,
    DoorOpened,
    Event,
    FallDetected,
    Mode,
    MotionCleared,
    MotionDetected,
)
from heimvakt.core.mode_plans import MAY_REST, PLANS
from heimvakt.core.mode_state import ModeState
from heimvakt.core.resting import SUPPRESSED_MAX, as_taken
from heimvakt.core.state import outstanding
from tests.support.homes import EVENING, RULES
from tests.support.modes import PLANNED, chosen, desk, tag, the_home, wander
from tests.support.small import SmallDesk, a_home, a_raise, a_rule

UNLESS_VISIT = ("night-door", {"doors": ("front-door",), "unless": "visit"})


# --- what rests -----------------------------------------------------------------------------------


def test_what_it_lists_is_kept_with_the_reason_and_nobody_is_told() -> None:
    d = desk()
    d.tell(tag(), at=EVENING + timedelta(hours=1))
    alarm = wander(d)
    assert alarm.state is AlarmState.SUPPRESSED
    assert [(one.state, one.by) for one in alarm.history] == [("suppressed", "visit")]
    assert d.kinds() == ["night-door"], "a door is no matter of a visit, unless the home says so"
    assert alarm not in outstanding(d.state)
    assert d.state.alarms[alarm.alarm_id] == alarm


def test_when_the_mode_is_over_and_it_still_is_so_it_is_raised_with_its_own_beginning() -> None:
    d = desk()
    d.tell(tag(), at=EVENING + timedelta(hours=1))
    wander(d)
    d.wait(minutes=30)
    d.tell(tag())
    alarm = d.alarm("night-wandering")
    assert (alarm.state, alarm.began_at) == (AlarmState.RAISED, EVENING + timedelta(hours=2))
    assert alarm.raised_at == d.at
    assert [one.state for one in alarm.history] == ["suppressed", "raised"]
    assert [
        each.receivers for _, each in d.dispatched if each.alarm.alarm_id == alarm.alarm_id
    ] == [("centre",)]
    assert f"/unaccepted/{alarm.alarm_id}" in d.state.timers, "and goes along its chain"


def test_what_is_over_before_the_mode_is_is_never_told() -> None:
    d = desk()
    d.tell(tag(), at=EVENING + timedelta(hours=1))
    alarm = wander(d)
    d.tell(BedEntered(device_id="bed"))
    assert d.alarm("night-wandering").state is AlarmState.RESET
    assert alarm.alarm_id not in d.state.alarms
    d.wait(hours=5)
    assert "night-wandering" not in d.kinds()


def test_what_was_told_before_does_not_end_because_it_is_over() -> None:
    d = desk()
    wander(d)
    d.tell(BedEntered(device_id="bed"))
    assert d.alarm("night-wandering").state is AlarmState.RAISED, "somebody must look all the same"


def test_after_a_restart_it_is_still_kept_and_raised_in_its_time() -> None:
    d = desk()
    d.tell(tag(), at=EVENING + timedelta(hours=1))
    wander(d)
    d.restart(minutes=3)
    assert d.alarm("night-wandering").state is AlarmState.SUPPRESSED
    d.restart(hours=4)
    assert d.alarm("night-wandering").state is AlarmState.RAISED


@pytest.mark.parametrize("how", ["restart", "change"])
def test_under_a_configuration_that_lists_it_no_longer_it_is_raised_at_once(how: str) -> None:
    d = desk()
    d.tell(tag(), at=EVENING + timedelta(hours=1))
    wander(d)
    nothing = {**PLANNED, Mode.VISIT: replace(PLANNED[Mode.VISIT], suppresses=frozenset())}
    other = replace(the_home(), modes=nothing)
    d.restart(other) if how == "restart" else d.change(other)
    assert d.alarm("night-wandering").state is AlarmState.RAISED


def test_an_alarm_whose_rule_is_gone_is_raised_when_the_mode_is_over() -> None:
    d = desk()
    d.tell(tag(), at=EVENING + timedelta(hours=1))
    wander(d)
    rules = {i: rule for i, rule in RULES.items() if i != "night-wandering"}
    d.restart(the_home(rules))
    assert d.alarm("night-wandering").state is AlarmState.SUPPRESSED
    d.wait(hours=4)
    assert d.alarm("night-wandering").state is AlarmState.RAISED


def test_a_door_may_rest_during_visits_alone_where_its_rule_says_so() -> None:
    d = desk({"night-door": UNLESS_VISIT})
    d.tell(chosen(Mode.PRIVACY), at=EVENING + timedelta(hours=1))
    d.tell(DoorOpened(device_id="front-door"))
    assert d.kinds() == ["night-door"]
    d.tell(chosen(Mode.VISIT))
    d.wait(hours=1)
    d.tell(DoorOpened(device_id="front-door"))
    assert d.kinds() == ["night-door"]
    d.tell(chosen(Mode.HOME))
    assert d.kinds() == ["night-door", "night-door"], "it is open still"


def test_a_door_that_is_opened_right_after_the_visit_is_no_repetition_of_what_was_kept() -> None:
    d = desk({"night-door": UNLESS_VISIT})
    d.tell(tag(), at=EVENING + timedelta(hours=1))
    d.tell(DoorOpened(device_id="front-door"))
    d.tell(DoorClosed(device_id="front-door"))
    d.wait(minutes=5)
    d.tell(tag())
    assert d.kinds() == []
    d.wait(minutes=1)
    d.tell(DoorOpened(device_id="front-door"))
    assert d.kinds() == ["night-door"]


@pytest.mark.parametrize("mode", PLANS)
def test_neither_a_button_nor_a_fall_ever_rests_whatever_is_listed(mode: Mode) -> None:
    all_of_it = frozenset({"button", "fall", "small"})
    modes = {each: replace(plan, suppresses=all_of_it) for each, plan in PLANS.items()}
    raised: dict[type[Event], Effects] = {
        DoorOpened: [a_raise("a", kind="button"), a_raise("b", kind="fall")]
    }
    d = SmallDesk(replace(a_home(a_rule(raised)), modes=modes))
    d.tell(chosen(mode))
    d.tell(DoorOpened(device_id="front-door"))
    assert [alarm.state for alarm in d.state.alarms.values()] == [AlarmState.RAISED] * 2
    assert not MAY_REST & {
        "button",
        "fall",
        "smoke",
        "heat",
        "carbon-monoxide",
        "leak",
        "missed-dose",
    }


RESTS = a_raise("k", kind="inactivity", priority=Priority.MEDIUM)


def small(*answers: Any) -> SmallDesk:
    """A rule that asks for an alarm with each door, and for these with each that is closed."""
    d = SmallDesk(a_home(a_rule({DoorOpened: [RESTS], DoorClosed: list(answers)})))
    d.tell(chosen(Mode.VISIT))
    return d


@pytest.mark.parametrize("effect", [NoLonger("k"), ResetAlarm("k"), CancelAlarm("k")])
def test_its_rule_ends_what_is_kept(effect: Any) -> None:
    d = small(effect)
    d.tell(DoorOpened(device_id="front-door"))
    d.tell(DoorClosed(device_id="front-door"))
    (alarm,) = d.outcome.changed
    assert alarm.state in (AlarmState.RESET, AlarmState.CANCELLED)
    assert (d.outcome.send, d.state.alarms) == ((), {})


def test_a_pre_alarm_is_kept_back_when_it_is_confirmed() -> None:
    pending = replace(RESTS, pending=True)
    d = SmallDesk(a_home(a_rule({DoorOpened: [pending], DoorClosed: [ConfirmAlarm("k")]})))
    d.tell(DoorOpened(device_id="front-door"))
    d.tell(chosen(Mode.VISIT))
    d.tell(DoorClosed(device_id="front-door"))
    (alarm,) = d.state.alarms.values()
    assert (alarm.state, d.outcome.send) == (AlarmState.SUPPRESSED, ())
    d.tell(DoorClosed(device_id="front-door"))
    assert d.state.alarms[alarm.alarm_id].state is AlarmState.SUPPRESSED, "confirmed is confirmed"


def test_more_than_is_kept_is_raised_rather_than_lost() -> None:
    d = small()
    for _ in range(SUPPRESSED_MAX + 1):
        d.tell(DoorOpened(device_id="front-door"))
    states = [alarm.state for alarm in d.state.alarms.values()]
    assert states.count(AlarmState.SUPPRESSED) == SUPPRESSED_MAX
    assert states[-1] is AlarmState.RAISED


def test_who_falls_after_the_carer_has_gone_is_missed_when_the_visit_is_taken_to_be_over() -> None:
    """The key was forgotten; what was heard in the visit counts, and the visit itself does not."""
    d = desk({"inactivity": ("inactivity", {"between": "20:00-06:00", "after": "3h"})})
    d.tell(tag())
    d.tell(BedLeft(device_id="bed"), at=EVENING + timedelta(minutes=19))
    d.tell(MotionDetected(device_id="hall"), at=EVENING + timedelta(minutes=20))
    d.wait_until(EVENING + timedelta(hours=4))
    alarm = d.alarm("inactivity")
    assert (alarm.state, alarm.raised_at) == (AlarmState.RAISED, EVENING + timedelta(hours=4))
    assert alarm.began_at == EVENING + timedelta(minutes=20)


# --- privacy --------------------------------------------------------------------------------------


PRIVATE = [
    MotionDetected(device_id="hall"),
    MotionCleared(device_id="hall"),
    BedEntered(device_id="bed"),
    BedLeft(device_id="bed"),
    ChairEntered(device_id="chair"),
    ChairLeft(device_id="chair"),
]


@pytest.mark.parametrize("event", PRIVATE, ids=lambda event: event.kind)
@pytest.mark.parametrize("mode", Mode)
def test_in_privacy_nothing_is_taken_of_a_movement_but_that_its_sensor_lives(
    event: Any, mode: Mode
) -> None:
    taken = as_taken(ModeState(mode=mode), event)
    assert taken == (DeviceSeen(device_id=event.device_id) if mode is Mode.PRIVACY else event)


@pytest.mark.parametrize(
    "event",
    [
        ButtonPressed(device_id="button"),
        FallDetected(device_id="fall"),
        DoorOpened(device_id="front-door"),
        tag(),
    ],
    ids=lambda event: event.kind,
)
def test_all_else_is_taken_as_ever(event: Event) -> None:
    assert as_taken(ModeState(mode=Mode.PRIVACY), event) is event
