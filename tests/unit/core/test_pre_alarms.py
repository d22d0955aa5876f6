"""A pre-alarm that nobody takes back is raised, whatever becomes of its rule and its deadline."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import AlarmState
from heimvakt.core.events import ButtonPressed, ClockStepped, TimerFired
from heimvakt.core.state import PENDING_MAX, next_deadline
from tests.support.homes import EVENING, GATEWAY, Desk, home

PENDANT = ButtonPressed(device_id="pendant")
OWN = ("timer:button/pendant",)


@pytest.mark.parametrize("left", [{}, {"button": ("button", {})}], ids=["gone", "there"])
def test_a_pre_alarm_whose_rule_is_gone_is_raised(left: dict[str, Any]) -> None:
    desk = Desk(home())
    desk.tell(PENDANT)
    assert desk.alarm("button").state is AlarmState.PENDING
    desk.restart(home(rules=left))
    still_pending = bool(left)
    assert (desk.alarm("button").state is AlarmState.PENDING) is still_pending


def test_a_pre_alarm_whose_rule_begins_afresh_is_raised() -> None:
    desk = Desk(home())
    desk.tell(PENDANT)
    del desk.rows["rule:button"]
    desk.restart()
    assert desk.alarm("button").state is AlarmState.RAISED


@pytest.mark.parametrize("lost", [OWN, (*OWN, f"timer:/pending/{GATEWAY}-1")])
def test_a_pre_alarm_whose_deadline_was_lost_is_raised_all_the_same(lost: tuple[str, ...]) -> None:
    desk = Desk(home())
    desk.tell(PENDANT)
    for row in lost:
        del desk.rows[row]
    desk.restart()
    desk.wait_until(EVENING + PENDING_MAX - timedelta(seconds=1))
    assert desk.alarm("button").state is AlarmState.PENDING
    desk.wait(seconds=1)
    assert desk.kinds() == ["button"]


def test_setting_the_clock_moves_deadlines_with_it_and_fires_none() -> None:
    for by in (timedelta(hours=3), timedelta(hours=-3), timedelta(days=20_000)):
        desk = Desk(home(), at=EVENING)
        desk.tell(PENDANT)
        _, due = next_deadline(desk.home, desk.state) or ("", EVENING)
        before, desk.at = desk.at, desk.at + by
        outcome = desk.tell(ClockStepped(before=before, after=desk.at))
        assert outcome.send == ()
        assert desk.state.timers["button/pendant"] == due + by
        assert desk.tell(TimerFired(name="button/pendant", due=due)).send == (), "it was moved"
        desk.wait(seconds=11)
        assert desk.kinds() == ["button"]


def test_a_start_with_a_clock_that_went_back_keeps_deadlines_as_far_away() -> None:
    desk = Desk(home())
    desk.tell(PENDANT)
    desk.restart(days=-10_000)
    assert desk.state.timers["button/pendant"] == desk.at + timedelta(seconds=10)
    desk.wait(seconds=11)
    assert desk.kinds() == ["button"]
