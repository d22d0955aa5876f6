"""Each order once, only by who may, and a door only for a reason (promise 23)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.alarms import AlarmState
from heimvakt.core.audit import entries
from heimvakt.core.commands import Command, Verb
from heimvakt.core.events import (
    AlarmClosed,
    Bundle,
    ButtonPressed,
    ClockQuality,
    ClockStepped,
    CommandCompleted,
    CommandReceived,
    CommandResult,
    Event,
    Feedback,
    LockedBy,
    LockJammed,
    LockLocked,
    LockUnlocked,
    Mode,
    ModeChosen,
    OrderRefused,
    TagPresented,
    stamped,
)
from heimvakt.core.mode_plans import PLANS
from heimvakt.core.obeying import GIVEN_UP
from heimvakt.core.order_checks import OPENS_NO_DOOR
from heimvakt.core.orders import (
    COMMAND_WITHIN,
    KEPT_MAX,
    MAY,
    RESULT_AFTER,
    SELF_TEST_AFTER,
    KeyRole,
    OrderKeys,
    OrderVerb,
    Refusal,
)
from heimvakt.core.reports import report_class
from heimvakt.rules import KINDS, Context
from tests.support.homes import EVENING, GATEWAY
from tests.support.orders import OrderDesk, home_with_orders, new_id, order

PRESS = ButtonPressed(device_id="button")
TAG = TagPresented(device_id="front-lock", tag="carer-7")
CODE = LockUnlocked(device_id="front-lock", by=LockedBy.CODE)
LOCK: dict[str, Any] = {"device_id": "front-lock"}
FOR_VISIT: dict[str, Any] = {**LOCK, "argument": "visit"}
ALARM = f"{GATEWAY}-1"
REFUSED = "refused"


@pytest.fixture
def desk() -> OrderDesk:
    """With an open alarm."""
    made = OrderDesk()
    made.tell(PRESS)
    assert made.alarm("button").alarm_id == ALARM
    return made


def unlock(desk: OrderDesk, **said: object) -> CommandReceived:
    return order(OrderVerb.UNLOCK, desk.at, **{**LOCK, "alarm_id": ALARM, **said})


def done(
    order_id: str, result: CommandResult = CommandResult.DONE, reason: str = ""
) -> CommandCompleted:
    return CommandCompleted(
        command_id=order_id, verb=Verb.UNLOCK, device_id="front-lock", result=result, reason=reason
    )


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


@pytest.mark.parametrize("outcome", ["", *Feedback])
def test_who_closes_an_alarm_by_order_says_what_it_was(desk: OrderDesk, outcome: str) -> None:
    assert desk.order(OrderVerb.CLOSE, alarm_id=ALARM, argument=outcome)[0] == "done"
    assert desk.table[ALARM].outcome == (outcome or "unknown")


def test_an_alarm_is_not_closed_as_what_nobody_knows(desk: OrderDesk) -> None:
    said = desk.order(OrderVerb.CLOSE, alarm_id=ALARM, argument="pet")
    assert said == (REFUSED, Refusal.WRONG_ARGUMENT)
    assert desk.table[ALARM].state.is_open


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


# --- once -----------------------------------------------------------------------------------------


def test_an_order_that_comes_again_is_told_what_became_of_it(desk: OrderDesk) -> None:
    given = unlock(desk)
    desk.give(given)
    (again,) = desk.tell(given).answers
    assert (again.code, again.first) == (Refusal.USED_BEFORE, "under way")
    desk.tell(done(given.order_id, CommandResult.FAILED, "the bolt is stuck"))
    (again,) = desk.tell(given).answers
    assert (again.first, "the bolt is stuck" in again.reason) == ("failed", True)
    assert len(desk.commands) == 1


def test_what_comes_again_and_again_looks_like_an_attack(desk: OrderDesk) -> None:
    given = unlock(desk)
    desk.give(given)
    for _ in range(2):
        desk.give(given)
    assert desk.kinds() == ["button"]
    desk.give(given)
    assert desk.kinds() == ["button", "order-refused"]


def test_a_restart_forgets_no_order(desk: OrderDesk) -> None:
    given = unlock(desk)
    desk.give(given)
    desk.tell(done(given.order_id))
    desk.restart(seconds=30)
    assert desk.give(given) == (REFUSED, Refusal.USED_BEFORE)
    assert len(desk.commands) == 1


def test_what_a_restart_met_under_way_is_not_known_and_never_done_again(desk: OrderDesk) -> None:
    given = unlock(desk)
    desk.give(given)
    desk.restart(seconds=3)
    start = next(o for o in [desk.outcome] if o.answers)
    (answer,) = start.answers
    assert (answer.order_id, answer.result) == (given.order_id, "timed-out")
    assert "nobody knows" in answer.reason
    assert desk.give(given) == (REFUSED, Refusal.USED_BEFORE)
    desk.wait(minutes=1)
    assert len(desk.commands) == 1


def test_an_order_is_forgotten_when_it_has_expired(desk: OrderDesk) -> None:
    given = unlock(desk)
    desk.give(given)
    desk.tell(done(given.order_id))
    desk.wait(minutes=7)
    desk.order(OrderVerb.OUTSTANDING)
    assert given.order_id not in desk.state.orders
    assert desk.give(given) == (REFUSED, Refusal.EXPIRED)


def test_a_clock_that_is_set_back_makes_no_order_good_again(desk: OrderDesk) -> None:
    given = unlock(desk)
    desk.give(given)
    desk.tell(done(given.order_id))
    now = desk.at
    desk.at = now + timedelta(hours=1)  # wrongly
    desk.order(OrderVerb.OUTSTANDING)
    desk.at = now + timedelta(minutes=1)
    assert desk.give(given) == (REFUSED, Refusal.EXPIRED)
    desk.at = now + timedelta(minutes=6)
    assert desk.give(unlock(desk))[0] == "accepted"


def test_one_role_that_orders_too_much_leaves_room_for_the_others(desk: OrderDesk) -> None:
    for _ in range(KEPT_MAX):
        desk.order(OrderVerb.OUTSTANDING, role="fleet")
    assert desk.order(OrderVerb.OUTSTANDING, role="fleet") == (REFUSED, Refusal.TOO_MANY)
    assert len(desk.state.orders) == KEPT_MAX
    assert desk.give(unlock(desk))[0] == "accepted"


def test_who_asks_too_often_what_is_outstanding_can_still_open_a_door(desk: OrderDesk) -> None:
    for _ in range(KEPT_MAX):
        desk.order(OrderVerb.OUTSTANDING)
    assert desk.order(OrderVerb.OUTSTANDING) == (REFUSED, Refusal.TOO_MANY)
    assert desk.give(unlock(desk))[0] == "accepted"
    for _ in range(KEPT_MAX - 1):
        desk.order(OrderVerb.LOCK, **LOCK)
    assert desk.give(unlock(desk)) == (REFUSED, Refusal.TOO_MANY)


# --- in time --------------------------------------------------------------------------------------


def test_without_a_word_of_the_device_it_is_told_in_time_that_nobody_knows(desk: OrderDesk) -> None:
    given = unlock(desk)
    desk.give(given)
    began = desk.at
    desk.wait_until(began + RESULT_AFTER)
    (answer,) = desk.outcome.answers
    assert (answer.result, desk.at - began) == ("timed-out", RESULT_AFTER)
    assert timedelta(seconds=15) > RESULT_AFTER


def test_a_result_that_comes_late_is_told_all_the_same(desk: OrderDesk) -> None:
    given = unlock(desk)
    desk.give(given)
    desk.wait(seconds=20)
    (answer,) = desk.tell(done(given.order_id)).answers
    assert answer.result == "done"
    assert desk.tell(done(given.order_id)).answers == (), "once"


@pytest.mark.parametrize(
    ("issued_min", "expires_min", "why"),
    [
        (-6, -2, Refusal.EXPIRED),
        (2, 5, Refusal.TOO_EARLY),
        (0, 11, Refusal.TOO_LONG),
        (0, 0, Refusal.TOO_LONG),
        (3, 1, Refusal.TOO_LONG),
    ],
)
def test_it_must_be_fresh(desk: OrderDesk, issued_min: int, expires_min: int, why: str) -> None:
    given = unlock(
        desk,
        issued_at=desk.at + timedelta(minutes=issued_min),
        expires_at=desk.at + timedelta(minutes=expires_min),
    )
    assert desk.give(given) == (REFUSED, why)


def test_clocks_may_differ_a_little(desk: OrderDesk) -> None:
    ahead = desk.at + timedelta(seconds=59)
    given = unlock(desk, issued_at=ahead, expires_at=ahead + timedelta(minutes=10))
    assert desk.give(given)[0] == "accepted"


def test_while_nobody_knows_the_time_nothing_is_obeyed(desk: OrderDesk) -> None:
    given = unlock(desk)
    stamp = replace(desk.stamp(), clock=ClockQuality.UNKNOWN)
    from heimvakt.core.engine import step

    outcome = step(desk.home, desk.state, stamped(given, stamp))
    (answer,) = outcome.answers
    assert (answer.code, outcome.commands) == (Refusal.CLOCK_UNKNOWN, ())
    assert answer.reason == "the clock of the gateway is not set"
    desk.state = outcome.state
    assert desk.give(given) == (REFUSED, Refusal.USED_BEFORE), "also when it is set a moment later"


# --- who, and what --------------------------------------------------------------------------------


def test_each_role_may_give_its_orders_and_no_others(desk: OrderDesk) -> None:
    said: dict[OrderVerb, dict[str, object]] = {
        OrderVerb.UNLOCK: {**LOCK, "alarm_id": ALARM},
        OrderVerb.LOCK: LOCK,
        OrderVerb.LIGHT: {"device_id": "lamp", "argument": "on"},
        OrderVerb.IDENTIFY: {"device_id": "lamp"},
        OrderVerb.RELEASE_DOSE: {"device_id": "pills", "argument": EVENING.isoformat()},
        OrderVerb.SET_MODE: {"argument": Mode.AWAY},
        OrderVerb.ACKNOWLEDGE: {"alarm_id": ALARM},
        OrderVerb.OUTSTANDING: {},
        OrderVerb.SEND_TEST: {},
    }
    for role in KeyRole:
        for verb, fields in said.items():
            result, code = desk.order(verb, **fields, role=role)
            allowed = verb in MAY[role]
            assert (result != REFUSED) is allowed, (role, verb, code)
            assert allowed or code == Refusal.NOT_ALLOWED


def test_a_home_may_allow_less(desk: OrderDesk) -> None:
    narrow = OrderDesk(home_with_orders(orders=OrderKeys(may={"operator": frozenset({"lock"})})))
    assert narrow.order(OrderVerb.LOCK, **LOCK)[0] == "accepted"
    assert narrow.order(OrderVerb.OUTSTANDING) == (REFUSED, Refusal.NOT_ALLOWED)
    assert narrow.order(OrderVerb.OUTSTANDING, role="fleet") == (REFUSED, Refusal.NOT_ALLOWED)


def test_only_a_technician_begins_service_and_he_ends_it() -> None:
    desk = OrderDesk()
    service = {"argument": Mode.SERVICE}
    assert desk.order(OrderVerb.SET_MODE, **service) == (REFUSED, Refusal.NOT_ALLOWED)
    assert desk.order(OrderVerb.SET_MODE, **service, role="technician") == ("done", "")
    assert desk.state.mode.mode is Mode.SERVICE
    home = {"argument": Mode.HOME, "role": "technician"}
    assert desk.order(OrderVerb.SET_MODE, **home) == ("done", "")
    desk.order(OrderVerb.SET_MODE, argument=Mode.AWAY)
    assert desk.order(OrderVerb.SET_MODE, **home) == (REFUSED, Refusal.NOT_ALLOWED)


def test_the_device_must_be_there_and_able(desk: OrderDesk) -> None:
    attic, bed = unlock(desk, device_id="attic"), unlock(desk, device_id="bed")
    assert desk.give(attic) == (REFUSED, Refusal.NO_SUCH_DEVICE)
    assert desk.give(bed) == (REFUSED, Refusal.WRONG_DEVICE)


def test_what_is_not_built_yet_is_said_plainly(desk: OrderDesk) -> None:
    result = desk.order(OrderVerb.DIAGNOSTICS, role="fleet")
    assert result == (REFUSED, Refusal.NOT_HERE)


def test_a_self_test_is_answered_at_once_and_again_when_it_is_over(desk: OrderDesk) -> None:
    given = order(OrderVerb.SELF_TEST, desk.at, role="technician")
    assert desk.give(given) == ("accepted", "")
    desk.wait(minutes=3)
    done = CommandCompleted(
        command_id=given.order_id, verb="self-test", result=CommandResult.DONE, reason="all well"
    )
    (answer,) = desk.tell(done).answers
    assert (answer.result, answer.reason, answer.order_id) == ("done", "all well", given.order_id)


def test_of_a_self_test_that_never_ends_it_is_told_that_nobody_knows(desk: OrderDesk) -> None:
    given = order(OrderVerb.SELF_TEST, desk.at, role="technician")
    desk.give(given)
    desk.wait_until(desk.at + SELF_TEST_AFTER)
    assert desk.state.orders[given.order_id].result is CommandResult.TIMED_OUT


def test_an_operator_takes_and_closes_an_alarm_by_order(desk: OrderDesk) -> None:
    assert desk.order(OrderVerb.ACKNOWLEDGE, alarm_id=ALARM) == ("done", "")
    assert desk.alarm("button").accepted_by == "centre: op-7"
    assert desk.order(OrderVerb.CLOSE, alarm_id=ALARM) == ("done", "")
    assert desk.alarm("button").state is AlarmState.CLOSED
    assert desk.order(OrderVerb.CLOSE, alarm_id=ALARM) == (REFUSED, Refusal.NO_SUCH_ALARM)


def test_a_dose_goes_to_the_dispenser_with_its_moment(desk: OrderDesk) -> None:
    desk.order(OrderVerb.RELEASE_DOSE, device_id="pills", argument=f"{EVENING.isoformat()} travel")
    (command,) = desk.commands
    assert (command.verb, command.dose, command.travel) == (Verb.RELEASE_DOSE, EVENING, True)


def test_what_is_wrong_in_itself_is_refused_and_not_remembered() -> None:
    desk = OrderDesk()
    given = order(OrderVerb.LOCK, desk.at, **LOCK, refused="other-gateway")
    assert desk.give(given) == (REFUSED, Refusal.OTHER_GATEWAY)
    (refused,) = (e for e in desk.outcome.derived if isinstance(e, OrderRefused))
    assert refused.suspicious
    forged = CommandReceived(
        order_id="", verb="", role="", by="", receiver="centre", refused="bad-signature"
    )
    assert desk.give(forged) == (REFUSED, Refusal.BAD_SIGNATURE)
    assert desk.state.orders == {}


@pytest.mark.parametrize(("verb", "role"), [("set-mode", "operator"), ("send-test", "technician")])
def test_what_makes_no_sense_is_refused(verb: str, role: str) -> None:
    desk = OrderDesk()
    result = desk.order(OrderVerb(verb), role=role, argument="party")
    assert result == (REFUSED, Refusal.WRONG_ARGUMENT)
    strange = order(OrderVerb.LOCK, desk.at, refused="because")
    assert desk.give(strange) == (REFUSED, Refusal.MALFORMED)


def test_a_number_is_an_orders_own_whoever_gives_it(desk: OrderDesk) -> None:
    number = new_id()
    desk.order(OrderVerb.OUTSTANDING, order_id=number)
    assert desk.give(unlock(desk, order_id=number)) == (REFUSED, Refusal.USED_BEFORE)


BUNDLE = Bundle(url="https://centre.example/night.heimvakt", sha256=64 * "a", size=4_000)
FETCHES: dict[str, Any] = {"role": "fleet", "bundle": BUNDLE}


def updated(most: int = 1_000_000) -> OrderDesk:
    return OrderDesk(home_with_orders(orders=OrderKeys(may=MAY, bundle_bytes_max=most)))


@pytest.mark.parametrize("verb", [OrderVerb.CONFIGURE, OrderVerb.UPDATE])
def test_a_bundle_is_fetched_after_the_answer_and_one_at_a_time(verb: OrderVerb) -> None:
    desk = updated()
    first = order(verb, desk.at, **FETCHES)
    assert desk.give(first) == ("accepted", "")
    assert desk.order(OrderVerb.CONFIGURE, **FETCHES) == (REFUSED, Refusal.BUSY)
    desk.wait(minutes=50)
    done = CommandCompleted(command_id=first.order_id, verb=verb, result=CommandResult.DONE)
    (answer,) = desk.tell(done).answers
    assert (answer.result, answer.order_id) == ("done", first.order_id)
    assert desk.order(OrderVerb.UPDATE, **FETCHES) == ("accepted", "")


def test_only_a_fleet_lets_something_be_fetched_and_only_what_a_home_takes() -> None:
    for role in ("operator", "technician"):
        assert updated().order(OrderVerb.UPDATE, role=role, bundle=BUNDLE) == (
            REFUSED,
            Refusal.NOT_ALLOWED,
        )
    assert updated(3_999).order(OrderVerb.UPDATE, **FETCHES) == (REFUSED, Refusal.TOO_LARGE)
    assert updated(4_000).order(OrderVerb.UPDATE, **FETCHES) == ("accepted", "")
    assert OrderDesk().order(OrderVerb.CONFIGURE, **FETCHES) == (REFUSED, Refusal.NO_UPDATES)
    assert updated().order(OrderVerb.UPDATE, role="fleet") == (REFUSED, Refusal.WRONG_ARGUMENT)


def test_what_was_being_fetched_at_a_restart_has_to_be_ordered_again() -> None:
    desk = updated()
    given = order(OrderVerb.UPDATE, desk.at, **FETCHES)
    desk.give(given)
    desk.restart(seconds=3)
    (answer,) = desk.outcome.answers
    assert (answer.order_id, answer.result) == (given.order_id, CommandResult.TIMED_OUT)
    assert answer.reason == GIVEN_UP
    assert desk.order(OrderVerb.UPDATE, **FETCHES) == ("accepted", "")


def test_what_is_fetched_by_whom_and_from_where_is_in_the_audit_log() -> None:
    desk = updated()
    signed = replace(BUNDLE, url=f"{BUNDLE.url}?token=abc")
    desk.order(OrderVerb.CONFIGURE, role="fleet", bundle=signed)
    (entry,) = entries(desk.home, desk.journal[-1], desk.outcome)
    assert entry.about["bundle"] == BUNDLE.sha256
    assert entry.about["url"] == BUNDLE.url, "the query may be a permission"
    assert report_class(desk.journal[-1]) is None
