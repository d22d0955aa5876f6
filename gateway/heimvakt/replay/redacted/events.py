"""An event under neutral names and moved times.

What a field is decides what becomes of it, and a text that is not known to be neutral is left
empty: a kind of event that is new gives nothing away until it is named here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from heimvakt.core.events import Bundle, Event, Mode, TimerFired
from heimvakt.core.orders import SENTENCES, KeyRole, OrderVerb
from heimvakt.replay.again import FOLLOWED

from .names import GATEWAY, RECEIVER, Names

PASSED = "passed"
"""Stands for what came of the decisions of then: of it only that time went on."""
_PLAIN = frozenset(
    {*OrderVerb, *KeyRole, *Mode, *(r.value for r in SENTENCES), "on", "off"}
    | {"telemetry", "information", "low"}
)
"""Words of ours, which say nothing of anybody."""


@dataclass(slots=True)
class Redacted:
    """All of one export."""

    names: Names
    by: timedelta
    gateway_id: str
    """As it was."""

    def events(self, found: Iterable[Event]) -> Iterator[Event]:
        """Each event as it may be given away, in the same order."""
        for event in found:
            yield self.event(event)

    def event(self, event: Event) -> Event:
        """The event as it may be given away."""
        stamp = replace(
            event.stamp,
            at=event.at + self.by,
            boot_id=self.names.other("boot", event.stamp.boot_id),
        )
        if isinstance(event, FOLLOWED):
            return TimerFired(stamp=stamp, name=PASSED, due=stamp.at)
        changed: dict[str, Any] = {
            field.name: self._value(field.name, getattr(event, field.name))
            for field in fields(event)
            if field.name != "stamp"
        }
        return replace(event, stamp=stamp, **changed)

    def _value(self, name: str, value: Any) -> Any:
        match value:
            case datetime():
                return value + self.by
            case StrEnum() | bool() | int() | float() | None:
                return value
            case str():
                return self._text(name, value)
            case Bundle():
                return None  # it says whose fleet this is
            case tuple():
                return ()  # of rules that are blind, which the engine finds again by itself
            case _:
                raise TypeError(f"{name}: nobody has said what becomes of {type(value).__name__}")

    def _text(self, name: str, text: str) -> str:
        if not text:
            return ""
        names = self.names
        known: dict[str, Callable[[str], str]] = {
            "device_id": names.device,
            "driver": lambda name: names.drivers.get(name) or names.other("driver", name),
            "path": names.path,
            "tag": lambda tag: names.tags.get(tag) or names.other("tag", tag),
            "by": lambda by: names.tags.get(by) or names.devices.get(by) or names.other("by", by),
            "receiver": lambda _: RECEIVER,
            "log": lambda log: names.other("log", log),
            "change_id": lambda change: names.other("change", change),
            "order_id": lambda order: names.other("order", order),
            "alarm_id": lambda alarm: (
                alarm.replace(self.gateway_id, GATEWAY, 1)
                if alarm.startswith(self.gateway_id)
                else ""
            ),
            "argument": self._argument,
        }
        if name in known:
            return known[name](text)
        return text if text in _PLAIN else ""

    def _argument(self, text: str) -> str:
        if text in _PLAIN:
            return text
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return ""
        return (moment + self.by).isoformat()
