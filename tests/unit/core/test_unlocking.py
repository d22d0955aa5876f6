"""A door is opened only for a reason (promise 23)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.alarms import AlarmState
from heimvakt.core.commands import Command, Verb
from heimvakt.core.events import (
    AlarmClosed,
    ButtonPressed,
    ClockQuality,
    ClockStepped,
    CommandReceived,
    Event,
    LockedBy,
    LockJammed,
    LockLocked,
    LockUnlocked,
    Mode,
    ModeChosen,
    TagPresented,
)
from heimvakt.core.mode_plans import PLANS
from heimvakt.core.order_checks import OPENS_NO_DOOR
from heimvakt.core.orders import COMMAND_WITHIN, MAY, OrderKeys, OrderVerb, Refusal
from heimvakt.rules import KINDS, Context
from tests.support.ordered import ALARM, LOCK, PRESS, REFUSED, done, unlock, with_an_alarm
from tests.support.orders import OrderDesk, home_with_orders

TAG = TagPresented(device_id="front-lock", tag="carer-7")
CODE = LockUnlocked(device_id="front-lock", by=LockedBy.CODE)
FOR_VISIT: dict[str, Any] = {**LOCK, "argument": "visit"}


@pytest.fixture
def desk() -> OrderDesk:
    return with_an_alarm()


def visited(*, by_order: bool = False) -> OrderDesk:
    """A home with a visit that a carer began, or an order."""
    modes = {**PLANS, Mode.VISIT: replace(PLANS[Mode.VISIT], locks=frozenset({"front-lock"}))}
    desk = OrderDesk(home_with_orders(tags={"26:0004a2f1": "carer-7"}, modes=modes))
    if by_order:
        assert desk.order(OrderVerb.SET_MODE, argument=Mode.VISIT)[0] == "done"
    else:
        desk.tell(TAG)
    assert desk.state.mode.mode is Mode.VISIT
    return desk


# --- a door ---------------------------------------------------------------------------------------


def test_a_lock_is_opened_for_an_open_alarm_and_the_result_is_told(desk: OrderDesk) -> None:
    given = unlock(desk)
    assert desk.give(given) == ("accepted", "")
    assert desk.commands == [
        Command(
            command_id=given.order_id,
            verb=Verb.UNLOCK,
            device_id="front-lock",
            within=COMMAND_WITHIN,
        )
    ]
    desk.wait(seconds=2)
    (answer,) = desk.tell(done(given.order_id)).answers
    assert (answer.order_id, answer.receiver, answer.result) == (given.order_id, "centre", "done")
    desk.wait(minutes=1)
    assert len(desk.commands) == 1


def test_without_an_alarm_or_a_visit_no_door_is_opened() -> None:
    desk = OrderDesk()
    assert desk.order(OrderVerb.UNLOCK, **LOCK) == (REFUSED, Refusal.NO_REASON)
    assert desk.order(OrderVerb.UNLOCK, **LOCK, alarm_id=ALARM) == (REFUSED, Refusal.NO_SUCH_ALARM)
    assert desk.order(OrderVerb.UNLOCK, **LOCK, argument="visit") == (REFUSED, Refusal.NO_VISIT)
    assert desk.commands == []


def test_while_a_visit_is_on_the_door_is_opened_for_it() -> None:
    desk = visited()
    assert desk.order(OrderVerb.UNLOCK, **FOR_VISIT)[0] == "accepted"
    desk.order(OrderVerb.SET_MODE, argument=Mode.HOME)
    assert desk.order(OrderVerb.UNLOCK, **FOR_VISIT) == (REFUSED, Refusal.NO_VISIT)


@pytest.mark.parametrize("shown", [TAG, CODE, ModeChosen(mode=Mode.VISIT, by="command")])
def test_a_visit_that_was_only_ordered_opens_no_door_until_somebody_has_come(shown: Event) -> None:
    desk = visited(by_order=True)
    assert desk.order(OrderVerb.UNLOCK, **FOR_VISIT) == (REFUSED, Refusal.ORDERED_VISIT)
    desk.tell(shown)
    assert desk.state.mode.mode is Mode.VISIT
    assert desk.order(OrderVerb.UNLOCK, **FOR_VISIT)[0] == "accepted"


def test_an_order_that_lengthens_a_visit_does_not_lengthen_the_reason() -> None:
    desk = visited()
    desk.wait(hours=3, minutes=59)
    desk.order(OrderVerb.SET_MODE, argument=Mode.VISIT)
    assert desk.order(OrderVerb.UNLOCK, **FOR_VISIT)[0] == "accepted"
    desk.wait(minutes=2)
    assert desk.state.mode.mode is Mode.VISIT
    assert desk.order(OrderVerb.UNLOCK, **FOR_VISIT) == (REFUSED, Refusal.ORDERED_VISIT)


def test_what_is_no_reason_is_none_after_a_restart_or_when_the_clock_is_set() -> None:
    desk = visited(by_order=True)
    desk.restart(seconds=30)
    desk.tell(ClockStepped(before=desk.at, after=desk.at + timedelta(hours=1)))
    desk.at += timedelta(hours=1)
    assert desk.order(OrderVerb.UNLOCK, **FOR_VISIT) == (REFUSED, Refusal.ORDERED_VISIT)


@given(
    steps=st.lists(
        st.tuples(st.sampled_from([*Mode]), st.integers(0, 20_000), st.integers(60, 20_000)),
        max_size=6,
    )
)
def test_no_row_of_orders_makes_a_reason(steps: list[tuple[Mode, int, int]]) -> None:
    desk = OrderDesk()
    for mode, wait_s, lasting_s in steps:
        desk.order(OrderVerb.SET_MODE, argument=mode, lasting_s=lasting_s)
        desk.wait(seconds=wait_s)
    assert desk.order(OrderVerb.UNLOCK, **FOR_VISIT)[0] == REFUSED


@pytest.mark.parametrize("home", [12, 2])
def test_an_alarm_that_nobody_closed_is_no_reason_for_ever(home: int) -> None:
    orders = OrderKeys(may=MAY, unlock_within=timedelta(hours=home))
    desk = OrderDesk(home_with_orders(orders=orders))
    desk.tell(PRESS)
    desk.wait(hours=home)
    assert desk.give(unlock(desk))[0] == "accepted"
    desk.wait(seconds=1)
    assert desk.give(unlock(desk)) == (REFUSED, Refusal.LONG_AGO)
    assert desk.order(OrderVerb.ACKNOWLEDGE, alarm_id=ALARM) == ("done", "")
    assert desk.give(unlock(desk))[0] == "accepted", "somebody has taken it"
    desk.wait(hours=home, seconds=1)
    desk.order(OrderVerb.ACKNOWLEDGE, alarm_id=ALARM)
    assert desk.give(unlock(desk)) == (REFUSED, Refusal.LONG_AGO), "no move, however often said"


@pytest.mark.parametrize("known", [True, False])
def test_an_alarm_of_a_clock_that_was_wrong_is_as_old_as_it_is(known: bool) -> None:
    desk = OrderDesk()
    alarm = desk.tell(PRESS).changed[0]
    long_ago = datetime(1970, 1, 1, tzinfo=UTC)
    raised = replace(
        alarm,
        clock=ClockQuality.UNKNOWN,
        raised_at=long_ago,
        history=tuple(replace(step, at=long_ago) for step in alarm.history),
        clock_offset_s=(desk.at - long_ago).total_seconds() if known else None,
    )
    desk.state = replace(desk.state, alarms={ALARM: raised})
    assert desk.give(unlock(desk))[0] == "accepted"
    desk.wait(hours=12, seconds=1)
    assert (desk.give(unlock(desk)) == (REFUSED, Refusal.LONG_AGO)) is known


def test_an_alarm_that_is_closed_is_no_reason_any_more(desk: OrderDesk) -> None:
    desk.tell(AlarmClosed(alarm_id=ALARM, receiver="centre", by="op-7"))
    assert desk.give(unlock(desk)) == (REFUSED, Refusal.NO_SUCH_ALARM)


def test_a_pre_alarm_that_may_be_cancelled_is_no_reason_yet() -> None:
    desk = OrderDesk()
    desk.tell(ButtonPressed(device_id="pendant"))
    assert desk.give(unlock(desk)) == (REFUSED, Refusal.NO_SUCH_ALARM)
    desk.wait(seconds=11)
    assert desk.give(unlock(desk))[0] == "accepted"


def test_a_test_alarm_opens_no_door() -> None:
    desk = OrderDesk()
    asked = {"role": "technician", "argument": "high"}
    assert desk.order(OrderVerb.SEND_TEST, **asked) == ("done", "")
    alarm = desk.alarm("test")
    assert (alarm.state, alarm.priority) == (AlarmState.RAISED, "high")
    assert desk.give(unlock(desk)) == (REFUSED, Refusal.NOT_URGENT)


def test_an_alarm_of_a_technician_at_work_opens_no_door() -> None:
    desk = OrderDesk()
    desk.order(OrderVerb.SET_MODE, role="technician", argument=Mode.SERVICE)
    desk.tell(LockJammed(device_id="front-lock"))
    assert desk.alarm("lock-fault").test
    fault = desk.alarm("lock-fault").alarm_id
    assert desk.give(unlock(desk, alarm_id=fault)) == (REFUSED, Refusal.NOT_URGENT)


def test_a_lock_that_is_stuck_opens_no_door_for_who_may_have_ordered_it_to_move() -> None:
    desk = OrderDesk()
    desk.tell(LockJammed(device_id="front-lock"))
    fault = desk.alarm("lock-fault")
    assert (fault.priority, fault.test) == ("medium", False)
    assert desk.give(unlock(desk, alarm_id=fault.alarm_id)) == (REFUSED, Refusal.NOT_URGENT)


def test_an_alarm_that_anybody_can_cause_from_afar_opens_no_door() -> None:
    desk = OrderDesk()
    desk.tell(
        CommandReceived(
            order_id="", verb="", role="", by="", receiver="centre", refused="bad-signature"
        )
    )
    assert desk.alarm("order-refused").priority == "medium"
    assert desk.give(unlock(desk)) == (REFUSED, Refusal.NOT_URGENT)


@pytest.mark.parametrize("verb", ["locked", "unlocked"])
def test_who_orders_a_lock_to_do_something_has_no_reason_to_open_the_door_by_that(
    verb: str,
) -> None:
    kind, said = KINDS["custom"], {"text": {"en": "The lock."}}
    when = {verb: ("front-lock",)}
    made = home_with_orders()
    rule = kind.bind("mine", kind.settings(when=when, **said), Context(made.devices, made.zone))
    desk = OrderDesk(replace(made, rules={**made.rules, "mine": rule}))
    moved = LockLocked if verb == "locked" else LockUnlocked
    desk.tell(moved(device_id="front-lock", by=LockedBy.ORDER))
    found = desk.alarm("custom").alarm_id
    assert desk.give(unlock(desk, alarm_id=found)) == (REFUSED, Refusal.NOT_URGENT)


def test_an_alarm_that_the_home_made_up_opens_a_door() -> None:
    kind, made = KINDS["custom"], home_with_orders()
    settings = kind.settings(when={"pressed": ("button",)}, text={"en": "The bell."})
    rule = kind.bind("mine", settings, Context(made.devices, made.zone))
    desk = OrderDesk(replace(made, rules={"mine": rule}))
    desk.tell(PRESS)
    assert desk.give(unlock(desk, alarm_id=desk.alarm("custom").alarm_id))[0] == "accepted"


def test_the_kinds_that_open_no_door_are_kinds() -> None:
    assert {kind for rule in KINDS.values() for kind in rule.raises} >= OPENS_NO_DOOR
    assert "button" not in OPENS_NO_DOOR


def test_a_refused_order_does_not_become_good_while_it_lies_about() -> None:
    desk = OrderDesk()
    early = unlock(desk)
    assert desk.give(early) == (REFUSED, Refusal.NO_SUCH_ALARM)
    desk.tell(PRESS)
    assert desk.give(early) == (REFUSED, Refusal.USED_BEFORE)
    assert desk.commands == []
