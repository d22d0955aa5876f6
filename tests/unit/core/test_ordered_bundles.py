"""An order to fetch something: one at a time, by a fleet alone, and it is in the audit log."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from heimvakt.core.audit import entries
from heimvakt.core.events import Bundle, CommandCompleted, CommandResult
from heimvakt.core.obeying import GIVEN_UP
from heimvakt.core.orders import MAY, OrderKeys, OrderVerb, Refusal
from heimvakt.core.reports import report_class
from tests.support.ordered import REFUSED
from tests.support.orders import OrderDesk, home_with_orders, order

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
