"""With two paths: on which one an alarm goes, when also on the other, and what waits for both."""

from __future__ import annotations

import pytest

from heimvakt.core.sessions import OTHERS_MAX
from heimvakt.core.uplink import Line, Waits
from tests.support.outbox import HIGH, LOW, MEDIUM, Outbox, row

BOTH = ("broadband", "mobile")


def test_a_high_one_goes_on_every_path_that_stands() -> None:
    outbox = Outbox(row(1, HIGH), paths=BOTH)
    assert outbox.go() == [(1, "broadband"), (1, "mobile")]
    outbox.confirm(1)
    outbox.confirm(1, path="mobile")
    assert outbox.until(30.0) == [(30.0, 1, "broadband"), (30.0, 1, "mobile")]


def test_a_high_one_for_which_a_path_has_no_room_goes_on_it_later() -> None:
    outbox = Outbox(*(row(n, HIGH) for n in range(5)), paths=BOTH)
    outbox.sessions["mobile"].line = Line(rtt_s=0.5, bytes_per_s=1_000)
    assert outbox.go() == [
        *((0, path) for path in BOTH),
        *((n, "broadband") for n in range(1, 5)),
    ]
    outbox.confirm(0, path="mobile")
    assert outbox.until(5.0) == [(5.0, 1, "mobile")]


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


def test_nobody_on_one_path_does_not_keep_an_alarm_from_the_other() -> None:
    outbox = Outbox(row(1, MEDIUM), paths=BOTH)
    assert outbox.go() == [(1, "broadband")]
    outbox.nobody(1)
    gone = outbox.until(3.0)
    assert (1, "mobile") in [(number, path) for _, number, path in gone]


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
