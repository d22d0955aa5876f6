"""Where a moment stands in a picture: in which row, and how far along it.

A row begins at noon, so that a night is in one piece; the axis is the clock on the wall. On the day
of a clock change an hour is empty or holds two, and the row says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NOON = timedelta(hours=12)
DAY = timedelta(days=1)


def row_of(at: datetime, zone: ZoneInfo) -> date:
    """The day at whose noon the row begins that holds this moment."""
    return (_wall(at, zone) - NOON).date()


def place_of(at: datetime, zone: ZoneInfo) -> float:
    """How far along its row a moment is: 0 at noon, 1 at the next."""
    wall = _wall(at, zone)
    return (wall - _noon((wall - NOON).date())) / DAY


def pieces(begin: datetime, end: datetime, zone: ZoneInfo) -> Iterator[tuple[date, float, float]]:
    """A span as its pieces: a row, from where, to where."""
    since, until = _wall(begin, zone), _wall(end, zone)
    until = max(since, until)  # in the hour that comes twice the clock goes back
    row = (since - NOON).date()
    while True:
        noon = _noon(row)
        last = until <= noon + DAY
        yield row, max(0.0, (since - noon) / DAY), min(1.0, (until - noon) / DAY)
        if last:
            return
        row += DAY


def clock_change(row: date, zone: ZoneInfo) -> timedelta:
    """How far the clock is set during the row; forward is more than nothing."""
    begin, end = (_noon(day).replace(tzinfo=zone).utcoffset() for day in (row, row + DAY))
    return (end or timedelta()) - (begin or timedelta())


def begins_at(row: date, zone: ZoneInfo) -> datetime:
    """The moment at which a row begins, UTC."""
    return _noon(row).replace(tzinfo=zone).astimezone(UTC)


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12))
