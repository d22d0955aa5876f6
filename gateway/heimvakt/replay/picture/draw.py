"""A page as one SVG: values in, text out.

A row is a night between two noons; its lanes are, from the top: alarms, beds, rooms, doors that
lead out together with doses, over modes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from heimvakt.core.events import Mode

from . import shapes
from . import words as say
from .legend import legend, legend_height
from .page import Page, heading, summary
from .rows import clock_change, pieces, place_of, row_of
from .seen import Lane, SeenDose, Span, What
from .svg import Value, bars, element, text, titled

LEFT, WIDTH, RIGHT = 158.0, 1000.0, 20.0
TOP, AXIS = 94.0, 22.0
ALARM_H, BED_H, ROOM_H, DOOR_H, LAST_H, GAP = 13.0, 8.0, 5.0, 5.0, 10.0, 2.0
HAIR = 1.2
"""The narrowest that can be seen in print."""
NIGHT = (11 / 24, 7 / 24)
"""From 23 on, seven hours: those of the rules of the night where a home says no others."""
ALARMS_APART = 11.0
FONT = "DejaVu Sans, Verdana, Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where things are on a page."""

    page: Page
    tops: tuple[float, ...]
    """Of the lanes, within a row."""
    last_top: float
    """Of the lane that doors, doses and modes share."""
    row_height: float

    @classmethod
    def of(cls, page: Page) -> Sheet:
        """The measures follow from the lanes."""
        tops, y = [], ALARM_H
        for lane in page.lanes:
            if lane.kind == "door":
                tops.append(y + (LAST_H - DOOR_H) / 2)
            else:
                tops.append(y)
                y += lane_height(lane)
        shared = page.doses or any(lane.kind == "door" for lane in page.lanes)
        if shared or any(span.what is What.MODE for span in page.spans):
            return cls(page, tuple(tops), y, y + LAST_H + GAP)
        return cls(page, tuple(tops), y, y + GAP)

    @property
    def end(self) -> float:
        """Where the last row ends."""
        return TOP + self.row_height * len(self.page.rows)

    def y(self, row: date) -> float:
        """Where a row begins."""
        return TOP + self.row_height * (row - self.page.rows[0]).days

    def has(self, row: date) -> bool:
        """Whether the page has this row."""
        return self.page.rows[0] <= row <= self.page.rows[-1]


def lane_height(lane: Lane) -> float:
    """How high a lane is."""
    return {"bed": BED_H, "door": DOOR_H}.get(lane.kind, ROOM_H)


def draw(page: Page) -> str:
    """The picture as a whole SVG."""
    sheet = Sheet.of(page)
    width, height = LEFT + WIDTH + RIGHT, sheet.end + AXIS + 12 + legend_height(page)
    title = f"{say.TITLE.in_language(page.language)}, {heading(page)}"
    reads = say.READS.in_language(page.language)
    inner = [
        titled(title, id=f"{page.name}-title"),
        titled(f"{summary(page)} {reads}", name="desc", id=f"{page.name}-desc"),
        shapes.patterns(page.name),
        element("rect", width=width, height=height, fill=shapes.PAPER),
        text(title, x=14, y=26, font_size=19, font_weight="bold"),
        text(summary(page), x=14, y=46, font_size=13),
        text(reads, x=14, y=63, font_size=12, fill="#444444"),
        *_paper(sheet),
        *_modes(sheet),
        *_lanes(sheet),
        *_unheard(sheet),
        *_grid(sheet),
        *_doses(sheet),
        *_alarms(sheet),
        legend(page, LEFT, sheet.end + AXIS + 12),
    ]
    return element(
        "svg",
        "\n".join(filter(None, inner)),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        width=width,
        height=height,
        role="img",
        aria_labelledby=f"{page.name}-title {page.name}-desc",
        lang=page.language,
        font_family=FONT,
        fill=shapes.INK,
    )


# --- the paper ------------------------------------------------------------------------------------


def _paper(sheet: Sheet) -> Iterator[str]:
    """The night behind all rows, and what each row is called."""
    begin, hours = NIGHT
    yield element(
        "rect",
        x=LEFT + begin * WIDTH,
        y=TOP,
        width=hours * WIDTH,
        height=sheet.end - TOP,
        fill=shapes.NIGHT,
    )
    page = sheet.page
    for row in page.rows:
        middle = sheet.y(row) + sheet.row_height / 2
        yield text(say.night_of(row, page.language), x=LEFT - 8, y=middle, **_LABEL)
        if change := clock_change(row, page.zone):
            words = say.CLOCK_ON if change > timedelta() else say.CLOCK_BACK
            yield text(
                words.in_language(page.language),
                x=LEFT - 8,
                y=middle + 15,
                font_style="italic",
                **_LABEL,
            )


_LABEL: dict[str, Value] = {"font_size": 13, "text_anchor": "end"}


