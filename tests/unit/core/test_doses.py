"""Each day of a plan has each of its doses once, also when the clock is set."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.doses import Dose, DosePlan, doses
from tests.support.homes import OSLO

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
"""When Oslo sets its clocks: 2 to 3, and 3 to 2."""
ZONES = st.sampled_from([OSLO, ZoneInfo("America/New_York"), ZoneInfo("UTC")])
PLANS = st.builds(
    DosePlan,
    at=st.times(timezones=st.none()).map(lambda at: at.replace(second=0, microsecond=0)),
    window=st.integers(5, 300).map(lambda minutes: timedelta(minutes=minutes)),
    days=st.frozensets(st.integers(0, 6), min_size=1),
)


def plan(at: str, minutes: int = 45, days: frozenset[int] = frozenset(range(7))) -> DosePlan:
    return DosePlan(at=time.fromisoformat(at), window=timedelta(minutes=minutes), days=days)


def on(day: date, *plans: DosePlan) -> list[str]:
    """The doses of a day, as the clock on the wall shows them."""
    since = datetime(day.year, day.month, day.day, tzinfo=OSLO).astimezone(UTC)
    found = doses(plans, OSLO, since, since + timedelta(hours=30))
    local = [dose.at.astimezone(OSLO) for dose in found]
    return [f"{at:%H:%M %z}" for at in local if at.date() == day]


def test_what_is_planned_in_the_hour_that_is_left_out_is_given_after_it() -> None:
    assert on(SPRING, plan("01:30"), plan("02:30"), plan("08:30")) == [
        "01:30 +0100",
        "03:30 +0200",
        "08:30 +0200",
    ]


def test_of_the_hour_that_comes_twice_the_first_counts() -> None:
    assert on(AUTUMN, plan("01:30"), plan("02:30"), plan("03:30")) == [
        "01:30 +0200",
        "02:30 +0200",
        "03:30 +0100",
    ]


def test_only_on_its_days() -> None:
    monday = date(2026, 11, 2)
    plans = (plan("08:00", days=frozenset({0, 6})), plan("20:00", days=frozenset({1})))
    week = [on(monday + timedelta(days=n), *plans) for n in range(7)]
    assert week == [["08:00 +0100"], ["20:00 +0100"], [], [], [], [], ["08:00 +0100"]]


def test_half_way_is_by_the_time_that_passes() -> None:
    (dose,) = doses([plan("01:30", minutes=120)], OSLO, *_day(SPRING))
    assert dose.closes_at - dose.at == timedelta(hours=2)
    assert dose.half_way == dose.at + timedelta(hours=1)


def _day(day: date) -> tuple[datetime, datetime]:
    since = datetime(day.year, day.month, day.day, tzinfo=OSLO).astimezone(UTC)
    return since, since + timedelta(hours=12)


@given(st.lists(PLANS, max_size=6), ZONES, st.dates(date(2025, 1, 1), date(2028, 1, 1)))
def test_every_day_has_each_of_its_doses_once(
    plans: list[DosePlan], zone: ZoneInfo, first: date
) -> None:
    begin = datetime(first.year, first.month, first.day, tzinfo=zone)
    end = begin + timedelta(days=10)  # by the clock on the wall
    for one in plans:
        found = list(doses([one], zone, begin.astimezone(UTC), end.astimezone(UTC)))
        days = Counter(dose.at.astimezone(zone).date() for dose in found)
        due = {first + timedelta(days=n) for n in range(10)}
        assert days == Counter({day: 1 for day in due if day.weekday() in one.days})


@given(st.lists(PLANS, max_size=6), ZONES, st.lists(st.integers(0, 14_400), min_size=1, max_size=8))
def test_in_pieces_or_at_once_it_is_the_same(
    plans: list[DosePlan], zone: ZoneInfo, cuts: list[int]
) -> None:
    begin = datetime(2026, 3, 22, tzinfo=UTC)
    moments = [begin + timedelta(minutes=cut) for cut in sorted({0, *cuts})]
    pieces: list[Dose] = []
    for since, until in pairwise(moments):
        pieces += doses(plans, zone, since, until)
    assert pieces == list(doses(plans, zone, moments[0], moments[-1]))
    assert pieces == sorted(pieces)
