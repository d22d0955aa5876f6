"""A dispenser that has lost its memory, or never had one, gives no dose a second time."""

from __future__ import annotations

from heimvakt.core.events import DoseOffered
from tests.support.dispenser import Desk, moment
from tests.support.dispenser_book import check
from tests.support.dispenser_desk import FIRST, SECOND, synced


def test_a_dose_in_an_open_window_is_not_given_again_by_one_that_forgot_it() -> None:
    desk = synced()
    desk.go_on(minutes=65)
    assert desk.device.take()
    desk.run(1)
    desk.device.forget()
    desk.run(3)
    desk.go_on(hours=2)
    assert len(desk.device.turns) == 1
    desk.go_on(hours=10)
    assert desk.device.take()
    desk.speak()
    assert [given.dose * 60 for given in desk.device.given] == [
        FIRST.timestamp(),
        SECOND.timestamp(),
    ]
    check(desk)


def test_a_dose_released_beforehand_is_not_given_again_by_one_that_forgot_it() -> None:
    desk = synced()
    desk.release("once", FIRST)
    desk.speak()
    assert desk.device.take()
    desk.device.forget()
    desk.run(3)
    desk.restart()
    desk.go_on(hours=3)
    assert desk.device.turns == [(1, 1)]
    check(desk)


def test_a_dispenser_that_is_new_begins_with_what_comes() -> None:
    desk = Desk(now=moment("02 09:20"))
    desk.speak()
    desk.go_on(minutes=30)
    assert desk.device.turns == []
    desk.go_on(hours=12)
    assert [e.dose for e in desk.logged() if isinstance(e, DoseOffered)] == [SECOND]
