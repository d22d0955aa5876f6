"""Devices that a rule names by what they are: `{ role = "door", room = "hall" }` becomes their ids.

Done before a rule reads its settings, so that it knows ids alone. Each reading of the file looks
anew: a device that is paired later joins the rules that mean it. Where nothing is found an empty
id stands in its place, so that the rest of the rule can be read for its mistakes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, Field
from pydantic.fields import FieldInfo

from heimvakt.core.devices import Device, Role
from heimvakt.rules import OfDevice

from .findings import dotted, nearest, quoted
from .models import Section
from .positions import Path
from .report import Report
from .sections import read_section
from .spoken import meant_role

NOBODY = ""
"""Stands for what is not found; no device has it as its id."""


class Choice(Section):
    """What stands in the place of ids."""

    role: Annotated[Role, Field(description="What they are."), BeforeValidator(meant_role)]
    room: Annotated[
        str | None,
        Field(min_length=1, description="Where they are. Without it anywhere.", examples=["hall"]),
    ] = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The settings of one rule, with ids alone."""

    table: dict[str, Any]
    choices: Mapping[Path, Choice]
    """By where they stand, below the rule."""
    places: Mapping[Path, Path]
    """Where the choice stands that an id came by, for each place of one in `table`."""
    nothing_at: Path | None = None
    """A setting that would name nothing at all: the rule cannot be armed yet."""


@dataclass(slots=True)
class _Work:
    report: Report
    path: Path
    devices: Mapping[str, Device]
    keep_places: bool
    choices: dict[Path, Choice] = field(default_factory=dict)
    places: dict[Path, Path] = field(default_factory=dict)
    nothing_at: Path | None = None


def choose(
    report: Report,
    model: type[BaseModel],
    table: Mapping[str, Any],
    path: Path,
    devices: Mapping[str, Device],
    *,
    keep_places: bool = True,
) -> Chosen:
    """The table of a rule with ids in the places of choices; what is wrong with these is told.

    Args:
        report: takes what is wrong.
        model: the settings of the rule.
        table: as the file has it.
        path: where the rule stands.
        devices: those of the home.
        keep_places: whether `NOBODY` stands for what is not found, so that every other item of a
            list stays in its place.
    """
    work = _Work(report, path, devices, keep_places)
    made = _walk(work, model, table, ())
    return Chosen(made, work.choices, work.places, work.nothing_at)


def _walk(
    work: _Work, model: type[BaseModel], table: Mapping[str, Any], at: Path
) -> dict[str, Any]:
    made = dict(table)
    for name, info in model.model_fields.items():
        key = info.alias or name
        value, here = table.get(key), (*at, key)
        if not _names_devices(info):
            inner = next(_models_in(info.annotation), None)
            if inner is not None and isinstance(value, dict):
                made[key] = _walk(work, inner, value, here)
        elif isinstance(value, list):
            made[key] = _several(work, value, here)
        elif isinstance(value, dict):
            several = _takes_several(info.annotation)
            made[key] = _unlisted(work, here) if several else _one(work, value, here)
    return made


def _several(work: _Work, items: Sequence[Any], at: Path) -> list[Any]:
    named = {item for item in items if isinstance(item, str)}
    made: list[Any] = []
    more: list[tuple[str, Path]] = []
    for number, item in enumerate(items):
        where = (*at, number)
        if not isinstance(item, dict):
            made.append(item)
            continue
        found = [i for i in _found(work, item, where) if i not in named]
        named.update(found)
        if found or work.keep_places:
            work.places[(*at, len(made))] = where
            made.append(found[0] if found else NOBODY)
        more += [(device_id, where) for device_id in found[1:]]
    for device_id, where in more:
        work.places[(*at, len(made))] = where
        made.append(device_id)
    if items and all(item == NOBODY for item in made):
        work.nothing_at = at
    return made


def _unlisted(work: _Work, at: Path) -> list[str]:
    work.report.wrong(
        (*work.path, *at),
        "this is one table, and a list stands here",
        'put it in brackets: [{ role = "..." }]',
    )
    work.places[(*at, 0)] = at
    return [NOBODY]


def _one(work: _Work, item: Mapping[str, Any], at: Path) -> str:
    found = _found(work, item, at)
    work.places[at] = at
    if len(found) > 1:
        work.report.wrong(
            (*work.path, *at),
            f"these are {len(found)} devices, and only one can stand here",
            f"name it: {', '.join(quoted(device_id) for device_id in found)}",
        )
    if not found:
        work.nothing_at = at
    return found[0] if len(found) == 1 else NOBODY


def _found(work: _Work, item: Mapping[str, Any], at: Path) -> list[str]:
    where = (*work.path, *at)
    if not work.report.has_error_at(where):
        choice = read_section(work.report, Choice, item, where)
        if choice is not None:
            work.choices[at] = choice
            return [
                device_id
                for device_id, device in work.devices.items()
                if device.role is choice.role and choice.room in (None, device.room)
            ]
    return []


def tell_not_found(
    report: Report, path: Path, chosen: Chosen, devices: Mapping[str, Device]
) -> None:
    """Warn of choices that find no device of the home."""
    for at, choice in chosen.choices.items():
        those = [device for device in devices.values() if device.role is choice.role]
        rooms = dict.fromkeys(device.room for device in those if device.room)
        if not those:
            what, hint = f"there is no device with the role {choice.role} yet", ""
        elif choice.room is not None and choice.room not in rooms:
            what = f"there is no {choice.role} with room = {quoted(choice.room)} yet"
            close = nearest(choice.room, rooms)
            hint = f'did you mean "{close}"?' if close else _rooms(choice.role, list(rooms))
        else:
            continue
        where = (*path, *at)
        if report.has_error_at(where):
            continue
        unarmed = (
            chosen.nothing_at is not None and at[: len(chosen.nothing_at)] == chosen.nothing_at
        )
        report.warning(
            where,
            f"{dotted(where)}: {what}",
            hint,
            "the rule is armed when one is paired, and not before"
            if unarmed
            else "one that is paired later joins the rule",
        )


def _rooms(role: Role, rooms: Sequence[str]) -> str:
    if not rooms:
        return f"no {role} of this file has a room"
    return f"rooms with a {role}: {', '.join(rooms)}"


# --- what a model says of its fields --------------------------------------------------------------


def _names_devices(info: FieldInfo) -> bool:
    return any(isinstance(mark, OfDevice) for mark in info.metadata) or _is_marked(info.annotation)


def _is_marked(annotation: Any) -> bool:
    marks = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    return any(isinstance(mark, OfDevice) for mark in marks) or any(
        _is_marked(inner) for inner in get_args(annotation) if inner is not annotation
    )


def _takes_several(annotation: Any) -> bool:
    return get_origin(annotation) is tuple or any(
        _takes_several(inner) for inner in get_args(annotation)
    )


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
