"""A row of a picture is a night between two noons, on the clock of the home."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.replay.picture.rows import clock_change, pieces, place_of, row_of
from tests.support.homes import OSLO

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=UTC)
)


def oslo(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=OSLO).astimezone(UTC)  # type: ignore[misc, arg-type]


def test_a_night_is_in_one_row() -> None:
    rows = {row_of(oslo(2026, 11, 17, 22), OSLO), row_of(oslo(2026, 11, 18, 6), OSLO)}
    assert rows == {date(2026, 11, 17)}
    assert place_of(oslo(2026, 11, 18, 0), OSLO) == 0.5


@pytest.mark.parametrize(
    ("day", "hours"), [((2026, 3, 28), 1), ((2026, 10, 24), -1), ((2026, 11, 3), 0)]
)
def test_a_row_with_a_clock_change_knows_it(day: tuple[int, int, int], hours: int) -> None:
    row = date(*day)
    assert clock_change(row, OSLO) == timedelta(hours=hours)
    # 6 in the morning stands at 6, whatever became of the hours before.
    morning = datetime.combine(row + timedelta(days=1), datetime.min.time()).replace(hour=6)
    assert place_of(morning.replace(tzinfo=OSLO).astimezone(UTC), OSLO) == 0.75


@given(begin=MOMENTS, lasting=st.timedeltas(timedelta(), timedelta(days=9)))
def test_the_pieces_of_a_span_begin_and_end_with_it_and_leave_nothing_out(
    begin: datetime, lasting: timedelta
) -> None:
    found = list(pieces(begin, begin + lasting, OSLO))
    assert found[0][:2] == (row_of(begin, OSLO), place_of(begin, OSLO))
    assert all(0 <= since <= until <= 1 for _, since, until in found)
    assert all(until == 1 for _, _, until in found[:-1])
    assert all(since == 0 for _, since, _ in found[1:])
    rows = [row for row, _, _ in found]
    assert rows == [rows[0] + timedelta(days=n) for n in range(len(rows))]
    shown = sum(until - since for _, since, until in found)
    assert abs(shown - lasting / timedelta(days=1)) <= 1.01 / 24
