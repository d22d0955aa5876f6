"""While nobody hears, one alarm asks ever more seldom, and all go when somebody does."""

from __future__ import annotations

from itertools import pairwise

from tests.support.outbox import HIGH, MEDIUM, Outbox, row


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


def test_another_connection_begins_without_prejudice() -> None:
    outbox = Outbox(row(1, HIGH), row(2))
    outbox.start()
    outbox.nobody(1, 2)
    outbox.lose("broadband")
    outbox.connect("broadband")
    assert outbox.start() == [1, 2]
