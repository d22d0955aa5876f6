"""One device over time: what it told, how well it is heard, its battery; as pictures and as a
table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from heimvakt.core.tending import WEAK_LQI
from heimvakt.core.words import Words

from . import layout
from .chart import bars, busiest, line
from .facts import Sensor
from .markup import Html, tag
from .past import BARS, Past, Point

SPANS = (
    (24, Words(nb="Siste døgn", en="Last day")),
    (7 * 24, Words(nb="Siste uke", en="Last week")),
    (30 * 24, Words(nb="Siste 30 dager", en="Last 30 days")),
)
assert {hours for hours, _ in SPANS} == set(BARS)
TOLD = Words(nb="Meldinger", en="What it told")
LINES = {
    "lqi": (Words(nb="Samband (LQI)", en="Link (LQI)"), 0.0, 255.0, WEAK_LQI),
    "percent": (Words(nb="Batteri (%)", en="Battery (%)"), 0.0, 100.0, None),
    "celsius": (Words(nb="Temperatur (°C)", en="Temperature (°C)"), 10.0, 30.0, None),
}
AS_TABLE = Words(nb="Som tabell", en="As a table")
NOT_WHOLE = Words(
    nb="Det som var før {0}, ble det ikke tid til å se på.",
    en="What was before {0} there was no time to look at.",
)


def page(
    device_id: str, sensor: Sensor, past: Past, hours: int, zone: ZoneInfo, language: str
) -> str:
    """All of one device, for one of the spans."""
    title = Words(nb=device_id, en=device_id)
    charts = [_told(past, zone, language)]
    charts += [
        _line(field, points, past, zone, language) for field, points in past.measured.items()
    ]
    return layout.page(
        title,
        tag("h1", device_id),
        tag("p", ", ".join(one for one in (sensor.what, sensor.room) if one)),
        tag("p", layout.marked(sensor.state, language)),
        _spans(device_id, hours, language),
        None
        if past.whole
        else tag("p", _in(language, NOT_WHOLE).format(_at(past.looked_back_to, zone))),
        *charts,
        language=language,
        here="",
    )


def _spans(device_id: str, hours: int, language: str) -> Html:
    links = [
        tag(
            "li",
            tag(
                "a",
                _in(language, said),
                href=f"/devices/{device_id}?hours={span}",
                aria_current="true" if span == hours else None,
            ),
        )
        for span, said in SPANS
    ]
    label = Words(nb="Tidsrom", en="Span of time")
    return tag("nav", tag("ul", links), aria_label=_in(language, label), class_="spans")


def _told(past: Past, zone: ZoneInfo, language: str) -> Html:
    count = sum(bar.count for bar in past.bars)
    said = _in(language, Words(nb=f"{count} i alt", en=f"{count} in all"))
    if (most := busiest(past.bars)) is not None:
        at = _at(most.begins, zone)
        said += _in(
            language,
            Words(nb=f", flest fra {at}: {most.count}", en=f", most from {at}: {most.count}"),
        )
    rows = [(_at(bar.begins, zone), f"{bar.count}") for bar in past.bars if bar.count]
    drawn = bars("told", _in(language, TOLD), said, past, zone)
    return _figure(_in(language, TOLD), said, drawn, rows, language)


def _line(field: str, points: Sequence[Point], past: Past, zone: ZoneInfo, language: str) -> Html:
    words, low, high, limit = LINES[field]
    title = _in(language, words)
    least, most = min(p.value for p in points), max(p.value for p in points)
    said = _in(
        language,
        Words(
            nb=f"nå {points[-1].value:g}, laveste {least:g}, høyeste {most:g}",
            en=f"now {points[-1].value:g}, lowest {least:g}, highest {most:g}",
        ),
    )
    drawn = line(field, title, said, points, past, zone, low=low, high=high, limit=limit)
    return _figure(title, said, drawn, _thinned(points, zone), language)


TABLE_ROWS_MAX = 60


def _thinned(points: Sequence[Point], zone: ZoneInfo) -> list[tuple[str, str]]:
    step = -(-len(points) // TABLE_ROWS_MAX)
    return [(_at(point.at, zone), f"{point.value:g}") for point in points[::step]]


def _figure(
    title: str, said: str, drawn: Html, rows: Sequence[tuple[str, str]], language: str
) -> Html:
    heads = (_in(language, Words(nb="Tid", en="Time")), title)
    table = tag(
        "table",
        tag("thead", tag("tr", [tag("th", head, scope="col") for head in heads])),
        tag("tbody", [tag("tr", tag("td", at), tag("td", value)) for at, value in rows]),
    )
    details = tag("details", tag("summary", f"{_in(language, AS_TABLE)}: {title}"), table)
    return tag(
        "section",
        tag("h2", title),
        tag("p", said),
        drawn,
        details if rows else None,
        class_="figure",
    )


def _at(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _in(language: str, words: Words) -> str:
    return words.in_language(language)
