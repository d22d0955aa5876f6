"""What goes now: priority, then age, and only as much as there is room for."""

from __future__ import annotations

from heimvakt.core.outgoing import FRESH_S
from heimvakt.core.sessions import ALARM_BYTES, HIGH_MAX, OTHERS_MAX
from heimvakt.core.uplink import Line
from tests.support.outbox import HIGH, MEDIUM, Outbox, row


def test_priority_first_and_age_within_it() -> None:
    outbox = Outbox(row(5, MEDIUM), row(2), row(9, HIGH), row(1), row(7, HIGH))
    assert outbox.start() == [7, 9, 5, 1, 2]


def test_only_so_many_at_once_and_the_next_when_one_is_confirmed() -> None:
    outbox = Outbox(*(row(n) for n in range(50)))
    assert len(outbox.start()) == OTHERS_MAX
    assert outbox.start() == []
    outbox.confirm(3, 4)
    assert outbox.start() == [20, 21]


def test_on_a_slow_line_only_as_much_is_under_way_as_is_through_in_a_moment() -> None:
    outbox = Outbox(*(row(n) for n in range(50)), line=Line(rtt_s=0.05, bytes_per_s=32_000))
    assert len(outbox.start()) * ALARM_BYTES <= 0.2 * 32_000
    outbox = Outbox(*(row(n) for n in range(50)), line=Line(rtt_s=0.5, bytes_per_s=1_000))
    assert outbox.start() == [0], "one at least, or nothing would ever move"


def test_a_high_one_goes_at_once_however_many_are_under_way() -> None:
    outbox = Outbox(*(row(n) for n in range(500)), line=Line(rtt_s=0.5, bytes_per_s=1_000))
    outbox.start()
    outbox.write(row(900, HIGH))
    assert outbox.start() == [900]
    assert len(outbox.reads) == 1, "without being read"


def test_high_ones_have_a_limit_too() -> None:
    outbox = Outbox(*(row(n, HIGH) for n in range(500)))
    assert len(outbox.start()) == HIGH_MAX


def test_of_thousands_of_high_ones_that_wait_the_newest_goes_before_the_others() -> None:
    line = Line(rtt_s=0.05, bytes_per_s=32_000)
    outbox = Outbox(*(row(n, HIGH) for n in range(5_000)), line=line)
    done = outbox.start()
    assert len(done) * ALARM_BYTES <= 32_000 * 0.15, "what has waited is bounded in bytes"
    for number in (9_000, 9_001):
        outbox.write(row(number, HIGH))
        assert outbox.start() == [number], "beside all that is under way, and without being read"
    assert [send.fresh for send in outbox.sends[-2:]] == [True, True]
    outbox.confirm(*done)
    assert outbox.start()[0] == len(done), "and the oldest go on"


def test_of_many_fresh_ones_the_newest_goes_first_and_old_ones_have_room_all_the_same() -> None:
    line = Line(rtt_s=0.05, bytes_per_s=32_000)
    outbox = Outbox(row(1, HIGH), row(2, HIGH), line=line)
    for number in range(100, 140):
        outbox.write(row(number, HIGH))
    started = outbox.start()
    assert started == [139, 138, 137, 136, 1]
    outbox.write(row(200, HIGH))
    outbox.confirm(139)
    assert outbox.start() == [200]
    outbox.confirm(1)
    assert outbox.start() == [2]


def test_after_a_minute_a_high_one_is_one_of_those_that_have_waited() -> None:
    outbox = Outbox(line=Line(rtt_s=0.05, bytes_per_s=32_000))
    outbox.lose("broadband")
    for number in range(20):
        outbox.write(row(number, HIGH))
    outbox.go()
    outbox.now = FRESH_S
    outbox.write(row(900, HIGH))
    outbox.connect("broadband")
    assert outbox.start()[:2] == [900, 0]


def test_a_cap_holds_back_what_is_not_high() -> None:
    outbox = Outbox(caps={"broadband": 100.0})
    outbox.start()
    for number in range(10):
        outbox.write(row(number))
        for sent in outbox.start():
            outbox.confirm(sent)
            outbox.answer(sent)
    assert len(outbox.sends) == 2, "3,000 bytes were saved up, and it is in debt after that"
    outbox.write(row(99, HIGH))
    assert outbox.start() == [99]
    outbox.confirm(99)
    outbox.answer(99)
    at, number, _ = outbox.until(60.0)[0]
    assert (round(at), number) == (10, 2)


def test_reports_are_held_back_while_an_alarm_was_never_sent() -> None:
    outbox = Outbox(row(1), line=Line(rtt_s=0.1, bytes_per_s=1_000))
    assert outbox.holds_reports(), "nobody has looked into the store"
    outbox.go()
    assert not outbox.holds_reports()
    outbox.write(row(2))
    outbox.go()
    assert outbox.holds_reports(), "there is no room for it yet"
    outbox.confirm(1)
    outbox.go()
    assert not outbox.holds_reports()
