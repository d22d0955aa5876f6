"""Reports: in batches and in order, answered in any order, and none left out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heimvakt.core.reports import ReportClass
from tests.support.journal import INFORMATION, SLOW, TELEMETRY, Journal

# --- batches and receipts -------------------------------------------------------------------------


def test_information_goes_before_telemetry_and_each_in_order() -> None:
    journal = Journal(3, 4)
    assert journal.go() == ["information-2-6", "telemetry-1-7"]
    assert [event.seq for event in journal.sent[1].batch.events] == [1, 3, 5, 7]


def test_receipts_come_in_any_order_and_the_place_moves_over_what_has_no_gap() -> None:
    journal = Journal(telemetry=200)
    journal.go()
    first, second, third, *_ = [s.batch for s in journal.sent]
    assert journal.receipt(second.batch_id)
    assert journal.place[TELEMETRY] == 0
    assert journal.receipt(first.batch_id)
    assert journal.place[TELEMETRY] == second.through
    assert not journal.receipt(first.batch_id), "a receipt that comes twice"
    assert not journal.receipt("telemetry-1-3"), "no batch of that very id is under way"
    assert journal.receipt(third.batch_id)


def test_a_report_that_comes_alone_waits_for_company_and_a_backlog_does_not() -> None:
    journal = Journal(telemetry=1)
    journal.go()
    journal.receipt("telemetry-1-1")
    assert journal.until(10.0) == []
    journal.happen(TELEMETRY)
    assert journal.go() == []
    journal.now = 10.5
    journal.happen(TELEMETRY)
    assert journal.until(12.5) == [(11.0, "telemetry-2-3")]
    journal.receipt("telemetry-2-3")
    assert not journal.batches.waits
    assert journal.batches.next_at(12.5) is None


@pytest.mark.parametrize("size", [1, 700, 5_000, 200_000])
def test_one_event_always_goes_however_long(size: int) -> None:
    journal = Journal(telemetry=3, size=size)
    for _ in range(3):
        journal.go()
        journal.confirm()
    assert {e.seq for s in journal.sent for e in s.batch.events} == {1, 3, 5}


def test_an_event_that_no_message_can_say_is_found_and_left_out() -> None:
    journal, left_out = Journal(telemetry=9), 0
    told: set[int] = set()
    journal.go()
    while journal.sent:
        send = journal.sent.pop()
        numbers = {event.seq for event in send.batch.events}
        if 7 in numbers:
            left_out += journal.batches.cannot(send, journal.now)
        else:
            told |= numbers
            journal.batches.confirmed(send, journal.now)
            journal.batches.answered(send.batch.batch_id)
        journal.advance()
        journal.go()
    assert told == {1, 3, 5, 9, 11, 13, 15, 17}
    assert left_out == 1
    assert journal.place[TELEMETRY] == 17


# --- what is read of the journal ------------------------------------------------------------------


def test_what_was_dropped_meanwhile_is_passed_over() -> None:
    journal = Journal(telemetry=6)
    journal.go()
    journal.lose("broadband")
    journal.events[TELEMETRY] = [1, 3, 7, 9]
    journal.connect("broadband")
    assert journal.go() == ["telemetry-1-9"]
    journal.receipt("telemetry-1-9")
    journal.until(2.0)
    assert journal.place[TELEMETRY] == 11
    assert not journal.batches.waits


def test_what_comes_while_the_journal_is_read_is_read_too() -> None:
    journal = Journal()
    fetch = journal.batches.next(0.0)
    assert fetch is not None
    journal.happen(INFORMATION)
    assert journal.batches.read(fetch, [], 0.0) is None
    assert journal.until(2.0) == [(1.0, "information-1-1")]


def test_a_batch_that_cannot_be_read_once_more_is_asked_for_again() -> None:
    journal = Journal(information=1)
    (batch_id,) = journal.go()
    journal.until(2.0)
    at = journal.batches.next_at(journal.now)
    assert at is not None
    journal.now = at
    fetch = journal.batches.next(journal.now)
    assert fetch is not None
    assert fetch.again is not None
    journal.batches.unread(fetch, journal.now)
    assert journal.until(at + 2.0) == [(at + 1.0, batch_id)]


def test_a_journal_that_cannot_be_read_is_asked_again() -> None:
    journal = Journal(information=1)
    fetch = journal.batches.next(0.0)
    assert fetch is not None
    journal.batches.unread(fetch, 0.0)
    journal.go()
    assert "information-2-2" in [batch_id for _, batch_id in journal.until(2.0)]


# --- whatever happens -----------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_order_of_losses_receipts_and_news_leaves_no_report_out(data: st.DataObject) -> None:
    """And the place never passes what the receiver has not answered for."""
    journal = Journal(5, 30, paths=("broadband", "mobile"), size=700)
    for path in ("broadband", "mobile"):
        journal.sessions[path].line = SLOW
    has: set[int] = set()
    for _ in range(data.draw(st.integers(0, 40))):
        match data.draw(st.sampled_from(["time", "confirm", "receipt", "lose", "connect", "new"])):
            case "time":
                journal.now += data.draw(st.sampled_from([0.1, 2.0, 6.0, 40.0]))
            case "confirm" if journal.sent:
                journal.batches.confirmed(data.draw(st.sampled_from(journal.sent)), journal.now)
            case "receipt" if journal.sent:
                send = data.draw(st.sampled_from(journal.sent))
                has |= {event.seq for event in send.batch.events}
                journal.receipt(send.batch.batch_id)
            case "lose":
                journal.lose(data.draw(st.sampled_from(["broadband", "mobile"])))
            case "connect":
                path = data.draw(st.sampled_from(["broadband", "mobile"]))
                if not journal.sessions[path].standing:
                    journal.connect(path, SLOW)
            case "new":
                journal.happen(data.draw(st.sampled_from(ReportClass)))
            case _:
                continue
        journal.go()
        for of, numbers in journal.events.items():
            assert has >= {n for n in numbers if n <= journal.place[of]}
    for path in ("broadband", "mobile"):
        if not journal.sessions[path].standing:
            journal.connect(path)
    # One path carries nothing any more, and only what is due makes anybody look.
    hangs = data.draw(st.sampled_from(["broadband", "mobile", "none"]))
    while journal.batches.waits:
        journal.go()
        moves = [send for send in journal.sent if send.session != hangs]
        for send in moves:
            journal.batches.confirmed(send, journal.now)
            has |= {event.seq for event in send.batch.events}
            journal.receipt(send.batch.batch_id)
        journal.sent = [send for send in journal.sent if send not in moves]
        for of, numbers in journal.events.items():
            assert has >= {n for n in numbers if n <= journal.place[of]}
        if not journal.go() and journal.batches.waits:
            next_at = journal.batches.next_at(journal.now)
            assert next_at is not None, "nobody would ever look again"
            journal.now = next_at
    for of, numbers in journal.events.items():
        assert journal.place[of] == max(numbers)
    assert not journal.batches.waits
