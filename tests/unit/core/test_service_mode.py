"""While a technician is at work: what is a test, what is none, and what becomes real after."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heimvakt.core.alarms import AlarmState
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    ButtonPressed,
    DoorOpened,
    Event,
    Mode,
    SmokeDetected,
    WalkTestTurned,
)
from heimvakt.core.mode_plans import MAY_REST
from heimvakt.core.resting import ALWAYS_REAL, CALL_FOR_HELP
from heimvakt.rules import KINDS
from tests.support.homes import EVENING, Desk, home
from tests.support.modes import chosen, desk, tag, wander
from tests.support.small import SmallDesk, a_home, a_raise, a_rule


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


def test_who_was_told_of_what_was_tried_hears_that_it_is_over() -> None:
    d = walked()
    d.tell(ButtonPressed(device_id="button"))
    (told,) = d.outcome.send
    d.tell(WalkTestTurned(to=None))
    d.tell(chosen(Mode.HOME))
    (over,) = (each for each in d.outcome.send if each.alarm.kind == "button")
    assert (over.alarm.state, over.alarm.test) == (AlarmState.CLOSED, True)
    assert over.alarm.revision == told.alarm.revision + 1
    assert over.receivers == told.receivers


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
