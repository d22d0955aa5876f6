"""What is sent again, and when: until it is answered, and after a connection that is gone."""

from __future__ import annotations

from itertools import pairwise

import pytest

from heimvakt.core.retry import FORGOTTEN_S
from heimvakt.core.sessions import ALARM_BYTES
from heimvakt.core.uplink import Waits
from tests.support.outbox import HIGH, LOW, MEDIUM, Outbox, row

# --- until it is answered -------------------------------------------------------------------------


def times_of(outbox: Outbox, until: float) -> list[float]:
    """When an alarm that the transport always takes and nobody answers for is sent."""
    times: list[float] = []
    while outbox.now < until:
        for number, path in outbox.go():
            times.append(outbox.now)
            outbox.confirm(number, path=path)
        outbox.now = outbox.planner.next_at(outbox.now) or until
    return times


@pytest.mark.parametrize("urgency", [HIGH, MEDIUM, LOW])
def test_the_schedule_is_the_promise_and_never_ends(urgency: int) -> None:
    times = times_of(Outbox(row(1, urgency)), 100 * 3_600.0)
    assert times[:17] == [30.0 * n for n in range(17)]
    later = [b - a for a, b in pairwise(times[16:])]
    assert all(540.0 <= gap <= 660.0 for gap in later)
    assert len(set(later)) > 100, "with jitter"
    assert sum(later) > 99 * 3_600.0


def test_what_is_answered_is_not_sent_again_and_what_is_not_is() -> None:
    outbox = Outbox(row(1), row(2))
    outbox.start()
    outbox.confirm(1, 2)
    outbox.answer(1)
    assert outbox.until(30.0) == [(30.0, 2, "broadband")]
    assert [send.attempt for send in outbox.sends] == [1, 1, 2]


def test_an_answer_before_its_turn_and_before_the_transport_confirms_ends_it() -> None:
    outbox = Outbox(*(row(n) for n in range(25)))
    outbox.start()
    outbox.answer(20)
    outbox.answer(0)
    outbox.confirm(0, 1)
    assert outbox.start() == [21, 22]
    outbox.confirm(*range(2, 20), 21, 22)
    again = [number for _, number, _ in outbox.until(40.0)]
    assert again
    assert 0 not in again
    assert 20 not in again


def test_a_newer_revision_goes_out_when_the_older_one_is_through_and_begins_anew() -> None:
    outbox = Outbox(row(1))
    outbox.start()
    outbox.confirm(1)
    outbox.until(30.0)
    outbox.write(row(1, revision=1))
    assert outbox.start() == [], "the older one is under way"
    outbox.confirm(1)
    assert outbox.start() == [1]
    assert outbox.sends[-1].attempt == 1
    outbox.answer(1, revision=0)
    assert outbox.waits() is Waits.SOMETHING, "a late answer for what it was before"
    outbox.answer(1, revision=1)
    assert outbox.waits() is Waits.NOTHING


def test_what_cannot_be_read_is_put_off_for_a_moment_and_does_not_count() -> None:
    outbox = Outbox(row(1, HIGH), row(2))
    outbox.start()
    outbox.planner.put_off(outbox.under_way.pop(("no-1-1", "broadband")), 0.0)
    outbox.confirm(2)
    assert outbox.until(2.0) == [(1.0, 1, "broadband")]
    assert outbox.sends[-1].attempt == 1


# --- after a connection that is gone --------------------------------------------------------------


def test_after_a_broken_connection_only_what_was_not_confirmed_and_what_is_high_goes_again() -> (
    None
):
    outbox = Outbox(row(1), row(2), row(3, HIGH))
    assert outbox.start() == [3, 1, 2]
    outbox.confirm(1, 3)
    outbox.lose("broadband")
    assert outbox.waits() is Waits.HIGH
    assert outbox.until(10.0) == []
    outbox.connect("broadband")
    assert outbox.start() == [3, 2]
    outbox.confirm(3, 2)
    assert outbox.until(30.0)[0] == (30.0, 3, "broadband")


def test_what_was_confirmed_on_a_connection_that_is_gone_counts_for_nothing() -> None:
    outbox = Outbox(row(1))
    outbox.start()
    late = outbox.under_way[("no-1-1", "broadband")]
    outbox.lose("broadband")
    outbox.connect("broadband")
    assert outbox.start() == [1]
    outbox.planner.confirmed(late, outbox.now)
    assert outbox.sessions["broadband"].bytes_under_way == ALARM_BYTES


# --- what the far end has forgotten ---------------------------------------------------------------


def test_what_a_broker_has_forgotten_goes_again_at_once() -> None:
    outbox = Outbox(row(1), row(2, MEDIUM))
    outbox.start()
    outbox.confirm(1, 2)
    outbox.lose("broadband")
    outbox.planner.connected("broadband", 0.0, remembers=False)
    assert outbox.start() == [2, 1]
    assert [send.attempt for send in outbox.sends] == [1, 1, 1, 1]
    outbox.confirm(1, 2)
    again = [(FORGOTTEN_S, 2, "broadband"), (FORGOTTEN_S, 1, "broadband")]
    assert outbox.until(10.0) == again, "the receiver may not have been there yet"
    outbox.confirm(1, 2)
    assert {at for at, _, _ in outbox.until(36.0)} == {FORGOTTEN_S + 30.0}


def test_what_a_broker_takes_after_it_has_forgotten_us_goes_again_once() -> None:
    outbox = Outbox(row(1, HIGH), row(2))
    outbox.lose("broadband")
    outbox.planner.connected("broadband", 0.0, remembers=False)
    outbox.start()
    outbox.confirm(1, 2)
    assert outbox.until(20.0) == [(FORGOTTEN_S, 1, "broadband"), (FORGOTTEN_S, 2, "broadband")]
    outbox.confirm(1, 2)
    assert {at for at, _, _ in outbox.until(40.0)} == {FORGOTTEN_S + 30.0}
