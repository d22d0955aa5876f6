"""What the signs of a picture mean, below it; signs that are not in it are not explained."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from heimvakt.core.alarms import Priority
from heimvakt.core.events import Mode

from . import shapes
from . import words as say
from .page import Page
from .seen import DoseState, What
from .svg import element, text

LINE = 20.0
COLUMNS = (0.0, 275.0, 520.0, 770.0)
Draw = Callable[[float, float], str]
"""A sign, beside its words: where they begin, and where their middle is."""


def legend(page: Page, x: float, y: float) -> str:
    """Four columns: the lanes in their order, alarms, doses, and what else is filled."""
    drawn = []
    for left, (heading, signs) in zip(COLUMNS, _columns(page), strict=True):
        if not signs:
            continue
        drawn.append(text(heading, x=x + left, y=y + 12, font_size=13, font_weight="bold"))
        for number, (sign, words) in enumerate(signs, start=1):
            middle = y + 8 + number * LINE
            drawn.append(sign(x + left, middle))
            drawn.append(text(words, x=x + left + 34, y=middle + 4, font_size=13))
    note = say.NOT_MORE.in_language(page.language)
    bottom = y + legend_height(page) - 16
    drawn.append(text(note, x=14, y=bottom, font_size=12, font_style="italic", fill="#444444"))
    return element("g", "".join(drawn))


def legend_height(page: Page) -> float:
    """How high it is."""
    return LINE * (max(len(signs) for _, signs in _columns(page)) + 1) + 34


def _columns(page: Page) -> list[tuple[str, list[tuple[Draw, str]]]]:
    language = page.language
    return [
        (say.LANES.in_language(language), list(_lanes(page))),
        (
            say.ALARMS.in_language(language),
            [
                (_alarm(priority), words.in_language(language))
                for priority, words in say.PRIORITIES.items()
            ],
        ),
        (
            say.DOSES.in_language(language),
            [
                (_dose(state), words.in_language(language))
                for state, words in say.DOSE_STATES.items()
                if page.doses
            ],
        ),
        (say.OTHERWISE.in_language(language), list(_fillings(page))),
    ]


def _lanes(page: Page) -> Iterator[tuple[Draw, str]]:
    for number, lane in enumerate(page.lanes):
        height = 9.0 if lane.kind == "bed" else 5.0
        fill = shapes.colour(page.lanes, number)
        yield _box(fill, height), say.lane_words(lane).in_language(page.language)


def _fillings(page: Page) -> Iterator[tuple[Draw, str]]:
    yield _box(shapes.NIGHT, 13), say.NIGHT.in_language(page.language)
    yield _box(f"url(#{page.name}-unheard)", 13), say.UNHEARD.in_language(page.language)
    there = {span.name for span in page.spans if span.what is What.MODE}
    for mode in Mode:
        if mode in there:
            yield _box(f"url(#{page.name}-{mode})", 10), say.MODES[mode].in_language(page.language)


def _box(fill: str, height: float) -> Draw:
    def drawn(x: float, y: float) -> str:
        return element(
            "rect",
            x=x,
            y=y - height / 2,
            width=26,
            height=height,
            fill=fill,
            stroke="#9aa1ad",
            stroke_width=0.5,
        )

    return drawn


def _alarm(priority: Priority) -> Draw:
    return lambda x, y: shapes.alarm(priority, x + 13, y)


def _dose(state: DoseState) -> Draw:
    return lambda x, y: shapes.dose(state, x + 13, y)
