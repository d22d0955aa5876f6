"""The store is read seldom and in pages, within the limits of memory, and nothing is missed."""

from __future__ import annotations

from heimvakt.core.paging import OFFERED_MAX, PAGE, TRACKED_MAX
from heimvakt.core.uplink import Waits
from tests.support.outbox import HIGH, MEDIUM, Outbox, row


def test_what_was_raised_just_now_goes_out_without_being_read() -> None:
    outbox = Outbox()
    assert outbox.start() == []
    outbox.write(row(1))
    assert outbox.start() == [1]
    assert len(outbox.reads) == 1


def test_what_was_raised_just_now_does_not_overtake_its_equals() -> None:
    outbox = Outbox(*(row(n) for n in range(PAGE + 25)))
    done = outbox.start()
    outbox.write(row(900, MEDIUM))
    outbox.write(row(901))
    outbox.confirm(*done)
    while started := outbox.start():
        done += started
        outbox.confirm(*started)
    assert done == [*range(20), 900, *range(20, PAGE + 25), 901]


def test_a_backlog_is_read_in_pages_and_not_for_each_alarm() -> None:
    outbox = Outbox(*(row(n) for n in range(2_000)))
    done: list[int] = []
    while started := outbox.start():
        done += started
        if len(done) < 2_000:
            outbox.write(row(5_000 + len(done), MEDIUM))  # what comes meanwhile costs no reading
        for number in started:
            outbox.confirm(number)
            outbox.answer(number)
    assert [n for n in done if n < 5_000] == list(range(2_000))
    assert len(outbox.reads) <= 2_000 // PAGE + 2


def test_there_is_a_limit_on_what_is_sent_and_not_answered() -> None:
    outbox = Outbox(*(row(n) for n in range(3 * TRACKED_MAX)))
    done: set[int] = set()
    while started := outbox.start():
        done |= set(started)
        outbox.confirm(*started)
    assert done == set(range(TRACKED_MAX))
    for number in range(PAGE):
        outbox.answer(number)
    assert outbox.start()[0] == TRACKED_MAX
    assert max(outbox.reads) <= TRACKED_MAX


def test_high_ones_that_nobody_answers_for_have_a_limit_in_memory_and_none_on_disk() -> None:
    outbox = Outbox()
    outbox.start()
    for number in range(OFFERED_MAX + 10):
        outbox.write(row(number, HIGH))
        outbox.confirm(*outbox.start())
    assert [send.row.number for send in outbox.sends] == list(range(OFFERED_MAX + 10))
    for number in range(10, OFFERED_MAX + 10):
        outbox.answer(number)
    assert outbox.waits() is Waits.SOMETHING, "the first ten were left to the store"
    assert outbox.start() == list(range(10))
    assert len(outbox.reads) == 2


def test_a_row_that_is_written_while_the_store_is_read_is_not_missed() -> None:
    outbox = Outbox()
    asked = outbox.planner.wants()
    assert asked is not None
    outbox.write(row(1))  # too late for the answer of the store
    outbox.planner.read([], asked)
    assert outbox.start() == [1]


def test_an_answer_that_comes_while_the_store_is_read_ends_it() -> None:
    outbox = Outbox(row(1))
    asked = outbox.planner.wants()
    assert asked is not None
    outbox.planner.answered("no-1-1", 0)
    outbox.planner.read([row(1)], asked)
    assert outbox.planner.plan(0.0) == []


def test_a_store_that_gives_nothing_is_asked_again() -> None:
    outbox = Outbox(row(1))
    assert outbox.planner.wants() is not None
    assert outbox.planner.wants() is None, "one question at a time"
    outbox.planner.unread()
    assert outbox.start() == [1]


def test_while_nothing_happens_nothing_is_read() -> None:
    outbox = Outbox(row(1))
    outbox.start()
    outbox.confirm(1)
    outbox.until(3_600.0)
    assert len(outbox.reads) == 1
