"""One order from its beginning to its end, by values alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt_drivers.serial.locks.contacts import Contact, Levels
from heimvakt_drivers.serial.locks.order import (
    DONE,
    Order,
    Stage,
    Step,
    Verdict,
    late,
    lost,
    moved,
    read_again,
    refused,
    sent,
    taken,
)

SHUT: Levels = {Contact.BOLT: True, Contact.RELEASE: False}
LET_GO: Levels = {Contact.BOLT: True, Contact.RELEASE: True}
OPEN: Levels = {Contact.BOLT: False, Contact.RELEASE: True}
GIVEN = Order(wants=False, releases=True, before=SHUT, until=8.0, bolt_within_s=3.0)
SENT = sent(GIVEN)


def verdict(step: Step) -> Verdict | None:
    return step[1]


def test_answer_and_bolt_make_it_done() -> None:
    order, nothing = taken(SENT, LET_GO, 1.0)
    assert nothing is None
    assert verdict(moved(order, OPEN, 1.2)) == DONE


def test_the_bolt_alone_makes_it_done_for_an_answer_can_be_lost() -> None:
    assert verdict(moved(SENT, OPEN, 1.0)) == DONE


def test_what_is_let_go_is_as_good_as_an_answer() -> None:
    order, nothing = moved(SENT, LET_GO, 1.0)
    assert (order.stage, nothing) == (Stage.TAKEN, None)
    assert verdict(moved(replace(SENT, wants=None), LET_GO, 1.0)) == DONE


def test_a_bolt_that_was_in_before_shows_nothing() -> None:
    order = replace(SENT, before=OPEN)
    assert verdict(moved(order, OPEN, 1.0)) is None
    assert verdict(taken(order, OPEN, 1.0)) == DONE


def test_where_nothing_tells_of_the_bolt_the_answer_is_enough() -> None:
    assert verdict(taken(replace(SENT, wants=None), {}, 1.0)) == DONE


def test_what_was_never_sent_was_surely_not_done() -> None:
    assert verdict(lost(GIVEN, "gone")) == Verdict(done=False, reason="gone")
    ended = verdict(late(GIVEN, 8.0))
    assert ended is not None
    assert ended.certain


def test_what_was_sent_may_have_been_done() -> None:
    assert verdict(lost(SENT, "gone")) is None
    ended = verdict(late(SENT, 8.0))
    assert ended is not None
    assert not ended.certain
    assert not ended.jammed


def test_a_bolt_that_does_not_follow_is_jammed_and_nobody_knows() -> None:
    order, _ = taken(SENT, LET_GO, 1.0)
    assert verdict(late(order, 3.9)) is None
    ended = verdict(late(order, 4.0))
    assert ended is not None
    assert ended.jammed
    assert not ended.certain


def test_a_refusal_is_certain() -> None:
    ended = verdict(refused(SENT))
    assert ended is not None
    assert ended.certain


def test_after_a_break_it_is_not_waited_for_the_whole_time() -> None:
    assert read_again(SENT, 2.0).ends_at == 5.0
    assert read_again(SENT, 7.0).ends_at == 8.0
    assert read_again(GIVEN, 2.0).ends_at == 8.0


@pytest.mark.parametrize("order", [GIVEN, SENT, taken(SENT, LET_GO, 1.0)[0]])
def test_time_alone_never_makes_it_done(order: Order) -> None:
    ended = verdict(late(order, 100.0))
    assert ended is not None
    assert not ended.done


STEPS: dict[str, Callable[[Order, float], Step]] = {
    "sent": lambda order, now: (sent(order), None),
    "taken": lambda order, now: taken(order, SHUT, now),
    "shut": lambda order, now: moved(order, SHUT, now),
    "let go": lambda order, now: moved(order, LET_GO, now),
    "lost": lambda order, now: lost(order, "gone"),
    "late": lambda order, now: late(order, now),
    "again": lambda order, now: (read_again(order, now), None),
}


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=12))
def test_without_the_bolt_it_is_never_done_and_once_sent_never_surely_not(names: list[str]) -> None:
    order, was_sent = GIVEN, False
    for now, name in enumerate(names, start=1):
        if name == "taken" and not was_sent:
            continue  # nobody answers what nobody asked
        was_sent = was_sent or name == "sent"
        order, ended = STEPS[name](order, float(now))
        if ended is not None:
            assert not ended.done
            assert ended.certain is not was_sent
            return
