"""Every night of ten years, in three zones, against seconds that are counted one by one.

Only how far the wall clock is ahead of UTC at a second is taken from the zone database, and no
arithmetic with local times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.calendar import Window
from heimvakt.rules.planned import Plan, occasions

ZONES = ["Europe/Oslo", "Pacific/Auckland", "Australia/Lord_Howe"]
"""At home; in the south, half a day ahead; there too, changing by half an hour."""
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 3652
HOUR_S, DAY_S = 3_600, 86_400
FIRST = int(BEGIN.timestamp()) // DAY_S
"""Days since 1970."""
WINDOWS = [
    (time(23), time(6)),
    (time(21, 30), time(7, 15)),
    (time(0), time(8)),
    (time(9), time(17)),
    (time(2, 15), time(2, 45)),  # in the hour that is left out, and comes twice
]
TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))


def wall(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clock on the wall shows."""
    return at.astimezone(zone).replace(tzinfo=None)


def seconds(at: time) -> int:
    """Into the day."""
    return (at.hour * 60 + at.minute) * 60


def utc(second: int) -> datetime:
    """So long after 1970."""
    return datetime.fromtimestamp(second, UTC)


def in_some_night(shown: datetime, begin: time, end: time) -> bool:
    """Whether a night that begins today or yesterday holds what the clock shows."""
    for day in (shown.date(), shown.date() - timedelta(days=1)):
        last = day if begin <= end else day + timedelta(days=1)
        if datetime.combine(day, begin) <= shown < datetime.combine(last, end):
            return True
    return False


@dataclass(frozen=True)
class Stretch:
    """Seconds since 1970 between two changes of the hour, and by how much the wall is ahead."""

    begin: int
    end: int
    ahead: int


@cache
def stretches(zone: ZoneInfo) -> list[Stretch]:
    """The ten years, with a day before and after; changes are found to the second by halving."""

    def ahead(second: int) -> int:
        offset = datetime.fromtimestamp(second, zone).utcoffset()
        assert offset is not None
        return int(offset.total_seconds())

    found, begin = [], int(BEGIN.timestamp()) - DAY_S
    until = begin + (DAYS + 2) * DAY_S
    for second in range(begin, until, HOUR_S):
        before, after = second, second + HOUR_S
        if ahead(before) == ahead(after):
            continue
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if ahead(middle) == ahead(second) else (before, middle)
        found.append(Stretch(begin, after, ahead(second)))
        begin = after
    return [*found, Stretch(begin, until, ahead(until))]


def nights(changes: Sequence[Stretch], begin_s: int, end_s: int) -> dict[int, list[range]]:
    """The seconds of each night by its first day since 1970, counted on the wall: a night is in
    several parts where the wall clock goes over its begin or its end twice."""
    found: dict[int, list[range]] = {}
    for change in changes:
        last = (change.end + change.ahead) // DAY_S
        for day in range((change.begin + change.ahead) // DAY_S - 1, last + 1):
            wall = day * DAY_S + begin_s, day * DAY_S + end_s + DAY_S * (end_s < begin_s)
            first, over = (shown - change.ahead for shown in wall)
            part = range(max(first, change.begin), min(over, change.end))
            if not part:
                continue
            parts = found.setdefault(day, [])
            if parts and parts[-1].stop == part.start:
                part = range(parts.pop().start, part.stop)
            parts.append(part)
    ten_years = range(FIRST, FIRST + DAYS)
    return {day: found.get(day, []) for day in ten_years}


def on_the_wall(changes: Sequence[Stretch], shown: int) -> int:
    """The first second at which the wall shows it; what is left out is as long after the change."""
    before = changes[0]
    for change in changes:
        if shown - change.ahead < change.begin:
            return shown - before.ahead
        if shown - change.ahead < change.end:
            return shown - change.ahead
        before = change
    raise AssertionError("it is within the ten years")


@pytest.mark.parametrize("name", ZONES)
def test_every_night_of_ten_years_is_right_to_the_second(name: str) -> None:
    zone = ZoneInfo(name)
    changes = stretches(zone)
    assert len(changes) == 1 + 2 * 10, "two changes of the hour a year"
    for begin, end in WINDOWS:
        window = Window(begin, end, zone)
        counted = nights(changes, seconds(begin), seconds(end))
        parts = [(day, part) for day, some in counted.items() for part in some]
        for (day, part), (_, following) in pairwise(parts):
            night = date(1970, 1, 1) + timedelta(days=day)
            for second in (part.start, part.stop - 1):
                assert window.contains(utc(second)), utc(second)
                assert window.day_of(utc(second)) == night
            assert part.stop < following.start
            between = (part.stop, (part.stop + following.start) // 2, following.start - 1)
            assert not any(window.contains(utc(second)) for second in between), utc(part.stop)
            assert night.weekday() == (day + 3) % 7, "the first day of 1970 was a Thursday"


@pytest.mark.parametrize("name", ZONES)
def test_nights_are_an_hour_shorter_in_spring_and_longer_in_autumn(name: str) -> None:
    """What is counted here is right: seven hours, but for twenty nights of ten years."""
    changes = stretches(ZoneInfo(name))
    usual, by = 7 * HOUR_S, abs(changes[0].ahead - changes[1].ahead)
    lengths = Counter(sum(map(len, n)) for n in nights(changes, 23 * HOUR_S, 6 * HOUR_S).values())
    assert lengths == {usual: DAYS - 20, usual - by: 10, usual + by: 10}


@pytest.mark.parametrize("name", ZONES)
def test_every_moment_of_ten_years_is_right_to_the_second(name: str) -> None:
    zone = ZoneInfo(name)
    changes = stretches(zone)
    for begin, end in WINDOWS:
        window = Window(begin, end, zone)
        half = window.length // 2
        for day in range(FIRST, FIRST + DAYS):
            # Around a change on all days; far from one the days are all alike.
            near = any(abs(day * DAY_S - change.end) < 3 * DAY_S for change in changes)
            for into in (timedelta(), half, window.length) if near or day % 7 == 0 else ():
                shown = day * DAY_S + seconds(begin) + int(into.total_seconds())
                found = window.moment(date(1970, 1, 1) + timedelta(days=day), into)
                assert found == utc(on_the_wall(changes, shown))


@pytest.mark.parametrize("name", ZONES)
def test_what_is_planned_for_week_ends_is_on_each_of_ten_years(name: str) -> None:
    zone = ZoneInfo(name)
    changes = stretches(zone)
    nights = Plan(begin=time(22), lasting=timedelta(hours=9), days=frozenset({4, 5}))
    moments = Plan(begin=time(2, 15), lasting=timedelta(), days=frozenset({6}))
    for plan in (nights, moments):
        found = occasions([plan], zone, BEGIN, utc((FIRST + DAYS) * DAY_S))
        begins = [
            day * DAY_S + seconds(plan.begin)
            for day in range(FIRST - 1, FIRST + DAYS)
            if (day + 3) % 7 in plan.days
        ]
        lasting_s = int(plan.lasting.total_seconds())
        counted = [(on_the_wall(changes, b), on_the_wall(changes, b + lasting_s)) for b in begins]
        assert [(one.begins_at, one.ends_at) for one in found] == [
            (utc(begin), utc(end))
            for begin, end in counted
            if BEGIN < utc(end) <= utc((FIRST + DAYS) * DAY_S)
        ]
        assert len(found) in range(len(plan.days) * DAYS // 7 - 1, len(begins) + 1)


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
