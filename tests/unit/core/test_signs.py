"""Who called for help sees how far that has come, and whether it can come anywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from heimvakt.core.alarms import Alarm, AlarmState, Priority
from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.health import Health, Supervised
from heimvakt.core.signs import (
    CANCELLED_FOR,
    CUT_OFF_AFTER_S,
    NOT_HEARD_AFTER,
    SHOWN_FOR,
    TURN,
    Circumstances,
    Sign,
    is_deaf,
    is_faulty,
    sign,
    unheard,
)
from tests.support.alarms import in_state
from tests.support.homes import EVENING

NOW = EVENING + timedelta(minutes=5)


ALL_WELL = Circumstances()


def cut_off(seconds: float) -> Circumstances:
    return Circumstances(cut_off_s=seconds)


def alarm(state: AlarmState, priority: Priority = Priority.HIGH) -> Alarm:
    return replace(in_state(state), priority=priority)


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (AlarmState.PENDING, Sign.CAN_BE_CANCELLED),
        (AlarmState.RAISED, Sign.ALARM_TAKEN),
        (AlarmState.DELIVERED, Sign.ALARM_DELIVERED),
        (AlarmState.ACCEPTED, Sign.HELP_COMING),
        (AlarmState.CLOSED, Sign.CONNECTED),
        (AlarmState.CANCELLED, Sign.CONNECTED),
    ],
)
def test_each_step_of_an_alarm_has_its_sign(state: AlarmState, shown: Sign) -> None:
    assert sign([alarm(state)], NOW, ALL_WELL) is shown


@pytest.mark.parametrize("priority", [Priority.MEDIUM, Priority.LOW, Priority.INFORMATION])
def test_what_nobody_in_the_home_waits_for_is_not_shown(priority: Priority) -> None:
    assert sign([alarm(AlarmState.RAISED, priority)], NOW, ALL_WELL) is Sign.CONNECTED


def test_of_two_alarms_the_one_that_is_less_far_counts() -> None:
    both = [alarm(AlarmState.ACCEPTED), alarm(AlarmState.RAISED)]
    assert sign(both, NOW, ALL_WELL) is Sign.ALARM_TAKEN


def test_without_a_connection_it_is_said_after_a_minute_and_not_before() -> None:
    assert sign([], NOW, cut_off(CUT_OFF_AFTER_S - 1)) is Sign.CONNECTED
    assert sign([], NOW, cut_off(CUT_OFF_AFTER_S)) is Sign.NO_CONNECTION
    assert sign([], NOW, ALL_WELL) is Sign.CONNECTED


def test_an_alarm_that_cannot_get_out_shows_that_and_not_that_all_is_well() -> None:
    assert sign([alarm(AlarmState.RAISED)], NOW, cut_off(3600)) is Sign.NO_CONNECTION


def test_help_that_is_coming_comes_without_a_connection_too() -> None:
    assert sign([alarm(AlarmState.ACCEPTED)], NOW, cut_off(3600)) is Sign.HELP_COMING


def test_who_never_closes_an_alarm_does_not_keep_the_sign_for_ever() -> None:
    accepted = alarm(AlarmState.ACCEPTED)
    last = accepted.history[-1].at
    just = last + SHOWN_FOR - timedelta(seconds=1)
    assert sign([accepted], just, ALL_WELL) is Sign.HELP_COMING
    assert sign([accepted], last + SHOWN_FOR, ALL_WELL) is Sign.CONNECTED


PENDANT = Device(device_id="pendant", role=Role.BUTTON, driver="zigbee", address="a")
DOOR = Device(device_id="door", role=Role.DOOR, driver="zigbee", address="b")
WIRED = Device(device_id="cord", role=Role.BUTTON, driver="gpio", address="17")


def heard(
    *devices: Device, silent: frozenset[str] = frozenset(), lost: dict[str, datetime] | None = None
) -> tuple[Home, Supervised]:
    """A home, and what is known of the devices in it."""
    health = {
        d.device_id: Health(silent_at=NOW + timedelta(hours=1), silent=d.device_id in silent)
        for d in devices
    }
    home = Home(gateway_id="gateway-1", devices={d.device_id: d for d in devices})
    return home, Supervised(devices=health, lost=lost or {})


def test_a_button_behind_a_radio_that_is_lost_is_not_heard_after_a_minute() -> None:
    home, supervised = heard(PENDANT, WIRED, lost={"zigbee": NOW})
    assert not is_deaf(home, supervised, NOW + NOT_HEARD_AFTER - timedelta(seconds=1))
    assert is_deaf(home, supervised, NOW + NOT_HEARD_AFTER)
    assert unheard(home, supervised) == {"pendant"}


def test_a_button_that_is_silent_is_not_heard() -> None:
    home, supervised = heard(PENDANT, DOOR, silent=frozenset({"pendant"}))
    assert is_deaf(home, supervised, NOW)
    assert unheard(home, supervised) == {"pendant"}


def test_of_what_does_not_call_for_help_nobody_in_the_home_is_told() -> None:
    home, supervised = heard(DOOR, WIRED, silent=frozenset({"door"}), lost={"zigbee": NOW})
    assert not is_deaf(home, supervised, NOW + timedelta(days=1))
    assert unheard(home, supervised) == {"door"}


def test_all_is_well_is_not_shown_while_a_call_would_not_be_heard() -> None:
    deaf = Circumstances(deaf=True)
    assert sign([], NOW, deaf) is Sign.NOT_HEARD
    assert sign([], NOW, replace(deaf, cut_off_s=3600)) is Sign.NO_CONNECTION
    assert sign([alarm(AlarmState.ACCEPTED)], NOW, deaf) is Sign.HELP_COMING


def test_a_press_that_was_taken_back_is_shown_so_for_as_long_as_it_takes_to_look_up() -> None:
    taken_back = alarm(AlarmState.CANCELLED)
    at = taken_back.history[-1].at
    assert sign([taken_back], at, ALL_WELL) is Sign.CANCELLED
    assert sign([taken_back], at + CANCELLED_FOR, ALL_WELL) is Sign.CONNECTED
    assert sign([taken_back], at - timedelta(minutes=1), ALL_WELL) is Sign.CONNECTED, "a clock set"
    both = [taken_back, alarm(AlarmState.RAISED)]
    assert sign(both, at, ALL_WELL) is Sign.ALARM_TAKEN, "the other one goes on"


def test_a_reminder_goes_behind_every_alarm_and_before_a_fault() -> None:
    reminded = Circumstances(reminded=True, faulty=True, private=True)
    assert sign([], NOW, reminded) is Sign.REMINDER
    for state in (AlarmState.PENDING, AlarmState.RAISED, AlarmState.ACCEPTED):
        assert sign([alarm(state)], NOW, reminded) is not Sign.REMINDER


@pytest.mark.parametrize(
    ("wrong", "shown"),
    [
        (Circumstances(deaf=True, reminded=True), Sign.NOT_HEARD),
        (Circumstances(cut_off_s=3600, reminded=True), Sign.NO_CONNECTION),
    ],
)
def test_a_reminder_and_a_lost_connection_hide_each_other_for_half_a_minute_at_most(
    wrong: Circumstances, shown: Sign
) -> None:
    told = [sign([], NOW + timedelta(seconds=s), wrong) for s in range(120)]
    assert set(told) == {Sign.REMINDER, shown}
    turn = int(TURN.total_seconds())
    for begin in range(120 - turn):
        assert len(set(told[begin : begin + turn + 1])) == 2


def test_what_needs_a_technician_only_is_shown_behind_what_matters_to_a_call() -> None:
    assert sign([], NOW, Circumstances(faulty=True, private=True)) is Sign.FAULT
    assert sign([], NOW, Circumstances(faulty=True, deaf=True)) is Sign.NOT_HEARD
    assert sign([], NOW, Circumstances(private=True)) is Sign.PRIVACY


def test_a_fault_is_a_device_that_is_not_heard_a_lost_radio_or_no_mains_for_a_minute() -> None:
    home, supervised = heard(DOOR, WIRED)
    assert not is_faulty(home, supervised, NOW)
    assert is_faulty(*heard(DOOR, silent=frozenset({"door"})), NOW)
    soon, later = NOW + timedelta(seconds=1), NOW + NOT_HEARD_AFTER
    for broken in (
        replace(supervised, lost={"zigbee": NOW}),
        replace(supervised, mains_lost=NOW),
    ):
        assert not is_faulty(home, broken, soon)
        assert is_faulty(home, broken, later)
    no_contact = replace(supervised.devices["door"], no_contact=True)
    assert is_faulty(home, replace(supervised, devices={"door": no_contact}), NOW)
