"""What counts in a home in the end: what its file says, every default, and where each stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

from pydantic import BaseModel

from heimvakt.core.doses import EVERY_DAY
from heimvakt.core.fields import Hours, format_duration
from heimvakt.core.week import DAYS

from .configuration import Configuration
from .models import ONLY_FOR, DeviceSettings, RouteSettings
from .modes import MODELS
from .orders import OrderKeySettings
from .paths import PathSettings
from .positions import Path
from .source import Document
from .updates import UpdateKeySettings, UpdateLimits


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting that counts."""

    path: Path
    """The keys down to it: `("rules", "inactivity", "after")`."""
    value: Any
    """As TOML knows it: text, number, truth, list, table."""
    line: int | None
    """Where the file says so; None: nobody has said so, it is the default."""


@dataclass(frozen=True, slots=True)
class _Table:
    path: Path
    model: type[BaseModel]
    data: Mapping[str, Any]
    """What the file says."""
    leave_out: frozenset[str] = frozenset()


def effective(document: Document, configuration: Configuration) -> list[Setting]:
    """Every setting of a home without mistakes, as the sections of its file follow each other."""
    shown = []
    for table in _tables(document.data, configuration):
        known = table.model.model_fields
        for name in [*sorted(table.data.keys() - known.keys()), *known]:
            if name in table.leave_out:
                continue
            path = (*table.path, name)
            if name in table.data:
                line = document.positions.of_key(path).line
                shown.append(Setting(path, table.data[name], line))
            elif (value := _default(table.model, name)) is not None:
                shown.append(Setting(path, value, None))
    return shown


def _tables(data: Mapping[str, Any], configuration: Configuration) -> Iterator[_Table]:
    yield _Table(("gateway",), type(configuration.gateway), data["gateway"])
    for name, driver in configuration.drivers.items():
        path = ("drivers", *name.split(".", 1))
        yield _Table(path, driver.plugin.settings, _own(data, path, driver.plugin.settings))
    for device_id, device in configuration.devices.items():
        path = ("devices", device_id)
        others = frozenset(key for key, role in ONLY_FOR.items() if role is not device.role)
        yield _Table(path, DeviceSettings, _own(data, path), others)
        if isinstance(device.options, BaseModel):
            own = frozenset(_own(data, path))
            yield _Table(path, type(device.options), {}, own)
    for rule in configuration.rules:
        path = ("rules", rule.rule_id)
        yield _Table(path, type(rule.settings), _own(data, path))
    for name in data.get("paths", {}):
        yield _Table(("paths", name), PathSettings, data["paths"][name])
    for name, receiver in configuration.receivers.items():
        yield _Table(("receivers", name), type(receiver.settings), data["receivers"][name])
    for number, route in enumerate(data.get("routes", ())):
        yield _Table(("routes", number), RouteSettings, route)
    yield _Table(("signs",), type(configuration.signs), _own(data, ("signs",)))
    for name, key in data.get("orders", {}).get("keys", {}).items():
        yield _Table(("orders", "keys", name), OrderKeySettings, key)
    if "updates" in data:
        yield _Table(("updates",), UpdateLimits, _own(data, ("updates",), UpdateLimits))
    for name, key in data.get("updates", {}).get("keys", {}).items():
        yield _Table(("updates", "keys", name), UpdateKeySettings, key)
    for name, tag in configuration.tags.items():
        yield _Table(("tags", name), type(tag), _own(data, ("tags", name)))
    for mode, model in MODELS.items():
        yield _Table(("modes", mode), model, _own(data, ("modes", mode)))
    yield _Table(("store",), type(configuration.store), _own(data, ("store",)))
    yield _Table(("page",), type(configuration.page), _own(data, ("page",)))


def _own(
    data: Mapping[str, Any], path: Path, model: type[BaseModel] | None = None
) -> Mapping[str, Any]:
    """What the file says in a table, if anything; without the tables of others below it."""
    found: Any = data
    for part in path:
        found = found.get(part, {})
    if model is None:
        return dict(found)
    return {k: v for k, v in found.items() if k in model.model_fields}


def _default(model: type[BaseModel], name: str) -> Any:
    field = model.model_fields[name]
    return None if field.is_required() else _plain(field.get_default(call_default_factory=True))


def _plain(value: Any) -> Any:
    """As the file would write it."""
    match value:
        case timedelta():
            return format_duration(value)
        case Hours():
            return str(value)
        case Enum():
            return value.value
        case BaseModel():
            return {k: _plain(v) for k, v in value if v is not None}
        case Mapping():
            return {str(k): _plain(v) for k, v in value.items()} or None
        case frozenset() if value == EVERY_DAY:
            return f"{DAYS[0]}-{DAYS[-1]}"
        case list() | tuple() | set() | frozenset():
            return [_plain(each) for each in value] or None
        case bool() | int() | float() | str() | None:
            return value
        case _:
            return str(value)
