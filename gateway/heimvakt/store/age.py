"""Which of the oldest records have been kept long enough, whatever the clock has done meanwhile.

Pure. Order is that of the numbers. The time of a record counts only if the clock was known to be
right when it was made; one with another time, such as 1970 after a start without a network, is
older than the next one after it whose time is right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from heimvakt.core.events import ClockQuality


@dataclass(frozen=True, slots=True)
class Aged:
    """A record, as far as its age is asked for."""

    number: int
    at: datetime | None
    """None: cannot be read, or not to be trusted."""


def aged(number: int, at: object, clock: object) -> Aged:
    """As it is stored."""
    if clock == ClockQuality.UNKNOWN or not isinstance(at, str):
        return Aged(number, None)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return Aged(number, None)
    return Aged(number, moment if moment.tzinfo else None)


def kept_long_enough(oldest: Iterable[Aged], before: datetime) -> int | None:
    """The highest number that, with all below it, is of a time before `before`; None if none is.

    Stops at the first record that is younger: what comes after it is not older.
    """
    through = None
    for record in oldest:
        if record.at is None:
            continue
        if record.at >= before:
            break
        through = record.number
    return through
