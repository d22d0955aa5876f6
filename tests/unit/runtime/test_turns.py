"""Whose turn it is: the most urgent, then the oldest, and nothing urgent behind anything else."""

from __future__ import annotations

from heimvakt.core.ledger import Waiting
from heimvakt.runtime.resending import Schedule
from heimvakt.runtime.turns import IN_FLIGHT_MAX, PAGE, UNANSWERED_MAX, URGENT_IN_FLIGHT_MAX, Turns

HIGH, MEDIUM, LOW = 0, 1, 2


def row(number: int, urgency: int = LOW, revision: int = 0) -> Waiting:
    return Waiting(
        receiver="centre",
        alarm_id=f"no-1-{number}",
        urgency=urgency,
        number=number,
        revision=revision,
    )


class Outbox:
    """The rows as a store has them, and a clock that is turned by hand."""

    def __init__(self, *rows: Waiting) -> None:
        self.rows = {r.alarm_id: r for r in rows}
        self.turns = Turns(Schedule())
        self.now = 0.0
        self.reads: list[int] = []

    def start(self) -> list[int]:
        """One round, as `Shipping` makes it; the numbers of those that were started."""
        asked = self.turns.wants(self.now)
        if asked is not None:
            self.reads.append(asked)
            ordered = sorted(self.rows.values(), key=lambda r: (r.urgency, r.number))
            self.turns.read(ordered[:asked], asked, self.now)
        started = [r.number for r in self.turns.start(self.now)]
        self.turns.next_at(self.now)
        return started

    def write(self, new: Waiting, *, offered: bool = True) -> None:
        self.rows[new.alarm_id] = new
        if offered:
            self.turns.offer(new)
        else:
            self.turns.miss()

    def confirm(self, *numbers: int) -> None:
        for number in numbers:
            self.turns.sent(self.rows[f"no-1-{number}"], self.now)

    def answer(self, number: int, revision: int = 0) -> None:
        self.rows.pop(f"no-1-{number}", None)
        self.turns.answered(f"no-1-{number}", revision)


def test_priority_first_and_age_within_it() -> None:
    outbox = Outbox(row(5, MEDIUM), row(2), row(9, HIGH), row(1), row(7, HIGH))
    assert outbox.start() == [7, 9, 5, 1, 2]


def test_only_so_many_at_once_and_the_next_when_one_is_confirmed() -> None:
    outbox = Outbox(*(row(n) for n in range(50)))
    assert len(outbox.start()) == IN_FLIGHT_MAX
    assert outbox.start() == []
    outbox.confirm(3, 4)
    assert outbox.start() == [20, 21]


def test_a_high_one_goes_at_once_however_many_are_under_way() -> None:
    outbox = Outbox(*(row(n) for n in range(500)))
    outbox.start()
    outbox.write(row(900, HIGH))
    assert outbox.start() == [900]
    outbox.write(row(901, HIGH), offered=False)
    assert outbox.start() == [901]


def test_high_ones_have_a_limit_too() -> None:
    outbox = Outbox(*(row(n, HIGH) for n in range(500)))
    assert len(outbox.start()) == URGENT_IN_FLIGHT_MAX


def test_what_was_raised_just_now_goes_out_without_being_read() -> None:
    outbox = Outbox()
    assert outbox.start() == []
    outbox.write(row(1))
    assert outbox.start() == [1]
    assert len(outbox.reads) == 1


def test_what_was_raised_just_now_does_not_overtake_its_equals() -> None:
    outbox = Outbox(*(row(n) for n in range(25)))
    outbox.start()
    outbox.write(row(30, MEDIUM))
    outbox.write(row(31))
    outbox.confirm(0, 1, 2, 3, 4, 5, 6)
    assert outbox.start() == [30, 20, 21, 22, 23, 24, 31]


def test_what_is_answered_is_not_sent_again_and_what_is_not_is() -> None:
    outbox = Outbox(row(1), row(2))
    outbox.start()
    outbox.confirm(1, 2)
    outbox.answer(1)
    outbox.now = 29.9
    assert outbox.start() == []
    outbox.now = 30.0
    assert outbox.start() == [2]


def test_an_answer_that_comes_while_the_page_waits_takes_it_out_of_its_turn() -> None:
    outbox = Outbox(*(row(n) for n in range(25)))
    outbox.start()
    outbox.answer(20)
    outbox.confirm(0, 1)
    assert outbox.start() == [21, 22]


def test_an_answer_that_comes_before_the_transport_confirms_ends_it_all_the_same() -> None:
    outbox = Outbox(row(1))
    outbox.start()
    kept = outbox.rows["no-1-1"]
    outbox.answer(1)
    outbox.turns.sent(kept, outbox.now)
    assert outbox.turns.next_at(outbox.now) is None
    outbox.now = 1_000.0
    assert outbox.start() == []


def test_a_newer_revision_goes_out_when_the_older_one_is_through() -> None:
    outbox = Outbox(row(1))
    outbox.start()
    outbox.write(row(1, revision=1))
    assert outbox.start() == [], "the older one is under way"
    outbox.turns.sent(row(1), outbox.now)
    assert outbox.start() == [1]
    outbox.confirm(1)
    assert outbox.start() == []


def test_after_a_broken_connection_what_was_under_way_is_sent_again() -> None:
    outbox = Outbox(row(1), row(2))
    assert outbox.start() == [1, 2]
    outbox.confirm(1)
    outbox.turns.broken_off()
    assert outbox.start() == [2], "the first was confirmed; it has its own time"


def test_a_backlog_is_read_in_pages_and_not_for_each_alarm() -> None:
    outbox = Outbox(*(row(n) for n in range(2_000)))
    done: list[int] = []
    while started := outbox.start():
        done += started
        for number in started:
            outbox.confirm(number)
            outbox.answer(number)
    assert done == list(range(2_000))
    assert len(outbox.reads) <= 2_000 // PAGE + 1


def test_there_is_a_limit_on_what_is_sent_and_not_answered() -> None:
    outbox = Outbox(*(row(n) for n in range(3 * UNANSWERED_MAX)))
    done: set[int] = set()
    while started := outbox.start():
        done |= set(started)
        outbox.confirm(*started)
    assert done == set(range(UNANSWERED_MAX))
    for number in range(PAGE):
        outbox.answer(number)
    assert outbox.start()[0] == UNANSWERED_MAX
    assert max(outbox.reads) <= UNANSWERED_MAX


def test_while_nothing_happens_nothing_is_read() -> None:
    outbox = Outbox(row(1))
    outbox.start()
    outbox.confirm(1)
    for second in range(1, 30):
        outbox.now = float(second)
        assert outbox.start() == []
    assert len(outbox.reads) == 1
