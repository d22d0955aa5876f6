"""Figures as SVG: bars and lines that also say in words what they show. Its colours are the page's.

As wide as a telephone, so that the letters stay readable there; a laptop shows it larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from .markup import Html, joined, tag
from .past import Bar, Past, Point

WIDTH, HEIGHT = 360.0, 140.0
LEFT, RIGHT, TOP, BOTTOM = 30.0, 6.0, 10.0, 20.0
INSIDE = WIDTH - LEFT - RIGHT
TALL = HEIGHT - TOP - BOTTOM
TIMES = 4
"""Marks on the line of time."""
POINTS_MAX = 60
"""That are drawn beside their line; of more the line is enough."""


def bars(name: str, title: str, said: str, past: Past, zone: ZoneInfo) -> Html:
    """How often something was told."""
    most = max((bar.count for bar in past.bars), default=0) or 1
    wide = INSIDE / max(len(past.bars), 1)
    drawn = [
        tag(
            "rect",
            x=_n(LEFT + number * wide + 0.5),
            y=_n(_y(bar.count, 0, most)),
            width=_n(max(wide - 1, 1)),
            height=_n(TALL * bar.count / most),
            class_="bar",
        )
        for number, bar in enumerate(past.bars)
        if bar.count
    ]
    return _whole(name, title, said, joined(_scale(0, most), drawn), past, zone)


def line(
    name: str,
    title: str,
    said: str,
    points: Sequence[Point],
    past: Past,
    zone: ZoneInfo,
    *,
    low: float,
    high: float,
    limit: float | None = None,
) -> Html:
    """What was measured; `limit` is drawn as a broken line."""
    low = min([low, *(point.value for point in points)])
    high = max([high, *(point.value for point in points)])
    places = [(_x(point.at, past), _y(point.value, low, high)) for point in points]
    broken = None
    if limit is not None:
        y = _n(_y(limit, low, high))
        broken = tag("line", x1=_n(LEFT), x2=_n(WIDTH - RIGHT), y1=y, y2=y, class_="limit")
    shown = places if len(places) <= POINTS_MAX else []
    drawn = joined(
        _scale(low, high),
        broken,
        tag("polyline", points=" ".join(f"{_n(x)},{_n(y)}" for x, y in places), class_="line"),
        [tag("circle", cx=_n(x), cy=_n(y), r="1.6", class_="point") for x, y in shown],
    )
    return _whole(name, title, said, drawn, past, zone)


def _whole(name: str, title: str, said: str, drawn: Html, past: Past, zone: ZoneInfo) -> Html:
    return tag(
        "svg",
        tag("title", title, id=f"{name}-title"),
        tag("desc", said, id=f"{name}-desc"),
        tag(
            "line",
            x1=_n(LEFT),
            x2=_n(WIDTH - RIGHT),
            y1=_n(_y(0, 0, 1)),
            y2=_n(_y(0, 0, 1)),
            class_="axis",
        ),
        _not_looked_at(past),
        drawn,
        _times(past, zone),
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        class_="chart",
    )


def _not_looked_at(past: Past) -> Html | None:
    """What is empty there is not known to be."""
    if past.whole:
        return None
    wide = _x(past.looked_back_to, past) - LEFT
    return tag("rect", x=_n(LEFT), y=_n(TOP), width=_n(wide), height=_n(TALL), class_="unknown")


def _scale(low: float, high: float) -> Html:
    return joined(
        [
            tag("text", f"{value:g}", x=_n(LEFT - 4), y=_n(_y(value, low, high) + 3), class_="end")
            for value in (low, high)
        ]
    )


def _times(past: Past, zone: ZoneInfo) -> Html:
    span = past.until - past.since
    short = span.total_seconds() <= 36 * 3600
    marks: list[Html] = []
    for number in range(TIMES + 1):
        at = (past.since + span * number / TIMES).astimezone(zone)
        place = "start" if number == 0 else "end" if number == TIMES else "middle"
        marks.append(
            tag(
                "text",
                f"{at:%H:%M}" if short else f"{at.day}.{at.month}.",
                x=_n(LEFT + INSIDE * number / TIMES),
                y=_n(HEIGHT - 6),
                class_=place,
            )
        )
    return joined(marks)


def _x(at: datetime, past: Past) -> float:
    share = (at - past.since) / (past.until - past.since)
    return LEFT + INSIDE * min(max(share, 0.0), 1.0)


def _y(value: float, low: float, high: float) -> float:
    return TOP + TALL * (1 - (value - low) / (high - low or 1))


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def busiest(found: Sequence[Bar]) -> Bar | None:
    """The bar that is the tallest, the first of them; None where all are empty."""
    best = max(found, key=lambda bar: bar.count, default=None)
    return best if best is not None and best.count else None
