"""What goes now, and on which path: priority, then age; and again until it is answered."""

from __future__ import annotations

from itertools import pairwise

import pytest

from heimvakt.core.outgoing import FRESH_S
from heimvakt.core.paging import OFFERED_MAX, PAGE, TRACKED_MAX
from heimvakt.core.retry import FORGOTTEN_S
from heimvakt.core.sessions import ALARM_BYTES, HIGH_MAX, OTHERS_MAX
from heimvakt.core.uplink import Line, Waits
from tests.support.outbox import HIGH, LOW, MEDIUM, Outbox, row

BOTH = ("broadband", "mobile")


# --- order and room -------------------------------------------------------------------------------


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


def test_a_high_one_for_which_a_path_has_no_room_goes_on_it_later() -> None:
    outbox = Outbox(*(row(n, HIGH) for n in range(5)), paths=BOTH)
    outbox.sessions["mobile"].line = Line(rtt_s=0.5, bytes_per_s=1_000)
    assert outbox.go() == [
        *((0, path) for path in BOTH),
        *((n, "broadband") for n in range(1, 5)),
    ]
    outbox.confirm(0, path="mobile")
    assert outbox.until(5.0) == [(5.0, 1, "mobile")]


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


# --- again until it is answered -------------------------------------------------------------------


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
    assert all(number for _, number, _ in outbox.until(1_000.0))


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


# --- two paths ------------------------------------------------------------------------------------


def test_a_high_one_goes_on_every_path_that_stands() -> None:
    outbox = Outbox(row(1, HIGH), paths=BOTH)
    assert outbox.go() == [(1, "broadband"), (1, "mobile")]
    outbox.confirm(1)
    outbox.confirm(1, path="mobile")
    assert outbox.until(30.0) == [(30.0, 1, "broadband"), (30.0, 1, "mobile")]


@pytest.mark.parametrize(("urgency", "after_s"), [(MEDIUM, 1.0), (LOW, 5.0)])
def test_what_the_first_path_does_not_confirm_goes_on_the_next(
    urgency: int, after_s: float
) -> None:
    outbox = Outbox(row(1, urgency), paths=BOTH)
    assert outbox.go() == [(1, "broadband")]
    assert outbox.until(15.0) == [(after_s, 1, "mobile")]


@pytest.mark.parametrize("urgency", [MEDIUM, LOW])
def test_what_is_confirmed_and_not_answered_goes_on_the_next_path_after_20_s(urgency: int) -> None:
    outbox = Outbox(row(1, urgency), paths=BOTH)
    outbox.go()
    outbox.confirm(1)
    assert outbox.until(29.0) == [(20.0, 1, "mobile")]
    outbox.confirm(1, path="mobile")
    assert outbox.until(30.5) == [(30.0, 1, "broadband")], "the next attempt"


def test_behind_a_first_path_on_which_nothing_moves_nobody_waits() -> None:
    outbox = Outbox(*(row(n) for n in range(OTHERS_MAX)), paths=BOTH)
    outbox.go()
    outbox.now = 1.5
    outbox.write(row(50, MEDIUM))
    assert outbox.go() == [(50, "mobile")], "a medium one goes where something moves"
    outbox.write(row(60))
    assert outbox.go() == [], "a low one has time"
    rescued = [number for _, number, _ in outbox.until(5.0)]
    assert rescued == list(range(OTHERS_MAX - 1))
    outbox.confirm(50, *rescued, path="mobile")
    assert outbox.go() == [(OTHERS_MAX - 1, "mobile"), (60, "mobile")]


def test_when_the_first_path_goes_the_next_takes_over_at_once_and_the_first_comes_back() -> None:
    outbox = Outbox(row(1, HIGH), row(2, MEDIUM), row(3), paths=BOTH)
    outbox.go()
    outbox.confirm(2)
    outbox.lose("broadband")
    assert outbox.go() == [(3, "mobile")], "2 was confirmed and has its own time"
    outbox.write(row(4))
    assert outbox.go() == [(4, "mobile")]
    outbox.connect("broadband")
    assert outbox.go() == [(1, "broadband")], "high ones again at once"
    outbox.write(row(5))
    assert outbox.go() == [(5, "broadband")]


def test_paths_are_used_in_the_order_that_is_preferred() -> None:
    outbox = Outbox(paths=BOTH)
    outbox.go()
    outbox.sessions.prefer(["mobile", "broadband"])
    outbox.write(row(1))
    assert outbox.go() == [(1, "mobile")]


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


