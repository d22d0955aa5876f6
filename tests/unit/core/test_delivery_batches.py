"""Reports: in batches, answered in any order, sent again under the same id, and none left out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heimvakt.core.batches import UNANSWERED_BYTES_MAX, Batches, Fetch, SendReports
from heimvakt.core.ledger import Stored
from heimvakt.core.nobody import MOST_S as NOBODY_S_MAX
from heimvakt.core.pace import BATCH_BYTES_MAX, BATCH_BYTES_MIN, ENVELOPE_BYTES
from heimvakt.core.reports import ReportClass
from heimvakt.core.retry import FORGOTTEN_S
from heimvakt.core.sessions import Kind, Session, Sessions
from heimvakt.core.uplink import Line
from tests.support.outbox import FAST

INFORMATION, TELEMETRY = ReportClass
SLOW = Line(rtt_s=0.01, bytes_per_s=20_000)


class Journal:
    """Events of two classes, one receiver, and a clock turned by hand."""

    def __init__(
        self,
        information: int = 0,
        telemetry: int = 0,
        *,
        paths: Sequence[str] = ("broadband",),
        caps: dict[str, float] | None = None,
        size: int = 1_000,
        seed: int = 7,
    ) -> None:
        self.now = 0.0
        self.size = size
        self.events: dict[ReportClass, list[int]] = {
            INFORMATION: list(range(2, 2 * information + 1, 2)),
            TELEMETRY: list(range(1, 2 * telemetry, 2)),
        }
        """Numbers of both, mixed as they are in a journal."""
        self.place = {INFORMATION: 0, TELEMETRY: 0}
        self.sessions = Sessions(
            [Session(path, bytes_per_s_max=(caps or {}).get(path)) for path in paths]
        )
        self.batches = Batches([INFORMATION, TELEMETRY], self.sessions, Random(seed))
        for path in paths:
            self.connect(path)
        self.sent: list[SendReports] = []

    def connect(self, path: str, line: Line = FAST, *, remembers: bool = True) -> None:
        self.sessions[path].stand(self.now, remembers=remembers)
        self.sessions[path].line = line

    def lose(self, path: str) -> None:
        self.sessions[path].lose()
        self.batches.lost(path)

    def happen(self, of: ReportClass) -> None:
        """One more event."""
        self.events[of].append(1 + max((*self.events[INFORMATION], *self.events[TELEMETRY], 0)))
        self.batches.news(of, self.now)

    def read(self, fetch: Fetch) -> list[Stored]:
        after = max(fetch.after, self.place[fetch.of])
        found = [Stored(n, "x" * self.size) for n in self.events[fetch.of] if n > after]
        return found[: max(1, min(fetch.rows_max, fetch.bytes_max // self.size))]

    def go(self) -> list[str]:
        """One round, as `Reporting` makes it; the ids of what was started."""
        started: list[str] = []
        while (fetch := self.batches.next(self.now)) is not None:
            send = self.batches.read(fetch, self.read(fetch), self.now)
            self.advance()
            if send is not None:
                self.sent.append(send)
                started.append(send.batch.batch_id)
        return started

    def confirm(self) -> None:
        """All that is under way."""
        for send in self.sent:
            self.batches.confirmed(send, self.now)

    def nobody(self) -> None:
        """All that is under way, and nobody hears it."""
        for send in self.sent:
            self.batches.nobody(send, self.now)

    def receipt(self, batch_id: str) -> bool:
        known = self.batches.answered(batch_id)
        self.advance()
        return known

    def advance(self) -> None:
        for of, through in self.batches.passed():
            assert through > self.place[of]
            self.place[of] = through

    def until(self, at: float) -> list[tuple[float, str]]:
        """Let time pass; the transport confirms everything at once."""
        gone: list[tuple[float, str]] = []
        while (next_at := self.batches.next_at(self.now)) is not None and next_at <= at:
            assert next_at > self.now
            self.now = next_at
            gone += [(self.now, batch_id) for batch_id in self.go()]
            self.confirm()
        self.now = at
        return gone


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


def test_a_receiver_that_answers_nothing_is_sent_a_limited_amount() -> None:
    journal = Journal(telemetry=1_500, information=1)
    while journal.go():
        journal.confirm()
    sent = sum(len(event.body) for s in journal.sent for event in s.batch.events)
    assert UNANSWERED_BYTES_MAX <= sent <= UNANSWERED_BYTES_MAX + BATCH_BYTES_MAX + 1_000
    journal.happen(INFORMATION)
    journal.now = 1.0
    assert len(journal.go()) == 1, "the other class has a limit of its own"


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


def test_when_nothing_moves_on_the_first_path_the_next_one_carries_them() -> None:
    journal = Journal(telemetry=3, paths=("broadband", "mobile"))
    (batch_id,) = journal.go()
    journal.now = 4.9
    assert journal.go() == []
    assert journal.batches.next_at(journal.now) is None or journal.batches.next_at(4.9) == 5.0
    journal.now = 5.0
    assert journal.go() == [batch_id]
    assert journal.sent[-1].session == "mobile"


def test_a_session_that_carries_no_reports_is_given_none() -> None:
    session = Session("sms", carries_reports=False)
    session.stand()
    assert Batches([TELEMETRY], Sessions([session]), Random(1)).next(0.0) is None


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


def test_what_comes_while_the_journal_is_read_is_read_too() -> None:
    journal = Journal()
    fetch = journal.batches.next(0.0)
    assert fetch is not None
    journal.happen(INFORMATION)
    assert journal.batches.read(fetch, [], 0.0) is None
    assert journal.until(2.0) == [(1.0, "information-1-1")]


def test_a_journal_that_cannot_be_read_is_asked_again() -> None:
    journal = Journal(information=1)
    fetch = journal.batches.next(0.0)
    assert fetch is not None
    journal.batches.unread(fetch, 0.0)
    journal.go()
    assert "information-2-2" in [batch_id for _, batch_id in journal.until(2.0)]


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
    for _ in range(300):
        journal.now += 700.0
        journal.go()
        journal.confirm()
        for send in journal.sent:
            journal.receipt(send.batch.batch_id)
    for of, numbers in journal.events.items():
        assert journal.place[of] == max(numbers)
    assert not journal.batches.waits


@pytest.mark.parametrize("size", [1, 700, 5_000, 200_000])
def test_one_event_always_goes_however_long(size: int) -> None:
    journal = Journal(telemetry=3, size=size)
    for _ in range(3):
        journal.go()
        journal.confirm()
    assert {e.seq for s in journal.sent for e in s.batch.events} == {1, 3, 5}
