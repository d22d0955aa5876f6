"""What begins a mode and what ends it, what rests meanwhile, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import Alarm, AlarmState, Priority
from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.effects import CancelAlarm, ConfirmAlarm, Effects, NoLonger, ResetAlarm
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ButtonPressed,
    ChairEntered,
    ChairLeft,
    ClockStepped,
    DeviceSeen,
    DoorClosed,
    DoorOpened,
    Event,
    FallDetected,
    LockedBy,
    LockLocked,
    LockUnlocked,
    Mode,
    ModeChanged,
    ModeChosen,
    MotionCleared,
    MotionDetected,
    Press,
    SmokeDetected,
    TagPresented,
    WalkTestTurned,
)
from heimvakt.core.mode_plans import AT_MOST, MAY_REST, PLANS
from heimvakt.core.mode_state import ModeState
from heimvakt.core.modes import LEAVES_WITHIN, PRESS_AGAIN
from heimvakt.core.resting import ALWAYS_REAL, CALL_FOR_HELP, SUPPRESSED_MAX, as_taken
from heimvakt.core.state import outstanding
from heimvakt.core.visits import INSIDE_MAX, KEY_AGAIN
from heimvakt.rules import KINDS, Context
from tests.support.homes import DEVICES, EVENING, OSLO, RULES, Desk, home
from tests.support.seen import seen
from tests.support.small import SmallDesk, a_home, a_raise, a_rule

READER = "front-reader"
TAGS = {"26:0004a2f1": "carer-7", "code:4711": "carer-8"}
UNLESS_VISIT = ("night-door", {"doors": ("front-door",), "unless": "visit"})
PLANNED = {
    **PLANS,
    Mode.PRIVACY: replace(PLANS[Mode.PRIVACY], button="button", press=Press.LONG),
    Mode.VISIT: replace(PLANS[Mode.VISIT], locks=frozenset({"front-lock"})),
}


def the_home(rules: Mapping[str, tuple[str, Mapping[str, Any]]] = RULES) -> Home:
    return replace(home(rules=rules), tags=TAGS, modes=PLANNED)


def desk(rules: Mapping[str, tuple[str, Mapping[str, Any]]] = RULES) -> Desk:
    return Desk(the_home(rules))


def tag(name: str = "carer-7") -> TagPresented:
    return TagPresented(device_id=READER, tag=name)


def chosen(mode: Mode, lasting_s: float | None = None) -> ModeChosen:
    return ModeChosen(mode=mode, lasting_s=lasting_s, by="command")


def mode_of(d: Desk) -> Mode:
    return d.state.mode.mode


def changes(d: Desk) -> list[tuple[Mode, Mode, str]]:
    return [
        (each.before, each.after, each.by)
        for each in d.outcome.derived
        if isinstance(each, ModeChanged)
    ]


def wander(d: Desk) -> Alarm:
    """Out of bed at night, and a door."""
    d.tell(BedLeft(device_id="bed"), at=EVENING + timedelta(hours=2))
    d.tell(DoorOpened(device_id="front-door"))
    return d.alarm("night-wandering")


# --- what begins and ends it ----------------------------------------------------------------------


def test_a_known_key_begins_a_visit_and_the_rules_are_told_in_the_same_step() -> None:
    d = desk()
    d.tell(tag())
    assert changes(d) == [(Mode.HOME, Mode.VISIT, "carer-7")]
    now = d.state.mode
    assert (now.mode, now.since, now.until) == (
        Mode.VISIT,
        EVENING,
        EVENING + timedelta(hours=4),
    )


def test_the_same_key_again_ends_it() -> None:
    d = desk()
    d.tell(tag())
    d.wait(minutes=25)
    d.tell(tag())
    assert changes(d) == [(Mode.VISIT, Mode.HOME, "carer-7")]
    assert "/mode" not in d.state.timers


def test_a_key_that_is_held_there_twice_is_one_coming() -> None:
    d = desk()
    d.tell(tag())
    d.wait_until(EVENING + KEY_AGAIN - timedelta(seconds=1))
    d.tell(tag())
    assert mode_of(d) is Mode.VISIT


def test_of_two_carers_the_last_who_goes_ends_it() -> None:
    d = desk()
    d.tell(tag())
    d.wait(minutes=5)
    d.tell(tag("carer-8"))
    d.wait(minutes=20)
    d.tell(tag())
    assert mode_of(d) is Mode.VISIT
    d.wait(minutes=5)
    d.tell(tag("carer-8"))
    assert mode_of(d) is Mode.HOME


def test_a_visit_that_was_ended_otherwise_is_forgotten_with_those_who_were_inside() -> None:
    d = desk()
    d.tell(tag())
    d.tell(chosen(Mode.PRIVACY))
    d.tell(chosen(Mode.HOME))
    d.wait(minutes=5)
    d.tell(tag())
    assert mode_of(d) is Mode.VISIT


def test_a_key_that_seems_to_come_from_the_future_is_a_key() -> None:
    d = desk()
    later = replace(d.state.mode, key="carer-7", key_at=EVENING + timedelta(hours=1))
    d.state = replace(d.state, mode=later)
    d.tell(tag())
    assert mode_of(d) is Mode.VISIT


def test_two_who_come_together_are_two() -> None:
    d = desk()
    d.tell(tag())
    d.tell(tag("carer-8"))
    assert d.state.mode.inside == ("carer-7", "carer-8")


def test_of_many_carers_those_who_came_last_are_known() -> None:
    d = desk()
    d.home = replace(d.home, tags={f"26:{n:08x}": f"carer-{n}" for n in range(INSIDE_MAX + 2)})
    for name in d.home.tags.values():
        d.tell(tag(name))
    assert d.state.mode.inside == tuple(d.home.tags.values())[-INSIDE_MAX:]


def test_a_key_that_is_forgotten_ends_it_after_four_hours() -> None:
    d = desk()
    d.tell(tag())
    d.wait(hours=3, minutes=59, seconds=59)
    assert mode_of(d) is Mode.VISIT
    d.wait(seconds=1)
    assert changes(d) == [(Mode.VISIT, Mode.HOME, "time")]


@pytest.mark.parametrize("name", ["", "carer-9"])
def test_a_key_that_nobody_knows_begins_nothing(name: str) -> None:
    d = desk()
    d.tell(tag(name))
    assert mode_of(d) is Mode.HOME


@pytest.mark.parametrize("by", LockedBy)
@pytest.mark.parametrize("lock", ["front-lock", "cellar-lock"])
def test_a_lock_that_carers_open_begins_one_where_the_home_says_so(lock: str, by: LockedBy) -> None:
    d = desk()
    d.tell(LockUnlocked(device_id=lock, by=by))
    begun = lock == "front-lock" and by in (LockedBy.TAG, LockedBy.CODE)
    assert mode_of(d) is (Mode.VISIT if begun else Mode.HOME)


def test_the_lock_that_says_of_the_last_key_that_it_opened_begins_no_other_visit() -> None:
    d = desk()
    d.tell(tag())
    d.wait(minutes=30)
    d.tell(tag())
    d.wait(seconds=2)
    d.tell(LockUnlocked(device_id="front-lock", by=LockedBy.TAG))
    assert mode_of(d) is Mode.HOME


@pytest.mark.parametrize("by", LockedBy)
def test_the_lock_that_began_a_visit_ends_it_when_it_is_locked_from_outside(by: LockedBy) -> None:
    d = desk()
    d.tell(LockUnlocked(device_id="front-lock", by=LockedBy.CODE))
    d.tell(LockLocked(device_id="front-lock", by=by))
    assert mode_of(d) is Mode.VISIT, "the door was locked behind who came"
    d.wait(minutes=20)
    d.tell(LockLocked(device_id="cellar-lock", by=by))
    assert mode_of(d) is Mode.VISIT
    d.tell(LockLocked(device_id="front-lock", by=by))
    outside = by in (LockedBy.TAG, LockedBy.CODE, LockedBy.KEY)
    assert changes(d) == ([(Mode.VISIT, Mode.HOME, "front-lock")] if outside else [])


@pytest.mark.parametrize("begun", [tag(), chosen(Mode.VISIT)])
def test_a_lock_does_not_end_a_visit_that_it_did_not_begin(begun: Event) -> None:
    d = desk()
    d.tell(begun)
    d.wait(minutes=20)
    d.tell(LockLocked(device_id="front-lock", by=LockedBy.CODE))
    assert mode_of(d) is Mode.VISIT


def test_a_carer_whose_key_came_after_the_lock_began_the_visit_is_still_inside() -> None:
    d = desk()
    d.tell(LockUnlocked(device_id="front-lock", by=LockedBy.CODE))
    d.wait(minutes=5)
    d.tell(tag())
    d.wait(minutes=5)
    d.tell(LockLocked(device_id="front-lock", by=LockedBy.CODE))
    assert mode_of(d) is Mode.VISIT


@pytest.mark.parametrize("mode", [Mode.PRIVACY, Mode.SERVICE])
def test_a_key_changes_nothing_of_what_was_asked_for(mode: Mode) -> None:
    d = desk()
    d.tell(chosen(mode))
    d.tell(tag())
    assert mode_of(d) is mode


def test_a_long_press_of_its_button_sets_it_and_calls_nobody_and_ends_it_again() -> None:
    d = desk_with_a_mode_button()
    d.tell(ButtonPressed(device_id="button", press=Press.LONG))
    assert (d.state.mode.mode, d.state.mode.by) == (Mode.PRIVACY, "button")
    d.wait_until(EVENING + PRESS_AGAIN - timedelta(seconds=1))
    d.tell(ButtonPressed(device_id="button", press=Press.LONG))
    assert mode_of(d) is Mode.PRIVACY, "a radio repeats a frame"
    d.wait(minutes=1)
    d.tell(ButtonPressed(device_id="button", press=Press.LONG))
    assert mode_of(d) is Mode.HOME
    assert d.kinds() == []


@pytest.mark.parametrize("press", [p for p in Press if p is not Press.LONG])
def test_every_other_press_of_that_button_is_a_call_for_help(press: Press) -> None:
    d = desk_with_a_mode_button()
    d.tell(ButtonPressed(device_id="button", press=press))
    assert (d.kinds(), d.state.mode.mode) == (["button"], Mode.HOME)


def desk_with_a_mode_button() -> Desk:
    """With the rule of buttons as a configuration binds it."""
    presses = frozenset({("button", Press.LONG)})
    context = Context(devices=DEVICES, zone=OSLO, mode_presses=presses)
    kind = KINDS["button"]
    rules = {"button": kind.bind("button", kind.settings(), context)}
    return Desk(replace(the_home(), rules=rules))


# --- away -----------------------------------------------------------------------------------------

SOMEBODY = [
    MotionDetected(device_id="hall"),
    DoorOpened(device_id="front-door"),
    BedEntered(device_id="bed"),
    BedLeft(device_id="bed"),
    ChairEntered(device_id="chair"),
    ChairLeft(device_id="chair"),
    ButtonPressed(device_id="button"),
]


@pytest.mark.parametrize("event", SOMEBODY, ids=lambda event: event.kind)
def test_away_ends_with_the_first_sign_of_somebody_after_those_who_left_had_time(
    event: Event,
) -> None:
    d = desk()
    d.tell(chosen(Mode.AWAY))
    d.wait_until(EVENING + LEAVES_WITHIN - timedelta(seconds=1))
    d.tell(event)
    assert mode_of(d) is Mode.AWAY
    d.wait(seconds=1)
    seen(d, event)
    assert mode_of(d) is Mode.HOME


def test_a_sensor_that_fires_alone_in_an_empty_home_brings_nobody_back() -> None:
    d = desk()
    d.tell(chosen(Mode.AWAY))
    d.wait_until(EVENING + LEAVES_WITHIN)
    for _ in range(5):
        d.wait(hours=1)
        d.tell(MotionDetected(device_id="hall"))
    assert mode_of(d) is Mode.AWAY


def test_away_is_a_visit_when_a_carer_comes() -> None:
    d = desk()
    d.tell(chosen(Mode.AWAY))
    d.tell(tag())
    assert changes(d) == [(Mode.AWAY, Mode.VISIT, "carer-7")]


# --- it ends by itself ----------------------------------------------------------------------------


@pytest.mark.parametrize("mode", PLANS)
@pytest.mark.parametrize("lasting_s", [None, 1800.0, 1e9])
def test_each_ends_by_itself_and_never_later_than_it_may(
    mode: Mode, lasting_s: float | None
) -> None:
    d = desk()
    d.tell(chosen(mode, lasting_s))
    lasts = PLANS[mode].lasting if lasting_s is None else timedelta(seconds=lasting_s)
    d.wait_until(EVENING + min(lasts, AT_MOST[mode]) - timedelta(seconds=1))
    assert mode_of(d) is mode
    d.wait(seconds=1)
    assert mode_of(d) is Mode.HOME


def test_set_again_it_lasts_anew_since_when_it_was_set_first() -> None:
    d = desk()
    d.tell(chosen(Mode.PRIVACY))
    d.wait(hours=1)
    d.tell(chosen(Mode.PRIVACY))
    now = d.state.mode
    assert (now.since, now.until) == (EVENING, EVENING + timedelta(hours=3))


def test_home_at_home_is_no_change() -> None:
    d = desk()
    d.tell(chosen(Mode.HOME))
    assert changes(d) == []


def test_it_goes_on_after_a_restart_and_ends_in_time() -> None:
    d = desk()
    d.tell(tag())
    d.wait(hours=1)
    d.restart(hours=1)
    assert (d.state.mode.mode, d.state.mode.inside) == (Mode.VISIT, ("carer-7",))
    d.restart(hours=3)
    assert mode_of(d) is Mode.HOME, "it ended while the box was off"


def test_a_deadline_that_was_lost_is_armed_again() -> None:
    d = desk()
    d.tell(tag())
    del d.rows["timer:/mode"]
    d.restart()
    d.wait(hours=4)
    assert mode_of(d) is Mode.HOME


@pytest.mark.parametrize("by", [timedelta(days=20_000), timedelta(hours=-7)])
def test_a_clock_that_is_set_makes_it_neither_shorter_nor_longer(by: timedelta) -> None:
    d = desk()
    d.tell(tag())
    d.wait(hours=1)
    was, d.at = d.at, d.at + by
    d.tell(ClockStepped(before=was, after=d.at))
    assert d.state.mode.until == d.at + timedelta(hours=3)
    d.wait(hours=2, minutes=59)
    assert mode_of(d) is Mode.VISIT
    d.wait(minutes=1)
    assert mode_of(d) is Mode.HOME


@pytest.mark.parametrize("by", [timedelta(days=20_000), timedelta(hours=-7)])
def test_a_clock_that_is_set_makes_nobody_come_twice_or_leave_late(by: timedelta) -> None:
    d = desk()
    d.tell(tag())
    was, d.at = d.at, d.at + by
    d.tell(ClockStepped(before=was, after=d.at))
    d.tell(tag())
    assert mode_of(d) is Mode.VISIT, "it was held there twice"
    d.tell(chosen(Mode.AWAY))
    was, d.at = d.at, d.at + by
    d.tell(ClockStepped(before=was, after=d.at))
    d.tell(MotionDetected(device_id="hall"))
    assert mode_of(d) is Mode.AWAY, "whoever set it is still leaving"
    d.wait_until(d.at + LEAVES_WITHIN)
    seen(d)
    assert mode_of(d) is Mode.HOME


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


# --- service --------------------------------------------------------------------------------------


def test_in_service_alarms_are_tests_and_presses_are_not() -> None:
    d = desk()
    d.tell(chosen(Mode.SERVICE), at=EVENING + timedelta(hours=1))
    assert wander(d).test
    d.tell(ButtonPressed(device_id="button"))
    assert not d.alarm("button").test
    assert d.alarm("night-wandering").state is AlarmState.RAISED, "a test is sent as any other"
    d.tell(chosen(Mode.HOME))
    d.wait(hours=1)
    d.tell(DoorOpened(device_id="front-door"))
    assert [alarm.test for alarm in d.table.values() if alarm.kind == "night-door"] == [True, False]


def broken(kind: str) -> SmallDesk:
    """A technician is at work, and something of this kind is raised and not mended."""
    d = SmallDesk(a_home(a_rule({DoorOpened: [a_raise(kind=kind)]})))
    d.tell(chosen(Mode.SERVICE))
    d.tell(DoorOpened(device_id="front-door"))
    assert [alarm.test for alarm in d.outcome.changed] == [True]
    return d


@pytest.mark.parametrize("kind", ["dispenser-fault", "lock-fault", "device-silent"])
def test_what_a_technician_leaves_broken_is_real_when_he_goes(kind: str) -> None:
    d = broken(kind)
    d.tell(chosen(Mode.SERVICE, lasting_s=600.0))
    assert not d.outcome.send
    d.tell(chosen(Mode.HOME))
    (told,) = d.outcome.send
    assert (told.alarm.test, told.alarm.revision, told.alarm.state) == (False, 1, AlarmState.RAISED)
    assert set(told.receivers) == {one.receiver for one in told.alarm.told}


def test_it_is_so_too_when_the_time_of_his_work_is_over() -> None:
    d = broken("lock-fault")
    d.wait(hours=4)
    assert [alarm.test for alarm in d.state.alarms.values()] == [False]


@pytest.mark.parametrize("kind", ["night-wandering", "test"])
def test_that_he_moved_about_and_what_he_tried_stay_tests(kind: str) -> None:
    d = broken(kind)
    d.tell(chosen(Mode.HOME))
    assert [alarm.test for alarm in d.state.alarms.values()] == [True]
    assert not d.outcome.send


def walked(device_id: str = "button") -> Desk:
    d = desk()
    d.tell(chosen(Mode.SERVICE))
    d.tell(WalkTestTurned(to=device_id))
    return d


def test_a_press_right_after_its_trial_is_a_call_and_a_repeated_frame_of_it_is_none() -> None:
    d = walked()
    d.tell(ButtonPressed(device_id="button"))
    d.tell(WalkTestTurned(to=None))
    d.wait(seconds=1)
    d.tell(ButtonPressed(device_id="button"))
    assert [alarm.test for alarm in d.state.alarms.values()] == [True]
    d.wait(seconds=2)
    d.tell(ButtonPressed(device_id="button"))
    assert [alarm.test for alarm in d.state.alarms.values()] == [True, False]


def test_a_press_after_a_trial_that_was_cut_short_takes_nothing_back_and_is_a_call() -> None:
    d = Desk(home(rules={"button": ("button", {})}))
    d.tell(chosen(Mode.SERVICE))
    d.tell(WalkTestTurned(to="pendant"))
    d.tell(ButtonPressed(device_id="pendant"))
    d.wait(seconds=3)
    d.tell(chosen(Mode.HOME))
    assert [alarm.state for alarm in d.table.values()] == [AlarmState.CANCELLED]
    d.wait(seconds=3)
    d.tell(ButtonPressed(device_id="pendant"))
    d.wait(seconds=10)
    tried, call = d.table.values()
    assert (call.state, call.test) == (AlarmState.RAISED, False)
    assert tried.state is AlarmState.CANCELLED


def test_a_fire_after_the_trial_of_its_detector_is_no_more_of_the_test() -> None:
    detector = Device(device_id="smoke", role=Role.SMOKE, driver="zigbee", address="7")
    d = Desk(home({"smoke": detector}, {"smoke": ("smoke", {})}))
    d.tell(chosen(Mode.SERVICE))
    d.tell(WalkTestTurned(to="smoke"))
    d.tell(SmokeDetected(device_id="smoke"))
    d.tell(WalkTestTurned(to=None))
    d.tell(chosen(Mode.HOME))
    (tried,) = d.table.values()
    assert (tried.test, tried.state, tried.outcome) == (True, AlarmState.CLOSED, "test")
    d.wait(minutes=20)
    d.tell(SmokeDetected(device_id="smoke"))
    assert [alarm.test for alarm in d.table.values()] == [True, False]


def test_a_button_is_a_test_while_a_walk_test_is_at_that_very_one() -> None:
    d = walked()
    d.tell(ButtonPressed(device_id="button"))
    assert d.alarm("button").test


@pytest.mark.parametrize(
    "then", [WalkTestTurned(to="hall"), WalkTestTurned(to=None), "set", "died"]
)
def test_afterwards_its_press_is_a_call_for_help(then: Event | str) -> None:
    d = walked()
    d.wait(minutes=1)
    match then:
        case "set":
            d.tell(chosen(Mode.SERVICE))
        case "died":
            d.restart(seconds=20)
        case Event():
            d.tell(then)
    assert d.state.mode.mode is Mode.SERVICE
    d.tell(ButtonPressed(device_id="button"))
    assert not d.alarm("button").test


@pytest.mark.parametrize("kind", sorted(CALL_FOR_HELP | ALWAYS_REAL))
def test_a_fire_in_service_is_a_fire(kind: str) -> None:
    d = SmallDesk(a_home(a_rule({DoorOpened: [a_raise(kind=kind)]})))
    d.tell(chosen(Mode.SERVICE))
    d.tell(DoorOpened(device_id="front-door"))
    assert [alarm.test for alarm in d.outcome.changed] == [False]


def test_every_kind_that_modes_know_is_one_that_a_rule_raises() -> None:
    raised = {kind for rule in KINDS.values() for kind in rule.raises}
    assert raised >= MAY_REST | CALL_FOR_HELP | ALWAYS_REAL
    assert not MAY_REST & (CALL_FOR_HELP | ALWAYS_REAL)


def test_what_was_kept_back_before_the_technician_came_is_no_test() -> None:
    d = desk()
    d.tell(tag(), at=EVENING + timedelta(hours=1))
    wander(d)
    d.tell(chosen(Mode.SERVICE))
    alarm = d.alarm("night-wandering")
    assert (alarm.state, alarm.test) == (AlarmState.RAISED, False)


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