def test_a_long_time_without_any_path_does_not_spill_onto_all_of_them() -> None:
    outbox = Outbox(*(row(n, LOW) for n in range(3)), paths=BOTH)
    outbox.lose("broadband")
    outbox.lose("mobile")
    assert outbox.until(7_200.0) == []
    outbox.connect("broadband")
    outbox.connect("mobile")
    assert outbox.go() == [(0, "broadband"), (1, "broadband"), (2, "broadband")]


def test_a_newer_revision_does_not_wait_for_a_path_on_which_nothing_moves() -> None:
    outbox = Outbox(row(1, MEDIUM), paths=BOTH)
    outbox.go()
    outbox.now = 0.5
    outbox.write(row(1, MEDIUM, revision=1))
    assert outbox.go() == []
    assert outbox.until(3.0) == [(1.5, 1, "mobile")]


# --- caps -----------------------------------------------------------------------------------------


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


# --- what waits -----------------------------------------------------------------------------------


def test_what_waits_is_told_by_its_urgency() -> None:
    outbox = Outbox(row(1), paths=BOTH)
    for path in BOTH:
        outbox.lose(path)
    outbox.go()
    assert outbox.waits() is Waits.SOMETHING
    outbox.write(row(2, HIGH))
    assert outbox.waits() is Waits.HIGH
    outbox.connect("mobile")
    outbox.go()
    outbox.confirm(2, path="mobile")
    assert outbox.waits() is Waits.SOMETHING, "somebody's transport has it"
    outbox.answer(2)
    outbox.confirm(1, path="mobile")
    outbox.answer(1)
    assert outbox.waits() is Waits.NOTHING


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


# --- nobody hears ---------------------------------------------------------------------------------


def test_while_nobody_hears_one_alarm_at_a_time_asks_ever_more_seldom_and_then_all_go() -> None:
    outbox = Outbox(*(row(n, MEDIUM) for n in range(10)))
    assert outbox.start() == list(range(10))
    outbox.nobody(*range(10))
    times = []
    while outbox.now < 200.0:
        at = outbox.planner.next_at(outbox.now)
        assert at is not None
        assert at > outbox.now
        outbox.now = at
        for number in outbox.start():
            times.append(outbox.now)
            outbox.nobody(number)
    gaps = [b - a for a, b in pairwise([0.0, *times])]
    assert gaps[:5] == [1.0, 2.0, 4.0, 8.0, 16.0]
    assert set(gaps[5:]) == {30.0}
    outbox.now += 30.0
    assert outbox.start() == [0]
    outbox.confirm(0)
    assert outbox.start() == list(range(1, 10)), "somebody hears: all of them go at once"


def test_a_fresh_high_alarm_goes_once_although_nobody_heard_the_others() -> None:
    outbox = Outbox(row(1, HIGH), row(2))
    outbox.start()
    outbox.nobody(1, 2)
    outbox.now = 0.5
    outbox.write(row(9, HIGH))
    assert outbox.start() == [9]
    outbox.nobody(9)
    assert outbox.start() == [], "and then it waits like the others"
    assert not outbox.holds_reports(), "others may read those"
    outbox.now = 1.0
    assert outbox.start() == [9]
    outbox.confirm(9)
    assert outbox.start() == [1, 2]


def test_nobody_on_one_path_does_not_keep_an_alarm_from_the_other() -> None:
    outbox = Outbox(row(1, MEDIUM), paths=BOTH)
    assert outbox.go() == [(1, "broadband")]
    outbox.nobody(1)
    gone = outbox.until(3.0)
    assert (1, "mobile") in [(number, path) for _, number, path in gone]


def test_another_connection_begins_without_prejudice() -> None:
    outbox = Outbox(row(1, HIGH), row(2))
    outbox.start()
    outbox.nobody(1, 2)
    outbox.lose("broadband")
    outbox.connect("broadband")
    assert outbox.start() == [1, 2]


def test_what_a_broker_takes_after_it_has_forgotten_us_goes_again_once() -> None:
    outbox = Outbox(row(1, HIGH), row(2))
    outbox.lose("broadband")
    outbox.planner.connected("broadband", 0.0, remembers=False)
    outbox.start()
    outbox.confirm(1, 2)
    assert outbox.until(20.0) == [(FORGOTTEN_S, 1, "broadband"), (FORGOTTEN_S, 2, "broadband")]
    outbox.confirm(1, 2)
    assert {at for at, _, _ in outbox.until(40.0)} == {FORGOTTEN_S + 30.0}
