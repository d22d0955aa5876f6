"""The newest alarms, and of each why it came and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heimvakt.core.alarms import Alarm
from heimvakt.core.words import Words
from heimvakt.replay.words import words_of

from . import layout, words
from .happened import alarm_line
from .markup import Html, joined, tag
from .now import alarm_link

TITLE = Words(nb="Alarmer", en="Alarms")
SHOWN = 50
"""Of the newest; all of them: `heimvakt alarms`."""
WHY = Words(nb="Derfor kom den", en="Why it came")
BECAME = Words(nb="Dette ble det av den", en="What became of it")
LIMITS = Words(nb="Regelens grenser", en="Limits of the rule")
TOLD = Words(nb="sendt til", en="told")
NONE = Words(nb="Det har ikke vært noen alarm.", en="There was no alarm yet.")
NO_EVIDENCE = Words(nb="Ingen enkelthendelse.", en="No single event.")
TEST = Words(nb="En prøve: ingen skal rykke ut.", en="A test: nobody need come.")
UNSURE = Words(
    nb="Klokken var ikke stilt da: tidene kan være feil.",
    en="The clock was not set then: the times may be wrong.",
)


def list_page(answer: Mapping[str, Any], language: str) -> str:
    """`answer` is that to `alarms`."""
    rows = [
        tag("li", alarm_link(alarm_line(alarm, answer["timezone"], language), language))
        for alarm in answer["alarms"]
    ]
    return layout.page(
        TITLE,
        tag("h1", _in(language, TITLE)),
        tag("ul", rows, class_="alarms") if rows else tag("p", _in(language, NONE)),
        language=language,
        here="/alarms",
    )


def alarm_page(alarm: Alarm, rooms: Mapping[str, str], timezone: str, language: str) -> str:
    """Why it came; `rooms` by device."""
    title = Words(nb=f"Alarm {alarm.number}", en=f"Alarm {alarm.number}")
    return layout.page(
        title,
        tag("h1", _in(language, title)),
        _head(alarm, timezone, language),
        _section("why", WHY, _evidence(alarm, rooms, timezone, language), language),
        _section("limits", LIMITS, _limits(alarm), language),
        _section("became", BECAME, _became(alarm, timezone, language), language),
        language=language,
        here="/alarms",
    )


def _head(alarm: Alarm, timezone: str, language: str) -> Html:
    state = words.say(words.STATES, alarm.state, language)
    at = words.moment(alarm.raised_at.isoformat(), timezone)
    priority = words.say(words.PRIORITIES, alarm.priority, language)
    return joined(
        tag("p", alarm.text.in_language(language), class_="said"),
        tag(
            "p",
            tag("span", priority, class_=f"priority {alarm.priority}"),
            f" {alarm.kind}, {at}, {state}",
        ),
        tag("p", _in(language, TEST)) if alarm.test else None,
        tag("p", _in(language, UNSURE)) if alarm.clock == "unknown" else None,
    )


def _evidence(alarm: Alarm, rooms: Mapping[str, str], timezone: str, language: str) -> Html:
    rows = [
        _moment(
            words.moment(piece.at.isoformat(), timezone),
            words_of(piece.kind).in_language(language),
            _where(piece.device_id, rooms),
        )
        for piece in alarm.evidence
    ]
    return tag("ol", rows, class_="steps") if rows else tag("p", _in(language, NO_EVIDENCE))


def _where(device_id: str | None, rooms: Mapping[str, str]) -> str:
    if device_id is None:
        return ""
    room = rooms.get(device_id)
    return f"{device_id} ({room})" if room else device_id


def _limits(alarm: Alarm) -> Html:
    rows = [("", alarm.rule_id), *alarm.thresholds]
    return tag(
        "ul", [tag("li", " ".join(part for part in row if part)) for row in rows], class_="plain"
    )


def _became(alarm: Alarm, timezone: str, language: str) -> Html:
    told = [(each.at, f"{_in(language, TOLD)} {each.receiver}", each.why) for each in alarm.told]
    steps = [
        (each.at, words.say(words.STATES, each.state, language), each.by or "")
        for each in alarm.history
    ]
    rows: Sequence[Html] = [
        _moment(words.moment(at.isoformat(), timezone), what, more)
        for at, what, more in sorted(told + steps, key=lambda row: row[0])
    ]
    return tag("ol", list(rows), class_="steps")


def _moment(at: str, what: str, more: str) -> Html:
    return tag("li", tag("time", at), f" {what} ", tag("span", more, class_="more"))


def _section(name: str, title: Words, inside: Html, language: str) -> Html:
    return tag(
        "section",
        tag("h2", _in(language, title), id=f"h-{name}"),
        inside,
        aria_labelledby=f"h-{name}",
    )


def _in(language: str, said: Words) -> str:
    return said.in_language(language)
