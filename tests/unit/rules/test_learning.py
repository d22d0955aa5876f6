"""Limits are learned from a resident's own weeks, within the bounds that a home may write."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from heimvakt.core.usual import WEEKS_MIN, Usual
from heimvakt.rules import KINDS
from tests.support.learned import (
    BACK,
    EXIT,
    LEFT,
    QUIET,
    WANDERING,
    WEEKS,
    WIRED,
    desk,
    lives,
    morning,
    nights,
    noted,
    seen,
    usual,
    wall,
    weeks,
)

# --- how long quiet is usual ----------------------------------------------------------------------


def test_a_quiet_is_held_against_what_is_usual_at_its_hour_and_says_so() -> None:
    d = desk(QUIET)
    monday = weeks(d)
    morning(d, monday + 1)
    seen(d, wall(monday + 1, "13:20"))
    d.wait_until(wall(monday + 1, "17:19"))
    assert d.kinds() == []
    d.wait_until(wall(monday + 1, "17:20"))
    alarm = d.alarm(QUIET)
    assert alarm.text.en == (
        "No sign of life for 4 h, the last at hall. Usual at this hour: 2 h; now 4 h since 13:20."
    )
    assert alarm.text.nb.endswith("Vanlig på denne tiden: 2 t; nå 4 t siden 13:20.")
    assert {("usual", "2 h"), ("learned_limit", "4 h"), ("after", "5 h")} <= set(alarm.thresholds)


def test_at_an_hour_with_little_quiet_the_floor_counts() -> None:
    d = desk(QUIET, at_least="2h30m")
    monday = weeks(d)
    seen(d, wall(monday + 1, "9:00"))
    d.wait_until(wall(monday + 1, "11:30"))
    assert d.alarm(QUIET).raised_at == wall(monday + 1, "11:30")  # usual is 1 h


def test_the_fixed_limit_counts_until_enough_weeks_are_known() -> None:
    d = desk(QUIET)
    monday = weeks(d, WEEKS_MIN - 1)
    seen(d, wall(monday + 1, "9:00"))
    d.wait_until(wall(monday + 1, "14:00"))
    alarm = d.alarm(QUIET)
    assert alarm.raised_at == wall(monday + 1, "14:00")
    assert "Usual" not in alarm.text.en


def test_without_being_asked_nothing_is_learned() -> None:
    d = desk(QUIET, learn=False)
    weeks(d, 1)
    assert usual(d, QUIET) == Usual()
    assert not [row for row in d.rows if row.startswith("usual:")]


def test_a_ceiling_lets_it_become_later_and_no_later_than_that() -> None:
    d = desk(QUIET, after="3h", at_most="4h")
    monday = weeks(d, nap="16:00")
    morning(d, monday + 1)
    seen(d, wall(monday + 1, "13:00"))
    told = len(d.kinds())
    d.wait_until(wall(monday + 1, "16:59"))  # usual are 3 h, and twice that is too long
    assert len(d.kinds()) == told
    d.wait_until(wall(monday + 1, "17:00"))
    assert len(d.kinds()) == told + 1


def test_one_odd_week_changes_nothing_and_a_second_one_a_little() -> None:
    d = desk(QUIET)
    monday = weeks(d)
    for day in range(monday + 1, monday + 7):
        lives(d, day, nap="16:00")
    lives(d, monday + 7)
    assert usual(d, QUIET).at(13) == timedelta(hours=2)
    for day in range(monday + 8, monday + 14):
        lives(d, day, nap="16:00")
    lives(d, monday + 14)
    assert usual(d, QUIET).at(13) == timedelta(hours=2, minutes=30)


def test_however_long_somebody_lay_it_counts_as_the_limit_and_no_more() -> None:
    d = desk(QUIET)
    lives(d, 0, nap="20:00")
    assert d.kinds() == [QUIET]
    assert noted(d, QUIET, 13) == 300


# --- how long an absence at night is usual --------------------------------------------------------


@pytest.mark.parametrize("rule", [EXIT, WANDERING])
def test_an_absence_is_held_against_what_is_usual_at_its_hour(rule: str) -> None:
    d = desk(rule)
    day = nights(d, 7 * WEEKS, 8)
    d.tell(LEFT, at=wall(day, "2:10"))
    d.wait_until(wall(day, "2:25"))
    assert d.kinds() == []
    d.wait_until(wall(day, "2:26"))
    alarm = d.alarm(rule)
    assert alarm.text.en == (
        "Out of bed at night and not back within 16 min. "
        "Usual at this hour: 8 min; now 16 min since 02:10."
    )
    assert {("usual", "8 min"), ("learned_limit", "16 min")} <= set(alarm.thresholds)


@pytest.mark.parametrize("rule", [EXIT, WANDERING])
def test_longer_absences_widen_it_up_to_the_ceiling_and_not_at_once(rule: str) -> None:
    d = desk(rule, at_most="1h30m")
    limits = set()
    for number in range(1, 7 * 10):
        d.tell(LEFT, at=wall(number, "2:00"))
        limits.add(d.state.timers[f"{rule}/back"] - d.at)
        d.tell(BACK, at=d.at + timedelta(hours=3))
    minutes = sorted(limit / timedelta(minutes=1) for limit in limits)
    # At first what is fixed counts, and four weeks at once say that it is too short.
    assert minutes == [20, 40, 50, 64, 80, 90]


def test_who_is_up_for_the_day_was_out_until_the_night_ended() -> None:
    d = desk(EXIT)
    d.tell(LEFT, at=wall(1, "5:45"))
    d.tell(BACK, at=wall(1, "22:30"))
    assert noted(d, EXIT, 5) == 15
    assert d.kinds() == []


# --- what a home may write ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "written", "match"),
    [
        (QUIET, {"at_most": "8h"}, "nothing is"),
        (QUIET, {"learn": True, "at_least": "6h"}, "`at_least` is longer than 5h"),
        (QUIET, {"learn": True, "at_most": "4h"}, "`at_most` is shorter than 5h"),
        (QUIET, {"learn": True, "between": "08:00-15:00", "at_most": "8h"}, "could never be"),
        (
            EXIT,
            {"learn": True, "back_within": "1h", "at_most": "30m"},
            "`at_most` is shorter than 1h",
        ),
        (WANDERING, {"at_least": "5m"}, "nothing is"),
    ],
)
def test_bounds_that_contradict_one_another_are_refused(
    rule: str, written: dict[str, Any], match: str
) -> None:
    with pytest.raises(ValidationError, match=match):
        KINDS[rule].settings.model_validate({**WIRED[rule], **written})
