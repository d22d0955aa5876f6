"""A dispenser is told the time and the plan, and gives or locks away each dose by them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heimvakt.core.events import ClockQuality, DoseMissed, DoseOffered, DoseTaken
from tests.support.dispenser import Desk, moment, plan
from tests.support.dispenser_book import check
from tests.support.dispenser_desk import FIRST, SECOND, status_of, synced


def test_a_time_that_is_not_known_is_not_told_and_nothing_is_given_without_one() -> None:
    desk = Desk(clock=ClockQuality.UNKNOWN)
    desk.speak()
    desk.go_on(hours=3)
    assert desk.device.machine.time is None
    assert desk.device.turns == []
    desk.clock = ClockQuality.HOLDOVER
    desk.speak()
    desk.go_on(hours=12)
    assert [e.dose for e in desk.logged() if isinstance(e, DoseOffered)] == [SECOND]


def test_a_clock_that_is_set_is_told_at_once() -> None:
    desk = synced()
    desk.began += timedelta(minutes=30)  # the home's clock goes half an hour on, no time passes
    desk.now += timedelta(minutes=30)
    desk.run(1)
    assert desk.device.machine.time == pytest.approx(desk.now.timestamp(), abs=2)


def test_a_clock_that_is_set_back_gives_no_dose_again() -> None:
    desk = synced()
    desk.go_on(minutes=65)
    assert desk.device.take()
    desk.speak()
    desk.began -= timedelta(hours=2)
    desk.now -= timedelta(hours=2)
    desk.speak()
    desk.go_on(hours=4)
    assert len([e for e in desk.logged() if isinstance(e, DoseOffered)]) == 1
    check(desk)


def test_the_plan_is_sent_when_it_is_another_and_not_else() -> None:
    desk = synced()
    number = status_of(desk).plan
    before = desk.device.requests
    desk.restart()
    desk.run(0.2)
    assert desk.device.requests - before == 3, "a plan would be one more"
    assert status_of(desk).plan == number
    desk.doses = plan(("12:00", "30"))
    desk.restart()
    desk.run(1)
    waiting = [dose.minute * 60 for dose in desk.device.machine.memory.doses.values()]
    assert min(waiting) == moment("02 12:00").timestamp()
    assert len(waiting) == 28


def test_a_change_of_daylight_saving_is_ours_alone() -> None:
    """On 29 March 2026 the clock goes from 02:00 to 03:00 in Oslo."""
    desk = Desk(now=moment("28 12:00"), doses=plan(("02:30", "60"), ("09:00", "60")))
    desk.speak()
    desk.go_on(hours=40)
    offered = [e.dose for e in desk.logged() if isinstance(e, DoseOffered)]
    assert offered == [moment("29 02:30"), moment("29 09:00"), moment("30 02:30")]
    check(desk)


def test_a_window_that_ends_is_missed_and_locked_away() -> None:
    desk = synced()
    desk.go_on(hours=3)
    assert [e.kind for e in desk.logged()[1:]] == ["dose-offered", "dose-missed", "dose-retracted"]
    missed = [e for e in desk.logged() if isinstance(e, DoseMissed)]
    assert timedelta(minutes=60) <= missed[0].at - FIRST < timedelta(minutes=61)
    assert not desk.device.take()


def test_without_the_gateway_it_goes_on_with_its_plan() -> None:
    desk = synced()
    desk.device.faults.cut_after = 0
    desk.run(2)
    desk.go_on(hours=1.1)
    assert desk.device.take()
    desk.go_on(hours=12)
    assert desk.device.take()
    desk.device.faults.mend()
    desk.run(5)
    assert [e.dose for e in desk.logged() if isinstance(e, DoseTaken)] == [FIRST, SECOND]
    check(desk)
