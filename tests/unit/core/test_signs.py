"""Who called for help sees how far that has come, and whether it can come anywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from heimvakt.core.alarms import Alarm, AlarmState, Priority
from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.health import Health, Supervised
from heimvakt.core.signs import (
    CUT_OFF_AFTER_S,
    NOT_HEARD_AFTER,
    SHOWN_FOR,
    Sign,
    is_deaf,
    sign,
    unheard,
)
from tests.support.alarms import in_state
from tests.support.homes import EVENING

NOW = EVENING + timedelta(minutes=5)


def alarm(state: AlarmState, priority: Priority = Priority.HIGH) -> Alarm:
    return replace(in_state(state), priority=priority)


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (AlarmState.PENDING, Sign.ALARM_TAKEN),
        (AlarmState.RAISED, Sign.ALARM_TAKEN),
        (AlarmState.DELIVERED, Sign.ALARM_DELIVERED),
        (AlarmState.ACCEPTED, Sign.HELP_COMING),
        (AlarmState.CLOSED, Sign.CONNECTED),
        (AlarmState.CANCELLED, Sign.CONNECTED),
    ],
)
def test_each_step_of_an_alarm_has_its_sign(state: AlarmState, shown: Sign) -> None:
    assert sign([alarm(state)], NOW, None, deaf=False) is shown


@pytest.mark.parametrize("priority", [Priority.MEDIUM, Priority.LOW, Priority.INFORMATION])
def test_what_nobody_in_the_home_waits_for_is_not_shown(priority: Priority) -> None:
    assert sign([alarm(AlarmState.RAISED, priority)], NOW, None, deaf=False) is Sign.CONNECTED


def test_of_two_alarms_the_one_that_is_less_far_counts() -> None:
    both = [alarm(AlarmState.ACCEPTED), alarm(AlarmState.RAISED)]
    assert sign(both, NOW, None, deaf=False) is Sign.ALARM_TAKEN


def test_without_a_connection_it_is_said_after_a_minute_and_not_before() -> None:
    assert sign([], NOW, CUT_OFF_AFTER_S - 1, deaf=False) is Sign.CONNECTED
    assert sign([], NOW, CUT_OFF_AFTER_S, deaf=False) is Sign.NO_CONNECTION
    assert sign([], NOW, None, deaf=False) is Sign.CONNECTED


def test_an_alarm_that_cannot_get_out_shows_that_and_not_that_all_is_well() -> None:
    assert sign([alarm(AlarmState.RAISED)], NOW, 3600, deaf=False) is Sign.NO_CONNECTION


def test_help_that_is_coming_comes_without_a_connection_too() -> None:
    assert sign([alarm(AlarmState.ACCEPTED)], NOW, 3600, deaf=False) is Sign.HELP_COMING


def test_who_never_closes_an_alarm_does_not_keep_the_sign_for_ever() -> None:
    accepted = alarm(AlarmState.ACCEPTED)
    last = accepted.history[-1].at
    assert (
        sign([accepted], last + SHOWN_FOR - timedelta(seconds=1), None, deaf=False)
        is Sign.HELP_COMING
    )
    assert sign([accepted], last + SHOWN_FOR, None, deaf=False) is Sign.CONNECTED


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
    assert sign([], NOW, None, deaf=True) is Sign.NOT_HEARD
    assert sign([], NOW, 3600, deaf=True) is Sign.NO_CONNECTION
    assert sign([alarm(AlarmState.ACCEPTED)], NOW, None, deaf=True) is Sign.HELP_COMING
