"""Months by the clock on the wall: each begins once, and all of them together leave nothing out."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.month import after, begins, by_month, is_month, month_of
from tests.support.homes import EVENING, OSLO

ZONES = st.sampled_from(["Europe/Oslo", "America/St_Johns", "Pacific/Auckland"]).map(ZoneInfo)
MOMENTS = st.timedeltas(timedelta(days=-2000), timedelta(days=3000)).map(lambda by: EVENING + by)


@given(MOMENTS, ZONES)
def test_every_moment_is_in_its_month(at: datetime, zone: ZoneInfo) -> None:
    month = month_of(at, zone)
    assert is_month(month)
    assert begins(month, zone) <= at < begins(after(month), zone)
    assert begins(month, zone).astimezone(zone).strftime("%d %H:%M:%S") == "01 00:00:00"


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=100)), ZONES)
def test_the_parts_of_a_stretch_are_the_whole_of_it(
    begin: datetime, long: timedelta, zone: ZoneInfo
) -> None:
    parts = list(by_month(begin, begin + long, zone))
    assert sum((until - since for since, until in parts), timedelta()) == long
    assert len({month_of(since, zone) for since, _ in parts}) == len(parts)
    for since, until in parts:
        assert month_of(since, zone) == month_of(until - timedelta(microseconds=1), zone)


def test_a_month_with_a_change_of_the_clock_has_an_hour_more() -> None:
    october = begins("2026-11", OSLO) - begins("2026-10", OSLO)
    march = begins("2026-04", OSLO) - begins("2026-03", OSLO)
    assert (october, march) == (timedelta(days=31, hours=1), timedelta(days=31, hours=-1))


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-1", "26-01", "2026-01-01", "\u0662026-01"]
)
def test_what_is_no_month_is_told_from_one(text: str) -> None:
    assert not is_month(text)
