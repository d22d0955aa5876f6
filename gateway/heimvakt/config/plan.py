"""What differs between two configurations of a home, setting by setting, for people. Pure."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

from pydantic import BaseModel

from heimvakt.core.fields import Hours, format_duration

from .configuration import Configuration

SHOWN_MAX = 60
"""Characters of a value."""
ONE_OF_EACH = ("gateway", "signs", "store", "orders", "updates", "page")
NOT_SHOWN = frozenset({"device_id", "number", "card"})
"""Known already, or somebody's: that it differs is told, and not how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One key."""

    key: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One section."""

    where: str
    """`devices.bed`, `rules.night-door`, `routes`."""
    what: str
    """`added`, `changed`, `removed`."""
    keys: tuple[Difference, ...] = ()
    """Of a section that is changed."""


def changes(before: Configuration, after: Configuration) -> tuple[Change, ...]:
    """All that differs, in the order of the file's sections."""
    found: list[Change] = []
    for section in ("drivers", "devices", "rules", "receivers", "paths", "tags", "modes"):
        found.extend(_of(section, _named(before, section), _named(after, section)))
    if before.routes != after.routes:
        found.append(Change(where="routes", what="changed"))
    for section in ONE_OF_EACH:
        one, other = getattr(before, section), getattr(after, section)
        if one != other:
            keys = _differences(_plain(one), _plain(other))
            found.append(Change(where=section, what="changed", keys=keys))
    return tuple(found)


def _named(configuration: Configuration, section: str) -> Mapping[str, Any]:
    match section:
        case "drivers":
            return {name: entry.settings for name, entry in configuration.drivers.items()}
        case "rules":
            return {
                rule.rule_id: {"kind": rule.kind, **_plain(rule.settings)}
                for rule in configuration.rules
            }
        case "receivers":
            return {
                name: {"kind": entry.kind, **_plain(entry.settings)}
                for name, entry in configuration.receivers.items()
            }
        case "paths":
            # Their order is which is tried first.
            return {
                path.name: {**_plain(path), "place": place}
                for place, path in enumerate(configuration.paths, 1)
            }
        case _:
            return {str(name): one for name, one in getattr(configuration, section).items()}


def _of(section: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in dict.fromkeys([*before, *after]):
        where = f"{section}.{name}"
        if name not in after:
            yield Change(where=where, what="removed")
        elif name not in before:
            yield Change(where=where, what="added")
        elif _plain(before[name]) != _plain(after[name]):
            keys = _differences(_plain(before[name]), _plain(after[name]))
            yield Change(where=where, what="changed", keys=keys)


def _plain(value: Any) -> dict[str, Any]:
    """The keys of a section."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, BaseModel):
        return {name: getattr(value, name) for name in type(value).model_fields}
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return {"": value}


def _differences(before: dict[str, Any], after: dict[str, Any]) -> tuple[Difference, ...]:
    return tuple(
        Difference(key=key, before=_said(key, before.get(key)), after=_said(key, after.get(key)))
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key)
    )


def _said(key: str, value: Any) -> str:
    if value is None or value == ():
        return "nothing"
    if key in NOT_SHOWN:
        return "(not shown)"
    said = _spelt(value)
    return said if len(said) <= SHOWN_MAX else f"{said[: SHOWN_MAX - 3]}..."


def _spelt(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case timedelta():
            return format_duration(value)
        case Hours():
            return str(value)
        case Enum():
            return str(value.value)
        case Mapping():
            return ", ".join(f"{key} {_spelt(one)}" for key, one in value.items())
        case bytes():
            return urlsafe_b64encode(value).rstrip(b"=").decode()  # as the file has a key
        case set() | frozenset():
            return ", ".join(sorted(_spelt(one) for one in value))
        case list() | tuple():
            return ", ".join(_spelt(one) for one in value)
        case BaseModel():
            return _spelt({k: v for k, v in _plain(value).items() if v is not None})
        case _:
            return str(value)
