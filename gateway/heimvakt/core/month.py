"""Months as the home has them: by the clock on its wall. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Month = str
"""`2026-10`: sorts by age."""
PATTERN = r"^[1-9]\d{3}-(?:0[1-9]|1[0-2])$"


def is_month(text: str) -> bool:
    """Whether it is written as a month is."""
    return re.fullmatch(PATTERN, text, re.ASCII) is not None


def month_of(at: datetime, zone: ZoneInfo) -> Month:
    """The month that a moment is in."""
    local = at.astimezone(zone)
    return f"{local.year:04}-{local.month:02}"


def begins(month: Month, zone: ZoneInfo) -> datetime:
    """Its first moment, UTC."""
    first = first_day(month)
    return datetime(first.year, first.month, 1, tzinfo=zone).astimezone(UTC)


def after(month: Month) -> Month:
    """The next one."""
    first = first_day(month)
    year, number = divmod(first.year * 12 + first.month, 12)
    return f"{year:04}-{number + 1:02}"


def first_day(month: Month) -> date:
    """The first of it."""
    return date.fromisoformat(f"{month}-01")


def by_month(begin: datetime, end: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """The stretch from `begin` to `end`, cut where a month begins."""
    while begin < end:
        until = min(end, begins(after(month_of(begin, zone)), zone))
        yield begin, until
        begin = until
