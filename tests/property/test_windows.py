"""Every night of ten years, in three zones, against a definition that goes by whole nights."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.calendar import Window

ZONES = ["Europe/Oslo", "America/St_Johns", "Australia/Lord_Howe"]
"""At home; half an hour off and changing at night; changing by half an hour, in the south."""
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))


def wall(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clock on the wall shows."""
    return at.astimezone(zone).replace(tzinfo=None)


def in_some_night(shown: datetime, begin: time, end: time) -> bool:
    """Whether a night that begins today or yesterday holds what the clock shows."""
    for day in (shown.date(), shown.date() - timedelta(days=1)):
        last = day if begin <= end else day + timedelta(days=1)
        if datetime.combine(day, begin) <= shown < datetime.combine(last, end):
            return True
    return False


@pytest.mark.parametrize("name", ZONES)
def test_every_night_of_ten_years_is_as_long_as_the_wall_clock_says(name: str) -> None:
    zone = ZoneInfo(name)
    begin, end = time(23), time(6)
    window = Window(begin, end, zone)
    at = BEGIN
    until = at + timedelta(days=3653)
    step = timedelta(minutes=30)
    while at < until:
        edge = at - timedelta(seconds=1)
        for moment in (edge, at):
            assert window.contains(moment) is in_some_night(wall(moment, zone), begin, end), moment
        at += step


@given(
    st.sampled_from(ZONES),
    TIMES,
    TIMES,
    st.timedeltas(timedelta(), timedelta(days=3653)).map(lambda since: BEGIN + since),
)
def test_any_window_at_any_time(name: str, begin: time, end: time, at: datetime) -> None:
    zone = ZoneInfo(name)
    expected = in_some_night(wall(at, zone), begin, end)
    assert Window(begin, end, zone).contains(at) is expected


@given(
    st.sampled_from(ZONES),
    TIMES,
    TIMES,
    st.dates(date(2026, 1, 1), date(2035, 12, 31)),
    st.integers(0, 86_399),
)
def test_every_day_has_every_moment_of_a_window_once(
    name: str, begin: time, end: time, day: date, second: int
) -> None:
    window = Window(begin, end, ZoneInfo(name))
    into = timedelta(seconds=second % int(window.length.total_seconds()))
    today, tomorrow = (window.moment(d, into) for d in (day, day + timedelta(days=1)))
    assert timedelta(hours=23) <= tomorrow - today <= timedelta(hours=25)
    shown = wall(today, window.zone)
    said = datetime.combine(day, begin) + into
    assert shown == said or timedelta() < shown - said <= timedelta(hours=1), "it was left out"
