"""What is shown: facts and figures from answers, in both languages, with nothing let through that
a browser would obey."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt.core.alarms import AlarmState, Priority
from heimvakt.core.devices import Role
from heimvakt.core.events import ClockQuality, Mode
from heimvakt.core.signs import Sign
from heimvakt.page import chart, words
from heimvakt.page.happened import VALUES_MAX, happened, is_shown
from heimvakt.page.live import WAITING_MAX, Stream
from heimvakt.page.markup import Html, tag
from heimvakt.page.past import BARS, past
from heimvakt.store.history import STRETCHES

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")


@pytest.mark.parametrize(
    ("table", "kinds"),
    [
        (words.MODES, Mode),
        (words.SHOWN, Sign),
        (words.CLOCKS, ClockQuality),
        (words.PRIORITIES, Priority),
        (words.STATES, AlarmState),
        (words.ROLES, Role),
    ],
)
def test_there_is_a_word_for_each_thing(table: dict[str, object], kinds: type[StrEnum]) -> None:
    assert set(table) == {kind.value for kind in kinds}


@given(st.text(), st.text())
def test_nothing_that_is_text_becomes_a_tag_or_ends_an_attribute(inside: str, value: str) -> None:
    made = tag("p", inside, title=value)
    assert made.count("<") == 2
    assert made.count(">") == 2
    assert made.count('"') == 2
    assert isinstance(made, Html)


def test_a_line_says_what_happened_and_is_never_long() -> None:
    told = {
        "event": {
            "kind": "door-opened",
            "seq": 7,
            "at": NOON.isoformat(),
            "device_id": "front-door",
            "why": "x" * 500,
        },
        "alarms": [],
    }
    line = happened(told, "Europe/Oslo", "nb")
    assert (line["at"], line["device"], line["what"]) == ("13:00:00", "front-door", "dør åpnet")
    assert len(line["values"]) == VALUES_MAX
    assert is_shown(told)
    assert not is_shown({"event": {"kind": "link-measured"}, "alarms": []})


async def test_whoever_does_not_read_loses_the_oldest_and_is_told_how_many() -> None:
    stream = Stream()
    for number in range(WAITING_MAX + 5):
        stream.put({"number": number})
    assert stream.missed == 5
    assert await stream.next() == {"number": 5}


def answer(*stretches: dict[str, object], hours: int = 24) -> dict[str, object]:
    since = NOON - timedelta(hours=hours)
    return {
        "since": since.isoformat(),
        "until": NOON.isoformat(),
        "looked_back_to": since.isoformat(),
        "of": STRETCHES,
        "stretches": [{"counts": {}, "measured": {}, **each} for each in stretches],
    }


@pytest.mark.parametrize("hours", BARS)
def test_a_past_has_some_bars_and_loses_no_event(hours: int) -> None:
    told = [{"number": n, "counts": {"door-opened": n % 3}} for n in range(STRETCHES)]
    found = past(answer(*told, hours=hours), hours)
    assert len(found.bars) == BARS[hours]
    assert sum(bar.count for bar in found.bars) == sum(n % 3 for n in range(STRETCHES))
    assert STRETCHES % BARS[hours] == 0, "each bar is of as many stretches"
    assert found.bars[0].begins == NOON - timedelta(hours=hours)


def test_signs_of_life_are_no_activity_but_figures() -> None:
    found = past(
        answer(
            {
                "number": 0,
                "counts": {"link-measured": 2},
                "measured": {"link-measured.lqi": 180.0, "humidity-measured.percent": 40.0},
            },
            {"number": 839, "counts": {"motion-detected": 1, "device-seen": 7}},
        ),
        24,
    )
    assert [bar.count for bar in found.bars] == [0] * 23 + [1]
    assert {name: [p.value for p in points] for name, points in found.measured.items()} == {
        "lqi": [180]
    }


def test_what_nobody_has_looked_at_is_not_shown_as_quiet() -> None:
    late = {**answer(), "looked_back_to": (NOON - timedelta(hours=6)).isoformat()}
    drawn = chart.bars("x", "Told", "0", past(late, 24), OSLO)
    assert drawn.count('class="unknown"') == 1
    assert 'class="unknown"' not in chart.bars("x", "Told", "0", past(answer(), 24), OSLO)


@given(st.lists(st.tuples(st.integers(0, STRETCHES - 1), st.floats(-1e6, 1e6)), min_size=1))
def test_a_chart_stays_inside_itself_and_says_in_words_what_it_shows(
    points: list[tuple[int, float]],
) -> None:
    told = ({"number": n, "measured": {"link-measured.lqi": value}} for n, value in sorted(points))
    found = past(answer(*told), 24)
    drawn = chart.line(
        "x", "Link", "now 3", found.measured["lqi"], found, OSLO, low=0, high=255, limit=60
    )
    assert "<title" in drawn
    assert "now 3" in drawn
    for pair in drawn.split('points="')[1].split('"')[0].split():
        x, y = map(float, pair.split(","))
        assert 0 <= x <= chart.WIDTH
        assert 0 <= y <= chart.HEIGHT
