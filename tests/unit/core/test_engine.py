"""What the engine makes of events, with rules that are as small as the question."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from heimvakt.core.alarms import AlarmState
from heimvakt.core.effects import (
    ArmTimer,
    CancelTimer,
    ConfirmAlarm,
    Effects,
    ResetAlarm,
)
from heimvakt.core.engine import step
from heimvakt.core.events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    ButtonPressed,
    DoorClosed,
    DoorOpened,
    Event,
    GatewayStarted,
    MotionDetected,
    RuleFailed,
    TimerFired,
)
from heimvakt.core.rule import Rule
from heimvakt.core.state import next_deadline
from tests.support.homes import EVENING, Desk, home
from tests.support.small import SmallDesk, a_home, a_raise, a_rule

PRESS = ButtonPressed(device_id="button")
PENDANT = ButtonPressed(device_id="pendant")
OPENED, CLOSED = DoorOpened(device_id="front-door"), DoorClosed(device_id="front-door")
MOTION = MotionDetected(device_id="hall")


def delivered(alarm_id: str) -> AlarmDelivered:
    return AlarmDelivered(alarm_id=alarm_id, receiver="centre", revision=0)


def accepted(alarm_id: str) -> AlarmAcknowledged:
    return AlarmAcknowledged(alarm_id=alarm_id, receiver="centre", by="op-7")


def closed(alarm_id: str) -> AlarmClosed:
    return AlarmClosed(alarm_id=alarm_id, receiver="centre", by="op-7")


def test_numbers_grow_by_one_and_ids_carry_them() -> None:
    desk = Desk(home())
    for _ in range(3):
        desk.tell(PRESS)
        desk.wait(seconds=11)
    assert [alarm.number for alarm in desk.sent] == [1, 2, 3]
    assert desk.sent[-1].alarm_id == "no-1505-004711-3"


def test_a_start_may_lift_the_numbers_and_never_lowers_them() -> None:
    desk = Desk(home())
    desk.tell(GatewayStarted(cause="damage", last_alive=None, alarms_raised=1_000))
    desk.tell(PRESS)
    desk.tell(GatewayStarted(cause="started", last_alive=None, alarms_raised=7))
    desk.wait(seconds=11)
    desk.tell(PRESS)
    assert [alarm.number for alarm in desk.sent] == [1_001, 1_002]


def test_the_same_events_give_the_same_outcome() -> None:
    desk = Desk(home())
    for fact in (PRESS, OPENED, PENDANT, MOTION):
        desk.tell(fact)
        desk.wait(minutes=7)
    again = Desk(home()).outcome
    for event in desk.journal[1:]:
        again = step(desk.home, again.state, event)
    assert again == desk.outcome


def test_a_deadline_that_was_moved_on_the_way_is_ignored() -> None:
    small = a_home(
        a_rule(
            {
                DoorOpened: [ArmTimer("t", EVENING + timedelta(minutes=1))],
                MotionDetected: [ArmTimer("t", EVENING + timedelta(minutes=2))],
                TimerFired: [a_raise()],
            }
        )
    )
    desk = SmallDesk(small)
    desk.tell(OPENED)
    name, due = next_deadline(small, desk.state) or ("", EVENING)
    desk.tell(MOTION)
    assert desk.tell(TimerFired(name=name, due=due)).changed == ()
    moved_to = due + timedelta(minutes=1)
    assert len(desk.tell(TimerFired(name=name, due=moved_to)).changed) == 1
    assert desk.tell(TimerFired(name=name, due=moved_to)).changed == (), "it comes once"


def test_a_deadline_that_was_cancelled_on_the_way_is_ignored() -> None:
    small = a_home(
        a_rule(
            {
                DoorOpened: [ArmTimer("t", EVENING)],
                DoorClosed: [CancelTimer("t")],
                TimerFired: [a_raise()],
            }
        )
    )
    desk = SmallDesk(small)
    desk.tell(OPENED)
    desk.tell(CLOSED)
    assert desk.tell(TimerFired(name="small/t", due=EVENING)).changed == ()


def test_a_deadline_comes_to_its_own_rule_only_and_by_its_own_name() -> None:
    heard: list[tuple[str, str]] = []

    def listening(rule_id: str) -> Rule[Any]:
        def note(state: None, event: Event) -> tuple[None, Effects]:
            if isinstance(event, TimerFired):
                heard.append((rule_id, event.name))
            return state, [ArmTimer("t", EVENING)] if isinstance(event, DoorOpened) else []

        return replace(a_rule({}, rule_id), step=note)

    desk = SmallDesk(a_home(listening("one"), listening("two")))
    desk.tell(OPENED)
    desk.tell(TimerFired(name="two/t", due=EVENING))
    assert heard == [("two", "t")]


def test_an_alarm_is_kept_until_it_has_ended_and_somebody_has_it() -> None:
    desk = Desk(home())
    desk.tell(PRESS)
    alarm_id = desk.alarm("button").alarm_id
    desk.tell(delivered(alarm_id))
    desk.tell(accepted(alarm_id))
    assert alarm_id in desk.state.alarms
    desk.tell(closed(alarm_id))
    assert alarm_id not in desk.state.alarms
    assert desk.alarm("button").accepted_by == "centre: op-7"


def test_what_was_closed_before_anybody_had_it_is_kept_until_it_is_delivered() -> None:
    desk = Desk(home())
    desk.tell(PRESS)
    alarm_id = desk.alarm("button").alarm_id
    desk.tell(closed(alarm_id))
    assert desk.state.alarms[alarm_id].state is AlarmState.CLOSED
    desk.tell(delivered(alarm_id))
    assert desk.state.alarms == {}


def test_an_answer_that_says_nothing_new_changes_nothing() -> None:
    desk = Desk(home())
    desk.tell(PRESS)
    alarm_id = desk.alarm("button").alarm_id
    desk.tell(delivered(alarm_id))
    before = desk.state
    for answer in (delivered(alarm_id), delivered("no-1505-004711-99"), closed("nonsense")):
        outcome = desk.tell(answer)
        assert (outcome.state, outcome.changed, outcome.send) == (before, (), ())


def test_a_reset_goes_to_the_receivers_under_the_same_id_with_a_new_revision() -> None:
    small = a_home(a_rule({DoorOpened: [a_raise()], DoorClosed: [ResetAlarm("k")]}))
    desk = SmallDesk(small)
    (raised,) = desk.alarms_of(OPENED)
    (reset,) = desk.alarms_of(CLOSED)
    assert (reset.alarm_id, reset.revision, reset.state) == (raised.alarm_id, 1, AlarmState.RESET)


def test_a_reset_means_every_alarm_of_the_condition_and_no_other() -> None:
    asked: dict[type[Event], Effects] = {
        DoorOpened: [a_raise()],
        MotionDetected: [a_raise("other")],
        DoorClosed: [ResetAlarm("k")],
    }
    desk = SmallDesk(a_home(a_rule(asked)))
    for event in (OPENED, OPENED, MOTION):
        desk.tell(event)
    assert [alarm.number for alarm in desk.alarms_of(CLOSED)] == [1, 2]


def test_figures_that_fail_keep_no_press_from_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        raise KeyError("a month")

    desk = SmallDesk(home())
    monkeypatch.setattr("heimvakt.core.engine.counted", broken)
    outcome = desk.tell(PRESS)
    assert sorted(dispatch.alarm.kind for dispatch in outcome.send) == ["blind-rule", "button"]
    assert (outcome.failed[0].rule_id, outcome.failed[0].error) == (
        "figures", "KeyError on button-pressed",
    )  # fmt: skip


def test_a_rule_that_fails_is_told_once_and_keeps_no_press_from_the_others() -> None:
    def broken(_: None, event: Event) -> tuple[None, Effects]:
        if isinstance(event, ButtonPressed | RuleFailed):
            raise KeyError(event.kind)
        return None, []

    whole = home()
    rules = {"broken": replace(a_rule({}, "broken"), step=broken), **whole.rules}
    desk = SmallDesk(replace(whole, rules=rules))
    outcome = desk.tell(PRESS)
    assert sorted(dispatch.alarm.kind for dispatch in outcome.send) == ["blind-rule", "button"]
    told = outcome.failed[0]
    assert (told.rule_id, told.error) == ("broken", "KeyError on button-pressed")
    assert desk.alarms_of(PRESS) == [], "told once, and one call for help"


def test_what_belongs_to_a_rule_that_is_gone_is_erased_and_does_not_come_back() -> None:
    desk = Desk(home())
    desk.tell(PENDANT)
    assert {"rule:button", "timer:button/pendant"} <= desk.rows.keys()
    desk.restart(home(rules={}))
    assert not {"rule:button", "timer:button/pendant"} & desk.rows.keys()
    desk.restart(home())
    assert desk.state.rules["button"] == desk.home.rules["button"].initial
    assert not [name for name in desk.state.timers if not name.startswith("/")]


def test_confirming_a_key_that_nobody_waits_for_does_nothing() -> None:
    desk = SmallDesk(a_home(a_rule({DoorOpened: [ConfirmAlarm("k")], DoorClosed: [a_raise()]})))
    assert desk.tell(OPENED).changed == ()
    desk.tell(CLOSED)
    assert desk.tell(OPENED).changed == (), "it is raised already"
