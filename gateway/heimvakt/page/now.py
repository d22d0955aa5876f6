"""The first page: how the box is, its alarms and sensors, and what happens while one looks."""

from __future__ import annotations

from typing import Any

from heimvakt.core.words import Words

from . import layout
from .facts import Fact, Sensor, facts, sensors
from .happened import alarm_line
from .live import Look
from .markup import Html, joined, tag

TITLE = Words(nb="Nå", en="Now")
HEADS = (
    Words(nb="Enhet", en="Device"),
    Words(nb="Tilstand", en="State"),
    Words(nb="Sist hørt", en="Last heard"),
    Words(nb="Samband (LQI)", en="Link (LQI)"),
    Words(nb="Batteri", en="Battery"),
    Words(nb="Hva", en="What"),
    Words(nb="Rom", en="Room"),
)
TEXTS = {
    "pause": Words(nb="Stans listen", en="Pause the list"),
    "go-on": Words(nb="Fortsett", en="Go on"),
    "gone": Words(nb="Porten svarer ikke.", en="The gateway does not answer."),
    "over": Words(
        nb="Tiden er ute. Hent en ny kode: heimvakt page",
        en="The time is over. Fetch another code: heimvakt page",
    ),
    "missed": Words(nb="utelatt", en="left out"),
    "none": Words(nb="Ingen.", en="None."),
    "test": Words(nb="prøve", en="test"),
    "well": Words(nb="i orden", en="well"),
    "look": Words(nb="se etter", en="look at it"),
    "bad": Words(nb="feil", en="wrong"),
}
"""What the script says."""


def page(look: Look, language: str) -> str:
    """All of it as it is now; `live.js` keeps it so."""
    status = look.status
    head = f"{_in(language, TITLE)}: {status['gateway_id']}"
    return layout.page(
        TITLE,
        tag("h1", head),
        tag("p", "", id="line", role="status"),
        _section("box", Words(nb="Boksen", en="The box"), _box(look, language), language),
        _section(
            "alarms", Words(nb="Åpne alarmer", en="Open alarms"), _open(look, language), language
        ),
        _section("devices", Words(nb="Enheter", en="Devices"), _table(look, language), language),
        _section("log", Words(nb="Dette skjer", en="What happens"), _log(language), language),
        language=language,
        here="/",
        script="live.js",
        timezone=status["timezone"],
    )


def changes(look: Look, language: str) -> dict[str, Any]:
    """The same as the script takes it: facts by key, and the open alarms."""
    found: list[Fact] = [*facts(look.status, language)]
    for sensor in sensors(look.devices, language):
        found += sensor.facts
    return {
        "facts": {fact.key: {"text": fact.text, "sign": fact.sign} for fact in found},
        "alarms": [
            alarm_line(alarm, look.status["timezone"], language) for alarm in look.open_alarms
        ],
    }


def _section(name: str, title: Words, inside: Html, language: str) -> Html:
    heading = tag("h2", _in(language, title), id=f"h-{name}")
    return tag("section", heading, inside, aria_labelledby=f"h-{name}")


def _box(look: Look, language: str) -> Html:
    return tag(
        "dl",
        [
            tag("div", tag("dt", fact.label), tag("dd", layout.marked(fact, language)))
            for fact in facts(look.status, language)
        ],
        class_="facts",
    )


def _open(look: Look, language: str) -> Html:
    alarms = [alarm_line(alarm, look.status["timezone"], language) for alarm in look.open_alarms]
    rows = [tag("li", alarm_link(alarm, language)) for alarm in alarms]
    return joined(
        tag("ul", rows, id="open", class_="alarms", aria_live="polite"),
        tag("p", _in(language, TEXTS["none"]), id="none", hidden=bool(rows)),
    )


def alarm_link(alarm: dict[str, Any], language: str) -> Html:
    """An alarm in a list, and the way to why it came."""
    mark = f", {_in(language, TEXTS['test'])}" if alarm["test"] else ""
    return joined(
        tag("span", alarm["says"], class_=f"priority {alarm['priority']}"),
        Html(" "),
        tag("a", alarm["text"], href=f"/alarms/{alarm['id']}"),
        tag("span", f" {alarm['state']}{mark}, {alarm['at']}", class_="more"),
    )


def _table(look: Look, language: str) -> Html:
    heads = [tag("th", _in(language, head), scope="col") for head in HEADS]
    rows = [_row(sensor, language) for sensor in sensors(look.devices, language)]
    table = tag(
        "table",
        tag("thead", tag("tr", heads)),
        tag("tbody", rows),
        aria_labelledby="h-devices",
    )
    return tag("div", table, class_="wide", tabindex="0", role="group", aria_labelledby="h-devices")


def _row(sensor: Sensor, language: str) -> Html:
    link = tag("a", sensor.device_id, href=f"/devices/{sensor.device_id}")
    cells = (sensor.state, sensor.seen, sensor.link, sensor.battery)
    return tag(
        "tr",
        tag("th", link, scope="row"),
        [tag("td", layout.marked(fact, language)) for fact in cells],
        tag("td", sensor.what),
        tag("td", sensor.room),
    )


def _log(language: str) -> Html:
    texts = {f"data_{key.replace('-', '_')}": _in(language, text) for key, text in TEXTS.items()}
    button = tag("button", _in(language, TEXTS["pause"]), id="pause", type="button")
    happens = tag(
        "div",
        tag("ol", id="happens", **texts),
        role="log",
        aria_labelledby="h-log",
        tabindex="0",
        class_="log",
    )
    return joined(tag("p", button), happens)


def _in(language: str, words: Words) -> str:
    return words.in_language(language)
