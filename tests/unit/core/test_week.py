"""Times of the day and days of the week: one spelling each, and a hint for every other."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from heimvakt.core.week import Days, TimeOfDay

TIME: TypeAdapter[time] = TypeAdapter(TimeOfDay)
WEEK: TypeAdapter[frozenset[int]] = TypeAdapter(Days)


def hint(adapter: TypeAdapter[Any], value: object) -> str:
    with pytest.raises(ValidationError) as refused:
        adapter.validate_python(value)
    (error,) = refused.value.errors()
    return str(error["ctx"]["hint"])


@pytest.mark.parametrize("text", ["00:00", "08:30", "23:59"])
def test_a_time_is_read_and_written_alike(text: str) -> None:
    assert TIME.dump_python(TIME.validate_python(text), mode="json") == text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("8:30", "08:30"),
        ("08.30", "08:30"),
        ("0830", "08:30"),
        ("kl. 8", "08:00"),
        ("9pm", "21:00"),
        ("24:00", "00:00"),
        ("08:30:00", "08:30"),
        (time(8, 30), "08:30"),
        (8, "08:00"),
    ],
)
def test_another_way_to_write_a_time_is_understood_and_not_taken(
    written: object, meant: str
) -> None:
    assert hint(TIME, written) == f'write it as "{meant}"'


@pytest.mark.parametrize("written", ["", "25:00", "noon", "x" * 1000, None, True, [], {}, -1])
def test_what_is_no_time_is_refused(written: object) -> None:
    assert hint(TIME, written) == 'write a time such as "08:30"'


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("mon-sun", {0, 1, 2, 3, 4, 5, 6}),
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("fri-mon", {4, 5, 6, 0}),
        ("sat", {5}),
        ("sat-sat", {5}),
        (["wed", "mon"], {0, 2}),
    ],
)
def test_days_are_read(written: object, days: set[int]) -> None:
    assert WEEK.validate_python(written) == days


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("man-fre", 'write them as "mon-fri"'),
        ("Monday - Friday", 'write them as "mon-fri"'),
        ("lørdag", 'write them as "sat"'),
        ("MON", 'write them as "mon"'),
        (["Mon", "ons"], 'write them as ["mon", "wed"]'),
        ("mon, wed og fre", 'write them as ["mon", "wed", "fri"]'),
        ("mon tue wed", 'write them as ["mon", "tue", "wed"]'),
    ],
)
def test_another_way_to_write_days_is_understood_and_not_taken(written: object, meant: str) -> None:
    assert hint(WEEK, written) == meant


@pytest.mark.parametrize("written", ["", "weekdays", "mon-", [], [1], 3, None, {}, "x" * 1000])
def test_what_are_no_days_is_refused(written: object) -> None:
    assert hint(WEEK, written) == 'write them as "mon-fri", "sat" or ["mon", "wed"]'
