"""What begins a mode and what ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ButtonPressed,
    ChairEntered,
    ChairLeft,
    ClockStepped,
    DoorOpened,
    Event,
    LockedBy,
    LockLocked,
    LockUnlocked,
    Mode,
    MotionDetected,
    Press,
)
from heimvakt.core.mode_plans import AT_MOST, PLANS
from heimvakt.core.modes import LEAVES_WITHIN, PRESS_AGAIN
from heimvakt.core.visits import INSIDE_MAX, KEY_AGAIN
from heimvakt.rules import KINDS, Context
from tests.support.homes import DEVICES, EVENING, OSLO, Desk
from tests.support.modes import changes, chosen, desk, mode_of, tag, the_home
from tests.support.seen import seen

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
