"""A window is what the clock on the wall shows, over midnight and over both changes of the hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from heimvakt.core.calendar import Night, UnknownClock, Window
from heimvakt.core.events import ClockQuality
from tests.support.homes import stamp

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


@pytest.mark.parametrize(
    ("clock", "day"),
    [
        ("2026-11-04T22:59", "2026-11-03"),
        ("2026-11-04T23:00", "2026-11-04"),
        ("2026-11-05T05:59", "2026-11-04"),
        ("2026-11-05T12:00", "2026-11-04"),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_began(clock: str, day: str) -> None:
    assert NIGHT.day_of(at(clock)).isoformat() == day


@pytest.mark.parametrize(
    ("day", "into", "clock"),
    [
        ("2026-11-04", 60, "2026-11-05T00:00"),
        ("2026-03-28", 210, "2026-03-29T03:30"),  # 02:30 is left out, and made up after it
        ("2026-10-24", 210, "2026-10-25T02:30 CEST"),  # the first of the two
    ],
)
def test_every_day_has_each_moment_once(day: str, into: int, clock: str) -> None:
    assert NIGHT.moment(date.fromisoformat(day), timedelta(minutes=into)) == at(clock)


@pytest.mark.parametrize(
    ("now", "done", "next_at"),
    [
        ("2026-11-05T07:00", (), "2026-11-05T09:00"),
        ("2026-11-05T09:00", (), "2026-11-05T09:00"),
        ("2026-11-05T15:00", (), "2026-11-05T15:00"),
        ("2026-11-05T21:00", (), "2026-11-06T09:00"),
        ("2026-11-05T07:00", ("2026-11-05",), "2026-11-06T09:00"),
        ("2026-11-05T15:00", ("2026-11-05", "2026-11-06"), "2026-11-07T09:00"),
    ],
    ids=["before", "now", "missed", "missed for today", "done", "done, and tomorrow's too"],
)
def test_what_is_done_once_a_day_is_next_at_its_moment(
    now: str, done: tuple[str, ...], next_at: str
) -> None:
    days = tuple(map(date.fromisoformat, done))
    day, moment = DAY.next_once(timedelta(hours=1), at(now), done=days)
    assert (moment, day.isoformat()) == (at(next_at), next_at[:10])


def test_a_window_is_as_long_as_it_reads() -> None:
    assert NIGHT.length == timedelta(hours=7)
    assert DAY.length == timedelta(hours=13)


def test_a_night_holds_what_the_home_has_chosen_while_nobody_knows_the_time() -> None:
    noon, unknown = stamp(at=at("2026-11-05T12:00")), ClockQuality.UNKNOWN
    for chosen in UnknownClock:
        night = Night(NIGHT, chosen)
        assert not night.holds(noon)
        assert night.holds(stamp(at=at("2026-11-05T02:00")))
        assert night.holds(replace(noon, clock=unknown)) is (chosen is UnknownClock.NIGHT)


@pytest.mark.parametrize("hours", ["02:15-02:45", "22:00-02:30", "01:45-03:15", "22:00-07:00"])
@pytest.mark.parametrize(
    ("zone", "begin"),
    [
        ("Europe/Oslo", "2026-10-24"),  # an hour comes twice
        ("Europe/Oslo", "2026-03-28"),  # an hour is left out
        ("Australia/Lord_Howe", "2026-04-04"),  # half an hour comes twice
        ("Australia/Lord_Howe", "2026-10-03"),
    ],
)
def test_the_clock_comes_to_stand_inside_next_when_it_first_does(
    zone: str, begin: str, hours: str
) -> None:
    first, last = (time.fromisoformat(each) for each in hours.split("-"))
    window = Window(first, last, ZoneInfo(zone))
    moments = [datetime.fromisoformat(begin).replace(tzinfo=UTC)]
    while len(moments) < 4 * 24 * 60:
        moments.append(moments[-1] + timedelta(minutes=1))
    next_inside = None
    for number, moment in reversed(list(enumerate(moments))):
        if window.contains(moment):
            next_inside = moment
        elif next_inside is not None and number % 7 == 0:
            assert window.next_in(moment) == next_inside
