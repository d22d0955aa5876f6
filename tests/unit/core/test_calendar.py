"""A window is what the clock on the wall shows, over midnight and over both changes of the hour."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from heimvakt.core.calendar import Window

OSLO = ZoneInfo("Europe/Oslo")
NIGHT = Window(time(23), time(6), OSLO)
DAY = Window(time(8), time(21), OSLO)


def at(text: str) -> datetime:
    """A time in Oslo, as UTC; a name of the zone says which of the hours that come twice."""
    clock, _, zone = text.partition(" ")
    fold = int(zone == "CET")
    return datetime.fromisoformat(clock).replace(tzinfo=OSLO, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("clock", "watched"),
    [
        ("2026-11-04T22:59:59.999999", False),
        ("2026-11-04T23:00", True),
        ("2026-11-05T00:00", True),
        ("2026-11-05T05:59:59.999999", True),
        ("2026-11-05T06:00", False),
        ("2026-11-05T12:00", False),
    ],
)
def test_the_begin_is_in_it_and_the_end_is_not(clock: str, watched: bool) -> None:
    assert NIGHT.contains(at(clock)) is watched


def test_a_window_within_a_day_does_not_cross_midnight() -> None:
    assert DAY.contains(at("2026-11-05T08:00"))
    assert not DAY.contains(at("2026-11-05T21:00"))
    assert not DAY.contains(at("2026-11-05T02:00"))


def test_a_sunday_night_goes_on_into_monday() -> None:
    assert NIGHT.contains(at("2026-11-08T23:30"))
    assert NIGHT.contains(at("2026-11-09T00:30"))


def test_the_hour_that_comes_twice_is_watched_twice() -> None:
    first, second = at("2026-10-25T02:30 CEST"), at("2026-10-25T02:30 CET")
    assert second - first == timedelta(hours=1)
    assert NIGHT.contains(first)
    assert NIGHT.contains(second)
    inside = sum(NIGHT.contains(at("2026-10-24T12:00") + timedelta(minutes=m)) for m in range(1500))
    assert inside == 8 * 60


def test_the_hour_that_is_left_out_makes_the_night_shorter() -> None:
    inside = sum(NIGHT.contains(at("2026-03-28T12:00") + timedelta(minutes=m)) for m in range(1380))
    assert inside == 6 * 60


def test_a_window_that_begins_in_the_hour_that_is_left_out_begins_at_once_after_it() -> None:
    window = Window(time(2, 30), time(4), OSLO)
    assert not window.contains(at("2026-03-29T01:59"))
    assert window.contains(at("2026-03-29T03:00"))


def test_it_is_shown_as_it_is_written() -> None:
    assert str(NIGHT) == "23:00-06:00"
