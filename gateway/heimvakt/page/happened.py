"""What happened, a line for each event and each alarm that it moved: pure, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heimvakt.replay.words import words_of

from . import words

Json = Mapping[str, Any]

SIGNS_OF_LIFE = frozenset(
    {"battery-measured", "link-measured", "device-seen", "timer-fired", "alarm-delivered"}
)
"""What comes all the time, or what the line of an alarm says already: not shown."""
NOT_TOLD = frozenset({"kind", "v", "seq", "at", "monotonic", "boot_id", "clock", "device_id"})
VALUES_MAX = 80
"""Characters of what an event says beside its kind."""


def is_shown(line: Json) -> bool:
    """Whether a person who looks wants to know."""
    return line["event"]["kind"] not in SIGNS_OF_LIFE or bool(line["alarms"])


def happened(line: Json, timezone: str, language: str) -> dict[str, Any]:
    """One committed event as a page shows it."""
    event = line["event"]
    return {
        "seq": event["seq"],
        "at": words.clock(event["at"], timezone),
        "device": event.get("device_id") or "",
        "what": words_of(event["kind"]).in_language(language),
        "values": _values(event),
        "alarms": [alarm_line(alarm, timezone, language) for alarm in line["alarms"]],
    }


def alarm_line(alarm: Json, timezone: str, language: str) -> dict[str, Any]:
    """One alarm in a list; `text` says what is the matter."""
    return {
        "id": alarm["alarm_id"],
        "at": words.moment(alarm["raised_at"], timezone),
        "priority": alarm["priority"],
        "says": words.say(words.PRIORITIES, alarm["priority"], language),
        "text": alarm["text"].get(language) or alarm["text"]["en"],
        "state": words.say(words.STATES, alarm["state"], language),
        "test": alarm["test"],
    }


def _values(event: Json) -> str:
    said = ", ".join(
        f"{key.replace('_', ' ')} {value:g}"
        if isinstance(value, float)
        else f"{key.replace('_', ' ')} {value}"
        for key, value in event.items()
        if key not in NOT_TOLD and value not in (None, "", [], {})
    )
    return said if len(said) <= VALUES_MAX else said[: VALUES_MAX - 1] + "…"
