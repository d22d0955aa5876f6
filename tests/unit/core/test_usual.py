"""What is usual comes of the longest of each week, is bounded, and no odd week moves it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.codec import encode
from heimvakt.core.usual import (
    NOTHING_USUAL,
    PLACES,
    WEEKS_MAX,
    WEEKS_MIN,
    Bounds,
    Usual,
    note,
    place_of,
    without_week,
)

MONDAY = datetime(2026, 11, 2)  # noqa: DTZ001 - by the clock on the wall
WEEK, MINUTE = timedelta(weeks=1), timedelta(minutes=1)
BOUNDS = Bounds(fixed=timedelta(hours=5), at_least=timedelta(hours=2), at_most=timedelta(hours=8))
NOON = MONDAY.replace(hour=12)
MINUTES = st.integers(1, 24 * 60)


def weeks_of(*longest: int, hour: int = 12) -> Usual:
    """Learned in weeks that had so many minutes at this hour each, and a week that begins."""
    usual = NOTHING_USUAL
    for number, minutes in enumerate((*longest, 1)):
        at = MONDAY.replace(hour=hour) + number * WEEK
        usual = note(usual, at, minutes * MINUTE)
    return usual


def test_too_few_weeks_say_nothing_and_then_the_longest_but_one_is_usual() -> None:
    few = weeks_of(*range(30, 30 + WEEKS_MIN - 1))
    assert few.at(place_of(NOON)) is None
    assert BOUNDS.limit(few.at(place_of(NOON))) == BOUNDS.fixed
    assert weeks_of(130, 240, 90, 100).at(place_of(NOON)) == timedelta(minutes=130)


def test_an_hour_earlier_or_later_is_no_difference_and_two_hours_are() -> None:
    usual = weeks_of(130, 130, 130, 130)
    known = {hour: usual.at(place_of(NOON.replace(hour=hour))) for hour in range(24)}
    assert {hour for hour, each in known.items() if each} == {11, 12, 13}
    assert usual.at(place_of(NOON + timedelta(days=5))) is None  # a Saturday is another day


def test_the_limit_is_twice_as_long_within_the_bounds() -> None:
    assert BOUNDS.limit(timedelta(hours=2, minutes=10)) == timedelta(hours=4, minutes=20)
    assert BOUNDS.limit(timedelta(minutes=10)) == timedelta(hours=2)
    assert BOUNDS.limit(timedelta(hours=7)) == timedelta(hours=8)


def test_a_week_with_too_few_days_at_home_is_forgotten() -> None:
    usual = NOTHING_USUAL
    for day in (0, 1, 2, 3, 7, 8, 9, 10, 11, 14):
        usual = note(usual, NOON + timedelta(days=day), timedelta(hours=1), days_min=5)
    assert [week[12] for week in usual.weeks] == [60]  # the second has five days


def test_what_is_of_an_older_week_is_not_learned() -> None:
    usual = weeks_of(60, 60)
    assert note(usual, NOON, timedelta(hours=4)) is usual
    again = note(without_week(usual), NOON, timedelta(hours=4))
    assert again.week == MONDAY.date()
    assert again.weeks == usual.weeks


def test_what_changes_nothing_is_the_same_value() -> None:
    usual = weeks_of(60, 60)
    at = NOON + 2 * WEEK
    more = note(usual, at, timedelta(minutes=30))
    assert more is not usual
    assert note(more, at + timedelta(minutes=20), timedelta(minutes=30)) is more


@given(st.lists(st.tuples(st.integers(0, 200 * 24), MINUTES), max_size=60))
def test_whatever_is_noted_it_is_bounded_and_small(notes: list[tuple[int, int]]) -> None:
    usual = NOTHING_USUAL
    for hours, minutes in sorted(notes):
        usual = note(usual, MONDAY + timedelta(hours=hours), minutes * MINUTE)
    assert len(usual.weeks) <= WEEKS_MAX
    for place in range(PLACES):
        known = usual.at(place)
        limit = BOUNDS.limit(known)
        assert BOUNDS.at_least <= limit <= BOUNDS.at_most
        assert known is None or known <= max((m for _, m in notes), default=0) * MINUTE
    assert len(json.dumps(encode(usual))) < 5_000


@given(
    st.lists(MINUTES, min_size=WEEKS_MIN, max_size=WEEKS_MAX), st.integers(0, WEEKS_MAX), MINUTES
)
def test_one_odd_week_never_makes_more_usual_than_another_week_had(
    weeks: list[int], which: int, odd: int
) -> None:
    which %= len(weeks)
    others = weeks[:which] + weeks[which + 1 :]
    usual = weeks_of(*others[:which], odd, *others[which:]).at(place_of(NOON))
    assert usual is not None
    assert usual <= max(others) * MINUTE


def test_what_is_usual_grows_by_a_quarter_a_week_at_most() -> None:
    usual = weeks_of(*[20] * WEEKS_MIN)
    found = []
    for week in range(6):
        usual = note(usual, NOON + (WEEKS_MIN + week) * WEEK, timedelta(hours=20))
        found.append(usual.known[place_of(NOON)])
    # The week of one minute at its end was among the first; a single long one counts for nothing.
    assert found == [20, 20, 25, 32, 40, 50]


def test_what_is_usual_shrinks_as_soon_as_the_long_weeks_are_forgotten() -> None:
    usual = weeks_of(*[120] * 2, *[20] * WEEKS_MAX)
    assert usual.at(place_of(NOON)) == timedelta(minutes=20)


def test_the_hour_that_comes_twice_and_the_one_that_is_left_out_are_hours_of_the_wall() -> None:
    # Learned is by what the clock on the wall shows: 02:30 is 02:30 in either.
    summer, winter = (datetime(2026, 10, 25, 2, 30, fold=fold) for fold in (0, 1))  # noqa: DTZ001
    usual = note(NOTHING_USUAL, summer, timedelta(minutes=8))
    assert note(usual, winter, timedelta(minutes=8)) is usual
    assert usual.longest[place_of(summer)] == 8
