"""A clock that was set is known by the time that has passed on the clock of this boot."""

from __future__ import annotations

from datetime import timedelta

import pytest

from heimvakt.core.events import ClockQuality, ClockQualityChanged, ClockStepped
from heimvakt.core.times import BootClock
from heimvakt.runtime.steps import STEP_MIN, ClockLine, clock_facts, follow, known_line
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


def known(quality: ClockQuality) -> BootClock:
    return BootClock(
        boot_id="boot",
        at=LINE.at,
        monotonic=LINE.monotonic,
        quality=quality,
        unsure_seq=1,
        unsure_alarms=0,
    )


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(days=20_000)])
@pytest.mark.parametrize("before", list(ClockQuality))
@pytest.mark.parametrize("now", list(ClockQuality))
def test_what_has_become_of_the_clock_is_told_in_its_order(
    ahead: timedelta, before: ClockQuality, now: ClockQuality
) -> None:
    seen = after(60, ahead)
    line, facts = clock_facts(LINE, seen, now, known(before), "boot")
    stepped = [ClockStepped(before=after(60).at, after=seen.at)] if ahead else []
    changed = [ClockQualityChanged(before=before, after=now)] if now is not before else []
    assert (line, facts) == (seen, [*stepped, *changed])


def test_what_was_overtaken_or_is_of_another_boot_says_nothing_of_the_clock() -> None:
    sure, unknown = ClockQuality.SYNCHRONISED, ClockQuality.UNKNOWN
    newest = after(60)
    assert clock_facts(newest, after(30), unknown, known(sure), "boot") == (newest, [])
    assert clock_facts(None, newest, unknown, known(sure), "another") == (newest, [])
    assert clock_facts(None, newest, unknown, None, "boot") == (newest, [])


def test_a_line_goes_on_in_its_boot_only() -> None:
    assert known_line(known(ClockQuality.UNKNOWN), "boot") == LINE
    assert known_line(known(ClockQuality.UNKNOWN), "another") is None
    assert known_line(None, "boot") is None
