"""Reports are sent again under the same id: when, how often, and which of them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from heimvakt.core.nobody import MOST_S as NOBODY_S_MAX
from heimvakt.core.pace import BATCH_BYTES_MIN, ENVELOPE_BYTES
from heimvakt.core.retry import FORGOTTEN_S
from tests.support.journal import SLOW, TELEMETRY, Journal


def test_no_receipt_and_the_oldest_goes_again_under_its_id_ever_more_seldom() -> None:
    journal = Journal(telemetry=200)
    ids = journal.go()
    journal.confirm()
    again = journal.until(4 * 3_600.0)
    assert {batch_id for _, batch_id in again} == {ids[0]}, "a receiver that is away is not flooded"
    gaps = [b - a for (a, _), (b, _) in pairwise(again)]
    assert 27.0 <= again[0][0] <= 33.0
    assert all(a < b for a, b in pairwise(gaps[:4]))
    assert all(540.0 <= gap <= 660.0 for gap in gaps[6:])
    journal.receipt(ids[0])
    assert journal.go() == [ids[1]], "it answers: now the next one"


def test_what_was_not_confirmed_on_a_lost_connection_goes_again_in_messages_that_fit() -> None:
    journal = Journal(telemetry=100)
    journal.go()
    journal.lose("broadband")
    assert journal.go() == []
    journal.connect("broadband", SLOW)
    first, second = journal.sent[0], None
    again = journal.go()
    second = journal.sent[-1]
    assert len(again) == 1
    assert first.batch.events[0] == second.batch.events[0]
    assert len(second.batch.events) == (BATCH_BYTES_MIN - ENVELOPE_BYTES) // 1_000
    for _ in range(100):
        journal.confirm()
        for send in list(journal.sent):
            journal.receipt(send.batch.batch_id)
        journal.go()
    assert journal.place[TELEMETRY] == 199


def test_what_was_confirmed_on_a_lost_connection_waits_for_its_time() -> None:
    journal = Journal(telemetry=3)
    journal.go()
    journal.confirm()
    journal.lose("broadband")
    journal.connect("broadband")
    assert journal.go() == []
    (at, again), *_ = journal.until(60.0)
    assert 27.0 <= at <= 33.0
    assert again == journal.sent[0].batch.batch_id


def test_what_a_broker_has_forgotten_goes_again_at_once_and_in_a_moment() -> None:
    journal = Journal(information=1)
    (first,) = journal.go()
    journal.confirm()
    journal.lose("broadband")
    journal.connect("broadband", remembers=False)
    assert journal.go() == []
    journal.batches.forgotten("broadband")
    assert journal.go() == [first]
    journal.confirm()
    assert [at for at, _ in journal.until(10.0)] == [pytest.approx(FORGOTTEN_S, rel=0.1)]


def test_what_a_broker_takes_after_it_has_forgotten_us_goes_again_once() -> None:
    journal = Journal(telemetry=3)
    journal.lose("broadband")
    journal.connect("broadband", remembers=False)
    (first,) = journal.go()
    journal.confirm()
    again = journal.until(60.0)
    assert [batch_id for _, batch_id in again] == [first, first]
    assert again[0][0] == FORGOTTEN_S
    assert again[1][0] >= FORGOTTEN_S + 27.0, "then as seldom as ever"


def test_that_nobody_hears_may_be_said_late_and_it_is_asked_again_all_the_same() -> None:
    journal = Journal(telemetry=1)
    (first,) = journal.go()
    journal.now = 20.0
    journal.nobody()
    next_at = journal.batches.next_at(journal.now)
    assert next_at is not None
    journal.now = next_at
    assert journal.go() == [first]


def test_while_nobody_hears_one_batch_at_a_time_asks_ever_more_seldom() -> None:
    journal = Journal(telemetry=200)
    started = journal.go()
    assert len(started) > 1
    journal.nobody()
    times = []
    while journal.now < 100.0:
        next_at = journal.batches.next_at(journal.now)
        assert next_at is not None
        journal.now = next_at
        assert journal.go() == started[:1]
        times.append(journal.now)
        journal.nobody()
    gaps = [b - a for a, b in pairwise(times)]
    assert gaps[0] >= 1.0
    assert all(a <= b for a, b in pairwise(gaps))
    assert gaps[-1] == NOBODY_S_MAX
    journal.now += NOBODY_S_MAX
    assert journal.go() == started[:1]
    journal.confirm()
    assert journal.go()[: len(started) - 1] == started[1:], "somebody hears: all of them go"
