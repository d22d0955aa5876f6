"""Which path reports go on, and how much of it they may take."""

from __future__ import annotations

from random import Random

from heimvakt.core.batches import UNANSWERED_BYTES_MAX, Batches
from heimvakt.core.pace import BATCH_BYTES_MAX, ENVELOPE_BYTES
from heimvakt.core.sessions import Kind, Session, Sessions
from tests.support.journal import INFORMATION, SLOW, TELEMETRY, Journal


def test_a_receiver_that_answers_nothing_is_sent_a_limited_amount() -> None:
    journal = Journal(telemetry=1_500, information=1)
    while journal.go():
        journal.confirm()
    sent = sum(len(event.body) for s in journal.sent for event in s.batch.events)
    assert UNANSWERED_BYTES_MAX <= sent <= UNANSWERED_BYTES_MAX + BATCH_BYTES_MAX + 1_000
    journal.happen(INFORMATION)
    journal.now = 1.0
    assert len(journal.go()) == 1, "the other class has a limit of its own"


def test_a_capped_path_carries_its_rate_and_leaves_room_for_alarms() -> None:
    journal = Journal(telemetry=800, caps={"broadband": 2_000.0})
    journal.go()
    journal.confirm()
    for _ in range(200):
        journal.until(journal.now + 1.0)
        for send in journal.sent:
            journal.receipt(send.batch.batch_id)
        journal.go()
        journal.confirm()
        assert journal.sessions["broadband"].has_room(Kind.ALARM, journal.now)
    events = sum(len(event.body) for s in journal.sent for event in s.batch.events)
    sent = events + len(journal.sent) * ENVELOPE_BYTES
    assert 0.95 * 200 * 2_000 <= sent <= 200 * 2_000 + 30_000 + 2_000


def test_nothing_goes_while_the_window_is_full() -> None:
    journal = Journal(telemetry=5)
    journal.sessions["broadband"].line = SLOW
    journal.sessions["broadband"].start(Kind.HIGH, 50_000, 0.0)
    assert journal.go() == []


def test_when_nothing_moves_on_the_first_path_the_next_one_carries_them() -> None:
    journal = Journal(telemetry=3, paths=("broadband", "mobile"))
    (batch_id,) = journal.go()
    journal.now = 4.9
    assert journal.go() == []
    assert journal.batches.next_at(journal.now) == 5.0
    journal.now = 5.0
    assert journal.go() == [batch_id]
    assert journal.sent[-1].session == "mobile"


def test_a_session_that_carries_no_reports_is_given_none() -> None:
    session = Session("sms", carries_reports=False)
    session.stand()
    assert Batches([TELEMETRY], Sessions([session]), Random(1)).next(0.0) is None
