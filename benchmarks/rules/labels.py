"""What the labels of a recorded home make true: who slept, was out, was in the bathroom, and when.

A line of a label is its begin, its end, and the activity, local time. Definitions: docs/judging.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from heimvakt.generate.lived import Happened

from .homes import CHECKS
from .judge import ELSEWHERE, Truth

NIGHT_FROM, NIGHT_UNTIL = time(23), time(6)
MORNING_FROM, MORNING_UNTIL = time(5), time(10)
BACK_IN_BED_MAX = timedelta(hours=4)
"""Whoever sleeps again within this was up in the night; later it is another night, or a nap."""
LONG_OUT_OF_BED = timedelta(minutes=20)
LONG_IN_BATHROOM = timedelta(minutes=45)
ONE_STAY = timedelta(minutes=5)
"""Between two things that are done in the bathroom: he did not leave it."""
BATHROOM = frozenset({"Toileting", "Showering", "Grooming"})
_LINE = re.compile(
    r"(?P<begin>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s+(?P<end>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)"
    r"\s+(?P<what>\S+)"
)


@dataclass(frozen=True, slots=True)
class Label:
    """What somebody did, local time."""

    begin: datetime
    end: datetime
    what: str

    def holds(self, at: datetime) -> bool:
        """Whether it was then."""
        return self.begin <= at <= self.end


def read(path: Path) -> list[Label]:
    """The labels of a file, in order; other lines are headings."""
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if match := _LINE.match(line):
            begin, end = (datetime.fromisoformat(match[key]) for key in ("begin", "end"))
            found.append(Label(begin, end, match["what"]))
    return sorted(found, key=lambda label: label.begin)


def truths(labels: Sequence[Label], zone: ZoneInfo) -> list[Truth]:
    """All that follows from them."""

    def truth(what: str, begin: datetime, end: datetime) -> Truth:
        utc_begin, utc_end = (at.replace(tzinfo=zone).astimezone(UTC) for at in (begin, end))
        return Truth(what, utc_begin, utc_end)

    return [
        truth(what, begin, end)
        for what, begin, end in (
            *_nights(labels),
            *_mornings(labels),
            *_bathroom(labels),
            *_checks(labels),
        )
    ]


_Found = Iterator[tuple[str, datetime, datetime]]


def _nights(labels: Sequence[Label]) -> _Found:
    asleep = [label for label in labels if label.what == "Sleeping"]
    for one, following in pairwise(asleep):
        out = following.begin - one.end
        if _at_night(one.end) and LONG_OUT_OF_BED <= out <= BACK_IN_BED_MAX:
            yield Happened.WANDERING, one.end, following.begin
    for label in labels:
        if label.what == "Leaving" and _at_night(label.begin):
            yield Happened.LEFT_AT_NIGHT, label.begin, label.end


def _at_night(at: datetime) -> bool:
    return at.time() >= NIGHT_FROM or at.time() < NIGHT_UNTIL


def _mornings(labels: Sequence[Label]) -> _Found:
    for label in labels:
        if label.what != "Sleeping":
            continue
        begin, end = (datetime.combine(label.end, at) for at in (MORNING_FROM, MORNING_UNTIL))
        up = any(
            other.begin < end and other.end > begin for other in labels if other.what != "Sleeping"
        )
        if label.holds(end) and not up:
            yield Happened.NOT_UP, end, label.end


def _bathroom(labels: Sequence[Label]) -> _Found:
    stay: tuple[datetime, datetime] | None = None
    for label in [*labels, Label(datetime.max, datetime.max, "")]:  # noqa: DTZ901 - past the last
        if stay is not None and label.what in BATHROOM and label.begin - stay[1] <= ONE_STAY:
            stay = (stay[0], max(stay[1], label.end))
            continue
        if stay is not None and stay[1] - stay[0] >= LONG_IN_BATHROOM:
            yield Happened.LONG_IN_BATHROOM, *stay
        stay = (label.begin, label.end) if label.what in BATHROOM else None


def _checks(labels: Sequence[Label]) -> _Found:
    day, last = labels[0].begin.date(), labels[-1].end.date()
    while day <= last:
        for at in CHECKS:
            check = datetime.combine(day, at)
            if not any(label.what == "Sleeping" and label.holds(check) for label in labels):
                yield ELSEWHERE, check, check
        day += timedelta(days=1)
