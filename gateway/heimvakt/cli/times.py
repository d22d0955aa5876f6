"""Moments and durations as a person in front of the box reads them: in the time of the home."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from heimvakt.core.words import spell_duration

from .exits import Exit, fail


def spell(span: timedelta) -> str:
    """`12 d 4 h`, `2 h 3 min`."""
    if span >= timedelta(days=1):
        return f"{span.days} d {span.seconds // 3600} h"
    return spell_duration(span.total_seconds()).en


def local(text: str, timezone: str) -> datetime:
    """A moment of an answer on the clock on the wall of the home, wherever the machine thinks to
    be: many boards are set to UTC."""
    return datetime.fromisoformat(text).astimezone(ZoneInfo(timezone))


def count(number: int, thing: str) -> str:
    """`1 alarm`, `2 alarms`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def as_day(text: str | None) -> date | None:
    """A day that somebody typed; ends the command where it is none."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(Exit.USAGE, f'"{text}" is no day', "write it as 2026-01-05")
