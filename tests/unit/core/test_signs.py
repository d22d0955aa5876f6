"""Who called for help sees how far that has come, and whether it can come anywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from heimvakt.core.alarms import Alarm, AlarmState, Priority
from heimvakt.core.signs import CUT_OFF_AFTER_S, SHOWN_FOR, Sign, sign
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
    assert sign([alarm(state)], NOW, None) is shown


@pytest.mark.parametrize("priority", [Priority.MEDIUM, Priority.LOW, Priority.INFORMATION])
def test_what_nobody_in_the_home_waits_for_is_not_shown(priority: Priority) -> None:
    assert sign([alarm(AlarmState.RAISED, priority)], NOW, None) is Sign.CONNECTED


def test_of_two_alarms_the_one_that_is_less_far_counts() -> None:
    both = [alarm(AlarmState.ACCEPTED), alarm(AlarmState.RAISED)]
    assert sign(both, NOW, None) is Sign.ALARM_TAKEN


def test_without_a_connection_it_is_said_after_a_minute_and_not_before() -> None:
    assert sign([], NOW, CUT_OFF_AFTER_S - 1) is Sign.CONNECTED
    assert sign([], NOW, CUT_OFF_AFTER_S) is Sign.NO_CONNECTION
    assert sign([], NOW, None) is Sign.CONNECTED


def test_an_alarm_that_cannot_get_out_shows_that_and_not_that_all_is_well() -> None:
    assert sign([alarm(AlarmState.RAISED)], NOW, 3600) is Sign.NO_CONNECTION


def test_help_that_is_coming_comes_without_a_connection_too() -> None:
    assert sign([alarm(AlarmState.ACCEPTED)], NOW, 3600) is Sign.HELP_COMING


def test_who_never_closes_an_alarm_does_not_keep_the_sign_for_ever() -> None:
    accepted = alarm(AlarmState.ACCEPTED)
    last = accepted.history[-1].at
    assert sign([accepted], last + SHOWN_FOR - timedelta(seconds=1), None) is Sign.HELP_COMING
    assert sign([accepted], last + SHOWN_FOR, None) is Sign.CONNECTED