def _grid(sheet: Sheet) -> Iterator[str]:
    """The hours, over what is drawn so that they can be followed through it."""
    for hour in range(25):
        x = LEFT + hour / 24 * WIDTH
        named = hour % 3 == 0
        ink, width = ("#555555", 1.2) if hour == 12 else ("#b9bfca" if named else "#e1e4ea", 0.6)
        yield element(
            "path",
            d=f"M{x:.1f} {TOP:g}V{sheet.end:g}",
            stroke=ink,
            stroke_width=width,
            opacity=0.75,
        )
        if named:
            for y in (TOP - 6, sheet.end + 15):
                yield text(f"{(hour + 12) % 24:02}", x=x, y=y, font_size=13, text_anchor="middle")
    for number in range(len(sheet.page.rows) + 1):
        y = TOP + number * sheet.row_height
        yield element("path", d=f"M14 {y:g}H{LEFT + WIDTH:g}", stroke="#9aa1ad", stroke_width=0.7)


# --- what lasted ----------------------------------------------------------------------------------


def _modes(sheet: Sheet) -> Iterator[str]:
    page = sheet.page
    for mode in Mode:
        spans = [span for span in page.spans if span.what is What.MODE and span.name == mode]
        yield _bars(
            _pieces(sheet, spans, sheet.last_top),
            LAST_H,
            say.MODES[mode].in_language(page.language),
            fill=f"url(#{page.name}-{mode})",
            stroke="#777777",
            stroke_width=0.5,
        )


def _lanes(sheet: Sheet) -> Iterator[str]:
    page = sheet.page
    for number, lane in enumerate(page.lanes):
        spans = [s for s in page.spans if s.lane == number and s.what is not What.UNHEARD]
        yield _bars(
            _pieces(sheet, spans, sheet.tops[number]),
            lane_height(lane) - 1,
            say.lane_words(lane).in_language(page.language),
            fill=shapes.colour(page.lanes, number),
        )


def _unheard(sheet: Sheet) -> Iterator[str]:
    """Over what was taken to last meanwhile: nobody knows whether it did."""
    page = sheet.page
    words = say.UNHEARD.in_language(page.language)
    fill = f"url(#{page.name}-unheard)"
    unheard = [span for span in page.spans if span.what is What.UNHEARD]
    whole = _pieces(sheet, [span for span in unheard if span.lane is None], 1.0)
    yield _bars(whole, sheet.row_height - 2, words, fill=fill)
    for number, lane in enumerate(page.lanes):
        spans = [span for span in unheard if span.lane == number]
        drawn = _pieces(sheet, spans, sheet.tops[number])
        yield _bars(drawn, lane_height(lane), words, fill=fill)


def _bars(
    drawn: Sequence[tuple[float, float, float]], height: float, words: str, /, **look: Value
) -> str:
    return element("g", titled(words) + bars(drawn, height, **look)) if drawn else ""


def _pieces(sheet: Sheet, spans: Sequence[Span], top: float) -> list[tuple[float, float, float]]:
    """Of these spans, those that are on the page: x, y, width."""
    found = []
    for span in spans:
        for row, begin, end in pieces(span.begin, span.end, sheet.page.zone):
            if sheet.has(row):
                width = max((end - begin) * WIDTH, HAIR)
                found.append((LEFT + min(begin * WIDTH, WIDTH - width), sheet.y(row) + top, width))
    return found


# --- what was at a moment -------------------------------------------------------------------------


def _doses(sheet: Sheet) -> Iterator[str]:
    page = sheet.page
    for dose in page.doses:
        x = LEFT + place_of(dose.at, page.zone) * WIDTH
        y = sheet.y(row_of(dose.at, page.zone)) + sheet.last_top + LAST_H / 2
        yield shapes.dose(dose.state, x, y, _dose_words(page, dose))


def _dose_words(page: Page, dose: SeenDose) -> str:
    state = say.DOSE_STATES[dose.state].in_language(page.language)
    at, planned = (moment.astimezone(page.zone) for moment in (dose.at, dose.dose))
    return f"{dose.device_id} {planned:%H:%M}: {state} {at:%H:%M}"


def _alarms(sheet: Sheet) -> Iterator[str]:
    """The most urgent keep their place and lie on top; those that hide nothing move aside."""
    page = sheet.page
    of_row: dict[date, list[tuple[float, str]]] = defaultdict(list)
    taken: dict[date, list[float]] = defaultdict(list)
    for alarm in sorted(page.alarms, key=lambda alarm: (alarm.priority.rank, alarm.raised_at)):
        row = row_of(alarm.raised_at, page.zone)
        x = _free(LEFT + place_of(alarm.raised_at, page.zone) * WIDTH, taken[row])
        taken[row].append(x)
        moment = say.moment_words(alarm.raised_at.astimezone(page.zone), page.language)
        priority = say.PRIORITIES[alarm.priority].in_language(page.language)
        words = f"{moment}, {priority}: {alarm.text.in_language(page.language)}"
        shape = shapes.alarm(alarm.priority, x, sheet.y(row) + ALARM_H / 2 + 0.5, words)
        of_row[row].append((x, shape))
    for drawn in of_row.values():
        yield from (shape for _, shape in reversed(drawn))


def _free(x: float, taken: Sequence[float]) -> float:
    """The nearest place to the right where a sign hides no other; none left: where it belongs."""
    wanted = x
    for other in sorted(taken):
        if abs(other - wanted) < ALARMS_APART:
            wanted = other + ALARMS_APART
    return wanted if wanted <= LEFT + WIDTH else x
