"""Each order once, in time, and only by who may (promise 23)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from heimvakt.core.alarms import AlarmState
from heimvakt.core.commands import Verb
from heimvakt.core.events import (
    ClockQuality,
    CommandCompleted,
    CommandReceived,
    CommandResult,
    Feedback,
    Mode,
    OrderRefused,
    stamped,
)
from heimvakt.core.orders import (
    KEPT_MAX,
    MAY,
    RESULT_AFTER,
    SELF_TEST_AFTER,
    KeyRole,
    OrderKeys,
    OrderVerb,
    Refusal,
)
from tests.support.homes import EVENING
from tests.support.ordered import ALARM, LOCK, REFUSED, done, unlock, with_an_alarm
from tests.support.orders import OrderDesk, home_with_orders, new_id, order


@pytest.fixture
def desk() -> OrderDesk:
    return with_an_alarm()


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


@pytest.mark.parametrize("outcome", ["", *Feedback])
def test_who_closes_an_alarm_by_order_says_what_it_was(desk: OrderDesk, outcome: str) -> None:
    assert desk.order(OrderVerb.CLOSE, alarm_id=ALARM, argument=outcome)[0] == "done"
    assert desk.table[ALARM].outcome == (outcome or "unknown")


def test_an_alarm_is_not_closed_as_what_nobody_knows(desk: OrderDesk) -> None:
    said = desk.order(OrderVerb.CLOSE, alarm_id=ALARM, argument="pet")
    assert said == (REFUSED, Refusal.WRONG_ARGUMENT)
    assert desk.table[ALARM].state.is_open


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
