"""The file of a home under neutral names, with all that the rules need and nothing that tells who
it is: no address, number, server, key or port.

Receivers become one that nobody answers for, routes and orders are left out: a replay has every
alarm received at once. A text that may be somebody's own words is not guessed about but refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from heimvakt.core.devices import Role
from heimvakt.core.events import Mode, Press
from heimvakt.core.mode_plans import MAY_REST

from .names import GATEWAY, RECEIVER, Names

_NEUTRAL = re.compile(
    r"[0-9 :.,;/%+-]*"  # hours, numbers
    r"|\d+(\.\d+)?\s*(ms|s|m|min|h|d|w)"  # durations
    r"|(mon|tue|wed|thu|fri|sat|sun)([-, ]+(mon|tue|wed|thu|fri|sat|sun))*",
    re.ASCII,
)
_WORDS = frozenset(
    {*Role, *Mode, *Press, *MAY_REST, "never", "auto", "none", "high", "medium", "low"}
    | {"information", "up", "down", "open", "closed", "even", "odd"}
)
TEXT = {"en": "An alarm of the home."}
"""In the place of an installer's words, which no rule looks at."""
NOWHERE = "nowhere"
_DEVICE = ("role", "outer", "cancel", "silent_after", "stuck_after", "doses")
"""What stays as it is; all else of a device is a name, an address, or its driver's own."""
_GATEWAY = ("timezone", "language", "unknown_clock")


class CannotRedact(ValueError):
    """The file has something that may tell who lives there, and that cannot be left out."""


def redacted_home(data: Mapping[str, Any], names: Names, kinds: Collection[str]) -> dict[str, Any]:
    """The tables of the file.

    Args:
        data: the file as it was read; it has been checked.
        names: those that the events get.
        kinds: of rules, that there are.

    Raises:
        CannotRedact: with the place of what cannot be redacted.
    """
    made: dict[str, Any] = {"version": data["version"]}
    gateway = data.get("gateway", {})
    made["gateway"] = {"id": GATEWAY} | {key: gateway[key] for key in _GATEWAY if key in gateway}
    made["drivers"] = _drivers(data.get("drivers", {}), names)
    made["devices"] = {
        names.device(device_id): _device(table, names, number)
        for number, (device_id, table) in enumerate(data.get("devices", {}).items(), start=1)
    }
    for section in ("rules", "modes"):
        if section in data:
            tables = _Words(names, frozenset(kinds)).walk(data[section], section)
            made[section] = _renamed(tables) if section == "rules" else tables
    if names.tags:
        made["tags"] = {
            name: {"card": f"26:{number:08x}"}
            for number, name in enumerate(names.tags.values(), start=1)
        }
    if "paths" in data:
        made["paths"] = {
            names.path(path): {"interface": f"eth{number}"}
            for number, path in enumerate(data["paths"])
        }
    made["receivers"] = {RECEIVER: {"kind": "mqtt", "brokers": [f"mqtts://{RECEIVER}.example"]}}
    return made


def _drivers(tables: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """Only that they are there, and where something has to be plugged in, that it is."""
    made: dict[str, Any] = {}
    number = 0
    for kind, table in tables.items():
        lines = {k: v for k, v in table.items() if isinstance(v, dict)}
        made[kind] = _plugged(table, number)
        number += 1
        for line, settings in lines.items():
            name = names.driver(f"{kind}.{line}").partition(".")[2]
            made[kind][name] = _plugged(settings, number)
            number += 1
    return made


def _plugged(table: Mapping[str, Any], number: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if "port" in table:
        made["port"] = "auto" if table["port"] == "auto" else f"/dev/ttyS{number}"
    if "key" in table:
        made["key"] = "credential:key"
    return made


def _device(table: Mapping[str, Any], names: Names, number: int) -> dict[str, Any]:
    made = {key: table[key] for key in _DEVICE if key in table}
    made["driver"] = names.driver(table["driver"])
    made["address"] = _address(table["address"], number)
    if "room" in table:
        made["room"] = names.rooms[table["room"]]
    if "door" in table:
        made["door"] = names.device(table["door"])
    # What the driver has to know of it: numbers of inputs and outputs.
    taken = {*made, "driver", "address"}
    made |= {k: _numbers(v) for k, v in table.items() if k not in taken and _numbers(v) is not None}
    if "key" in table:
        made["key"] = "credential:key"
    return made


def _address(address: Any, number: int) -> Any:
    """A number on a bus is nobody's; what is printed on a device is its own in the whole world."""
    if isinstance(address, int) or re.fullmatch(r"\d{1,3}(/[a-z]+)?", str(address), re.ASCII):
        return address
    return ":".join(f"{byte:02x}" for byte in number.to_bytes(8, "big"))


def _numbers(value: Any) -> Any:
    """What has nothing but numbers in it; None for anything else, which no replay needs."""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict):
        kept = {key: _numbers(inner) for key, inner in value.items()}
        return None if None in kept.values() else kept
    return None


class _Words:
    """Settings in which every text is a name that is known, or says nothing of anybody."""

    def __init__(self, names: Names, kinds: frozenset[str]) -> None:
        self._known = {**names.rooms, **names.tags, **names.paths, **names.devices}
        self._kinds = kinds

    def walk(self, value: Any, where: str) -> Any:
        match value:
            case {"role": _, **room} if room.keys() <= {"room"}:
                # Devices by what they are: a room that none is in may be somebody's own word.
                rooms = {key: self._known.get(str(name), NOWHERE) for key, name in room.items()}
                return {"role": value["role"], **rooms}
            case dict():
                return {
                    key: TEXT if key == "text" else self.walk(inner, f"{where}.{key}")
                    for key, inner in value.items()
                }
            case list():
                return [self.walk(inner, where) for inner in value]
            case str():
                return self._word(value, where)
            case _:
                return value

    def _word(self, text: str, where: str) -> str:
        if text in self._known:
            return self._known[text]
        if text in _WORDS or text in self._kinds or _NEUTRAL.fullmatch(text):
            return text
        raise CannotRedact(f"{where}: it may tell who lives there, and the rule needs it")


def _renamed(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Rules by what they do, whatever the installer called them."""
    made: dict[str, Any] = {}
    for rule_id, table in tables.items():
        name = rule_id
        if "kind" in table:
            kind = table["kind"]
            number = sum(one.rpartition("-")[0] == kind for one in made) + 1
            name = f"{kind}-{number}"
        made[name] = table
    return made
