"""A picture can be read: by eyes of every kind, by machines that read aloud, on paper."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from heimvakt.core.alarms import Alarm, Priority
from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ClockQuality,
    DoseMissed,
    DoseTaken,
    Event,
    GatewayStarted,
    Mode,
    ModeChanged,
    MotionDetected,
    stamped,
)
from heimvakt.core.words import Words
from heimvakt.replay.picture import files, shapes
from heimvakt.replay.picture.draw import draw
from heimvakt.replay.picture.files import NoPicture, check, write
from heimvakt.replay.picture.page import ROWS_MAX, Page, by_month, page
from heimvakt.replay.picture.report import report
from heimvakt.replay.picture.seen import DoseState, Lane, Seen
from tests.support.homes import DEVICES, OSLO, stamp

SVG = "{http://www.w3.org/2000/svg}"
BEGIN = datetime(2026, 10, 12, 10, tzinfo=UTC)
"""Noon in Oslo; the clock is set back on the 25th."""
HOSTILE = "<script>&\"'"
HOME = Home(
    gateway_id="no-1505-004711",
    zone=OSLO,
    devices={
        **DEVICES,
        "odd": Device(device_id="odd", role=Role.MOTION, driver="z", address="9", room=HOSTILE),
        "medicine": Device(device_id="medicine", role=Role.DISPENSER, driver="d", address="1"),
    },
)


def lived(days: int) -> Seen:
    """So many nights, with a dose each, a visit, and an hour in which nothing could be heard."""
    seen, events = Seen(HOME), list[Event]()
    for day in range(days):
        noon = BEGIN + timedelta(days=day)
        dose = noon + timedelta(hours=9)
        kind = DoseMissed if day % 5 == 0 else DoseTaken
        events += [
            stamped(event, stamp(at=noon + timedelta(hours=hours)))
            for hours, event in (
                (1, MotionDetected(device_id="odd")),
                (3, GatewayStarted(cause="power", last_alive=noon + timedelta(hours=2))),
                (9, kind(device_id="medicine", dose=dose)),
                (10, BedEntered(device_id="bed")),
                (20, BedLeft(device_id="bed")),
            )
        ]
    visit = ModeChanged(before=Mode.HOME, after=Mode.VISIT, until=None, by="carer-1")
    seen.derived([stamped(visit, stamp(at=BEGIN + timedelta(hours=5)))])
    for _ in seen.watch(events):
        pass
    return seen


def alarm(priority: Priority, at: datetime, number: int = 1) -> Alarm:
    return Alarm(
        alarm_id=f"g-{number}",
        number=number,
        kind="night-door",
        priority=priority,
        began_at=at,
        raised_at=at,
        clock=ClockQuality.SYNCHRONISED,
        rule_id="night-door",
        rule_version=1,
        key="x",
        text=Words(nb=f"Døren åpnet {HOSTILE}", en=f"Door opened {HOSTILE}"),
    )


ALARMS = [
    alarm(priority, BEGIN + timedelta(hours=14, minutes=number), number)
    for number, priority in enumerate(Priority)
]


def one(language: str = "nb", alarms: Sequence[Alarm] = ALARMS, days: int = 30) -> Page:
    rows = [BEGIN.date() + timedelta(days=n) for n in range(days)]
    return page(lived(days), alarms, language, rows, "p1")


def test_it_says_what_it_is_to_who_cannot_see_it() -> None:
    root = ElementTree.fromstring(draw(one()))
    assert root.attrib["role"] == "img"
    said = {child.attrib["id"]: child.text or "" for child in root if "id" in child.attrib}
    title, described = (said[part] for part in root.attrib["aria-labelledby"].split())
    assert title == "Døgnene i hjemmet, 12. okt 2026 – 11. nov 2026"
    assert "1 høy, 1 middels, 1 lav, 1 til informasjon" in described
    assert "24 tatt, 6 ikke tatt" in described


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nb", ("i seng", "ytterdør åpen", "kunne ikke høres", "besøk", "klokken tilbake")),
        ("en", ("in bed", "outer door open", "could not be heard", "visit", "clock back")),
    ],
)
def test_it_speaks_the_language_of_the_home(language: str, words: tuple[str, ...]) -> None:
    drawn = draw(one(language))
    found = " ".join(text.text or "" for text in ElementTree.fromstring(drawn).iter(f"{SVG}text"))
    assert [word for word in words if word not in found] == []


def test_every_lane_priority_and_state_looks_other_than_by_its_colour() -> None:
    """Printed grey, or seen by eyes that tell no red from green, all is told apart."""

    def form(drawn: str) -> str:
        return re.sub(r'(fill|stroke)="[^"]*"', "", drawn)

    assert len({form(shapes.alarm(p, 10, 10)) for p in Priority}) == len(Priority)
    assert len({form(shapes.dose(s, 10, 10)) for s in DoseState}) == len(DoseState)


def test_neighbouring_rooms_have_other_colours() -> None:
    lanes = [Lane("bed", "bed"), *(Lane(f"r{n}", "room") for n in range(7)), Lane("", "door")]
    colours = [shapes.colour(lanes, n) for n in range(len(lanes))]
    assert len(set(colours)) == len(lanes)


def test_every_alarm_is_drawn_with_its_words_and_none_hides_another() -> None:
    many = [alarm(Priority.MEDIUM, BEGIN + timedelta(hours=14, minutes=n), n) for n in range(6)]
    root = ElementTree.fromstring(draw(one("en", many)))
    found = [
        polygon
        for polygon in root.iter(f"{SVG}polygon")
        if (polygon.findtext(f"{SVG}title") or "").startswith("Tue 13 Oct 02:0")
    ]
    assert len(found) == len(many)
    lefts = sorted(float(polygon.attrib["points"].split(",")[0]) for polygon in found)
    assert all(b - a > 10 for a, b in pairwise(lefts))


def test_every_night_is_a_row() -> None:
    drawn = ElementTree.fromstring(draw(one("en", days=ROWS_MAX)))
    labels = [text.text or "" for text in drawn.iter(f"{SVG}text")]
    assert sum("–" in label for label in labels) == ROWS_MAX + 1 + 1  # and title, and "23–06"
    assert "Sat 24–Sun 25 Oct" in labels


def test_a_home_of_strange_words_gives_a_file_all_the_same() -> None:
    drawn = report([one()], "g")
    assert HOSTILE not in drawn
    assert "&lt;script&gt;" in drawn
    ElementTree.fromstring(drawn.removeprefix("<!doctype html>"))


def test_the_page_has_a_table_of_the_alarms_and_needs_nothing_else() -> None:
    html = report([one("en", days=3), page(lived(3), (), "en", [date(2026, 10, 13)], "p2")], "g")
    root = ElementTree.fromstring(html.removeprefix("<!doctype html>"))
    urgent, others = (
        [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]
        for table in root.iter("table")
    )
    assert urgent[0] == others[0] == ["When", "Priority", "What", "Room", "Rule"]
    assert [row[:2] for row in urgent[1:]] == [
        ["Tue 13 Oct 02:00", "high"],
        ["Tue 13 Oct 02:01", "medium"],
        ["Tue 13 Oct 02:02", "low"],
    ]
    assert [row[:2] for row in others[1:]] == [["Tue 13 Oct 02:03", "information"]]
    assert "no alarm" in html  # on the second page
    ids = Counter(element.attrib["id"] for element in root.iter() if "id" in element.attrib)
    assert max(ids.values()) == 1
    used = set(re.findall(r"url\(#([^)]+)\)", html))
    assert used
    assert used <= ids.keys()
    assert not re.search(r"(?:src|href)=\"(?!#)|<script|@import|url\((?!#)", html)


def test_a_year_is_a_page_for_each_month() -> None:
    rows = [date(2025, 12, 31) + timedelta(days=n) for n in range(366)]
    months = by_month(rows)
    assert [row for month in months for row in month] == rows
    assert [month[-1].month for month in months] == list(range(1, 13))
    assert all(len(month) <= ROWS_MAX for month in months)


def test_what_does_not_fit_is_said_and_the_newest_is_shown(tmp_path: Path) -> None:
    seen = lived(50)
    picture = tmp_path / "days.svg"
    said = write(picture, seen, ALARMS, "en")
    assert said.startswith(f"{picture}: the last {ROWS_MAX} days of 50; ")
    assert ".html" in said
    labels = picture.read_text()
    assert "Sun 29–Mon 30 Nov" in labels
    assert "Fri 30–Sat 31 Oct" in labels
    assert "Thu 29–Fri 30 Oct" not in labels

    whole = tmp_path / "days.html"
    assert write(whole, seen, ALARMS, "en") == f"{whole}: 50 days"
    assert whole.read_text().count("<figure>") == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["days.html", "days.svg"]


def test_the_days_that_are_wanted(tmp_path: Path) -> None:
    picture = tmp_path / "days.svg"
    first, last = date(2026, 10, 20), date(2026, 10, 22)
    assert write(picture, lived(30), (), "en", first, last) == f"{picture}: 3 days"
    with pytest.raises(NoPicture, match="nothing of these days") as none:
        write(picture, lived(3), (), "en", date(2027, 1, 1))
    assert none.value.hint == "what was replayed goes from 2026-10-12 to 2026-10-14"
    with pytest.raises(NoPicture, match="nothing to be drawn"):
        write(picture, Seen(HOME), (), "en")


def test_of_too_many_months_the_newest_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PAGES_MAX", 2)
    said = write(tmp_path / "days.html", lived(80), (), "en")
    assert said.endswith("the last 60 days of 80; others with --from and --to")


@pytest.mark.parametrize(
    ("name", "why", "hint"),
    [
        ("days.pdf", "no picture", ".html, .svg, .png"),
        ("days", "no picture", ".html"),
        ("nowhere/days.svg", "no such folder", ""),
        ("days.png", "no PNG can be drawn here", r"heimvakt\[plot\]"),
    ],
)
def test_what_cannot_be_drawn_is_known_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, why: str, hint: str
) -> None:
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    with pytest.raises(NoPicture, match=why) as cannot:
        check(tmp_path / name)
    assert re.search(hint, cannot.value.hint)


@pytest.mark.skipif(find_spec("cairosvg") is None, reason="needs heimvakt[plot]: cairosvg")
def test_a_png_is_drawn_by_the_library(tmp_path: Path) -> None:
    picture = tmp_path / "days.png"
    check(picture)
    write(picture, lived(3), ALARMS, "en")
    assert picture.read_bytes().startswith(b"\x89PNG")
