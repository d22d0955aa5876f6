"""A clock that was set is known by the time that has passed on the clock of this boot."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heimvakt.runtime.steps import STEP_MIN, ClockLine, follow
from tests.support.homes import EVENING

LINE = ClockLine(EVENING, 100.0)


def after(seconds: float, ahead: timedelta = timedelta()) -> ClockLine:
    return ClockLine(EVENING + timedelta(seconds=seconds) + ahead, 100.0 + seconds)


def test_the_first_that_is_seen_is_believed() -> None:
    assert follow(None, LINE) == (LINE, None)


@pytest.mark.parametrize("slow", [0.0, 1.9, -1.9])
def test_a_clock_that_is_corrected_slowly_was_not_set(slow: float) -> None:
    seen = after(60, timedelta(seconds=slow))
    assert follow(LINE, seen) == (seen, None)


@pytest.mark.parametrize("ahead", [STEP_MIN, -STEP_MIN, timedelta(days=20_000)])
def test_a_clock_that_was_set_should_have_shown_another_time(ahead: timedelta) -> None:
    seen = after(60, ahead)
    assert follow(LINE, seen) == (seen, EVENING + timedelta(seconds=60))


def test_what_was_overtaken_says_nothing() -> None:
    newest = after(60, timedelta(hours=1))
    assert follow(newest, after(30)) == (newest, None)


def test_slow_corrections_do_not_add_up() -> None:
    line = LINE
    for minute in range(1, 600):
        line, set_from = follow(line, after(60 * minute, timedelta(seconds=0.5 * minute)))
        assert set_from is None
