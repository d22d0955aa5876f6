"""What is old is found by order and by times that can be trusted, whatever the clock has done."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.events import ClockQuality
from heimvakt.store.age import Aged, aged, kept_long_enough
from tests.support.stored import NOW

OLD, YOUNG = NOW - timedelta(days=1), NOW + timedelta(seconds=1)


def records(*times: datetime | None) -> list[Aged]:
    return [Aged(number, at) for number, at in enumerate(times, start=1)]


@pytest.mark.parametrize(
    ("times", "through"),
    [
        ([], None),
        ([OLD, OLD, YOUNG], 2),
        ([YOUNG, OLD], None),
        ([OLD, YOUNG, OLD], 1),
        ([None, None, YOUNG], None),
        ([None, OLD, None, YOUNG], 2),
        ([OLD, None, None], 1),
        ([NOW], None),
    ],
    ids=str,
)
def test_only_what_comes_before_something_old(
    times: list[datetime | None], through: int | None
) -> None:
    assert kept_long_enough(records(*times), NOW) == through


@given(st.lists(st.sampled_from([OLD, YOUNG, None]), max_size=12))
def test_nothing_young_is_ever_below_the_line_and_nothing_unknown_without_something_old_above(
    times: list[datetime | None],
) -> None:
    through = kept_long_enough(records(*times), NOW)
    below = times[: through or 0]
    assert YOUNG not in below
    assert not below or below[-1] == OLD


@pytest.mark.parametrize("at", [None, 7, "", "yesterday", "2026-11-04T21:00:00"])
def test_a_time_that_cannot_be_read_is_none(at: object) -> None:
    assert aged(1, at, ClockQuality.SYNCHRONISED).at is None


def test_a_time_of_a_clock_that_was_not_set_is_none() -> None:
    assert aged(1, OLD.isoformat(), "unknown").at is None
    assert aged(1, OLD.isoformat(), "holdover").at == OLD
