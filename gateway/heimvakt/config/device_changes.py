"""The changes that pairing makes to the file of a home: a device added, renamed, replaced, removed.

What rules say of a device goes with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from . import edits
from .catalogue import Catalogue
from .loader import load
from .positions import Path
from .wires import setting
from .writing import Changed, NotWritten, change


def with_device(
    file: FilePath, catalogue: Catalogue, device_id: str, fields: Mapping[str, edits.Value]
) -> Changed:
    """One device more.

    Raises:
        NotWritten: see `writing.change`.
    """
    path: Path = ("devices", device_id)

    def meant(data: dict[str, Any]) -> None:
        if device_id in data.get("devices", {}):
            raise NotWritten(
                f"there is a devices.{device_id} already",
                hint=f"take another name, or: heimvakt device replace {device_id}",
            )
        data.setdefault("devices", {})[device_id] = dict(fields)

    return change(file, catalogue, lambda text: edits.add_section(text, path, fields), meant)


def paired(file: FilePath, catalogue: Catalogue, device_id: str, address: str) -> Changed:
    """A device that stands in the file already, with the hardware that was found for it."""
    path: Path = ("devices", device_id)

    def meant(data: dict[str, Any]) -> None:
        device = _device(data, device_id)
        if "address" in device:
            raise NotWritten(
                f"devices.{device_id} is paired already",
                hint=f"another one in its place: heimvakt device replace {device_id}",
            )
        device["address"] = address

    return change(
        file, catalogue, lambda text: edits.add_key(text, path, "address", address), meant
    )


def with_address(
    file: FilePath, catalogue: Catalogue, device_id: str, before: str, after: str
) -> Changed:
    """Another piece of hardware in the place of one; all that is said of it stays."""
    path: Path = ("devices", device_id, "address")

    def meant(data: dict[str, Any]) -> None:
        _device(data, device_id)["address"] = after

    return change(file, catalogue, lambda text: edits.set_text(text, path, before, after), meant)


def renamed(file: FilePath, catalogue: Catalogue, old: str, new: str) -> Changed:
    """The device under another name, also in the rules that name it."""
    wires = _wires(file, catalogue, old)

    def edit(text: str) -> str:
        for path in wires:
            text = edits.set_text(text, path, old, new)
        return edits.rename_section(text, ("devices", old), new)

    def meant(data: dict[str, Any]) -> None:
        _device(data, old)
        devices = data["devices"]
        if new in devices:
            raise NotWritten(f"there is a devices.{new} already", hint="take another name")
        devices[new] = devices.pop(old)
        for path in wires:
            _holder(data, path)[path[-1]] = new

    return change(file, catalogue, edit, meant)


@dataclass(frozen=True, slots=True)
class Without:
    """A change that takes a device out, and what it does to rules."""

    changed: Changed
    rules_narrowed: tuple[str, ...]
    """They go on with the other devices that they name."""
    rules_dropped: tuple[str, ...]
    """They cannot be without it."""
    rules_waiting: tuple[str, ...] = ()
    """They stay in the file and mean it by what it is: armed again when another is paired."""


def without(file: FilePath, catalogue: Catalogue, device_id: str) -> Without:
    """One device less; rules that name it go on without it, or go with it."""
    wires = _wires(file, catalogue, device_id)
    rules = dict.fromkeys(str(path[1]) for path in wires)
    dropped: list[str] = []

    def edit(text: str) -> str:
        for rule in dropped:
            text = edits.drop_section(text, ("rules", rule))
        # From the last on, so that the numbers of those before stay.
        for path in sorted((w for w in wires if w[1] not in dropped), key=str, reverse=True):
            text = edits.drop_item(text, path, device_id)
        return edits.drop_section(text, ("devices", device_id))

    def meant(data: dict[str, Any]) -> None:
        _device(data, device_id)
        for rule in rules:
            mine = [path for path in wires if path[1] == rule]
            if any(_stands_alone(data, path, device_id) for path in mine):
                dropped.append(rule)
                del data["rules"][rule]
            else:
                for path in mine:
                    holder = _holder(data, path)
                    holder[:] = [each for each in holder if each != device_id]
        del data["devices"][device_id]

    changed = change(file, catalogue, edit, meant)
    narrowed = [rule for rule in rules if rule not in dropped]
    waiting: list[str] = []
    for rule_id, alone in _chosen(file, catalogue, device_id):
        if rule_id not in dropped:
            (waiting if alone else narrowed).append(rule_id)
    return Without(
        changed,
        tuple(rule for rule in dict.fromkeys(narrowed) if rule not in waiting),
        tuple(dropped),
        tuple(waiting),
    )


def _chosen(file: FilePath, catalogue: Catalogue, device_id: str) -> Iterator[tuple[str, bool]]:
    """The rules that mean it by what it is, and whether a setting of theirs finds nothing else."""
    configuration = load(file, catalogue).configuration
    for entry in configuration.rules if configuration else ():
        found: dict[Path, set[str]] = {}
        for wire in catalogue.rules[entry.kind].wiring(entry.settings):
            found.setdefault(setting(wire.field), set()).add(wire.device_id)
        mine = [setting(place) for place in entry.places]
        if any(device_id in found.get(one, ()) for one in mine):
            yield entry.rule_id, any(found.get(one) == {device_id} for one in mine)


def _wires(file: FilePath, catalogue: Catalogue, device_id: str) -> list[Path]:
    """Where rules of the file name a device."""
    configuration = load(file, catalogue).configuration
    if configuration is None:
        return []  # `change` says what is wrong
    return [
        ("rules", entry.rule_id, *wire.field)
        for entry in configuration.rules
        for wire in catalogue.rules[entry.kind].wiring(entry.settings)
        if wire.device_id == device_id and wire.field not in entry.places
    ]


def _stands_alone(data: dict[str, Any], path: Path, device_id: str) -> bool:
    """Whether nothing is left in its place without the device."""
    holder = _holder(data, path)
    return not isinstance(holder, list) or all(each == device_id for each in holder)


def _holder(data: Any, path: Path) -> Any:
    for part in path[:-1]:
        data = data[part]
    return data


def _device(data: dict[str, Any], device_id: str) -> dict[str, Any]:
    try:
        device: dict[str, Any] = data["devices"][device_id]
    except KeyError:
        raise NotWritten(f"there is no devices.{device_id}", hint="see: heimvakt devices") from None
    return device
