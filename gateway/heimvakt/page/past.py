"""The past of one device as figures: what it told in each stretch of time, and what was measured.
Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .happened import SIGNS_OF_LIFE

BARS: Mapping[int, int] = {24: 24, 7 * 24: 28, 30 * 24: 30}
"""By the hours that are shown, how many bars: of an hour, of six hours, of a day. More than 30 are
too thin for a telephone."""

MEASURED = {
    "lqi": "link-measured.lqi",
    "percent": "battery-measured.percent",
    "celsius": "temperature-measured.celsius",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """How often it told something in one stretch."""

    begins: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Point:
    """One figure that was measured."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Past:
    """Of one device."""

    since: datetime
    until: datetime
    looked_back_to: datetime
    """Before this nobody has looked; `since`, where all of it was."""
    bars: tuple[Bar, ...]
    measured: Mapping[str, tuple[Point, ...]]
    """By field: `lqi`, `percent`, `celsius`; only what there is."""

    @property
    def whole(self) -> bool:
        """Whether all of it was looked at."""
        return self.looked_back_to <= self.since


def past(answer: Mapping[str, Any], hours: int) -> Past:
    """Of the answer to `history`."""
    since, until, back_to = (
        datetime.fromisoformat(answer[key]) for key in ("since", "until", "looked_back_to")
    )
    measured = {name: tuple(_points(answer, key, since, until)) for name, key in MEASURED.items()}
    return Past(
        since,
        until,
        back_to,
        tuple(_bars(answer, since, until, BARS[hours])),
        {name: points for name, points in measured.items() if points},
    )


def _bars(answer: Mapping[str, Any], since: datetime, until: datetime, many: int) -> Iterator[Bar]:
    counts = [0] * many
    for stretch in answer["stretches"]:
        told = sum(n for kind, n in stretch["counts"].items() if kind not in SIGNS_OF_LIFE)
        counts[stretch["number"] * many // answer["of"]] += told
    for number, count in enumerate(counts):
        yield Bar(since + (until - since) * number / many, count)


def _points(
    answer: Mapping[str, Any], key: str, since: datetime, until: datetime
) -> Iterator[Point]:
    step = (until - since) / answer["of"]
    for stretch in answer["stretches"]:
        if (value := stretch["measured"].get(key)) is not None:
            yield Point(since + step * (stretch["number"] + 0.5), float(value))
