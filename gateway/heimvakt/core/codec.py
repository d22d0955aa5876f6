"""Values to JSON and back, each with its kind and version, so that old records still open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from .events import KINDS, Event

Json = dict[str, Any]

LIFTS: dict[tuple[str, int], Callable[[Json], Json]] = {}
"""(kind, version) -> how its fields become those of the next version."""


class CannotDecode(ValueError):
    """A stored record is of an unknown kind, of a newer version, or its fields do not fit."""


_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(of: type[Any]) -> TypeAdapter[Any]:
    """Made when a class is first met: most homes use few of the kinds."""
    adapter = _ADAPTERS.get(of)
    if adapter is None:
        adapter = _ADAPTERS[of] = TypeAdapter(of)
    return adapter


def encode(value: object) -> Json:
    """A frozen dataclass as JSON-able values."""
    encoded: Json = _adapter(type(value)).dump_python(value, mode="json")
    return encoded


def decode(of: type[Any], stored: object) -> Any:
    """The value again.

    Raises:
        CannotDecode: the fields do not fit.
    """
    try:
        # Strict would refuse ISO times in a dict; JSON mode is what was written.
        return _adapter(of).validator.validate_python(stored)
    except ValidationError as error:
        raise CannotDecode(f"{of.__name__}: {error.errors()[0]['msg']}") from error


def encode_event(event: Event) -> Json:
    """An event as one flat record: kind, version, stamp, fields."""
    fields = encode(event)
    stamp = fields.pop("stamp")
    return {"kind": event.kind, "v": event.v, **stamp, **fields}


def decode_event(record: Mapping[str, Any]) -> Event:
    """The event again, lifted to the version of today.

    Raises:
        CannotDecode: unknown kind, newer version than this one, or fields that do not fit.
    """
    fields = dict(record)
    name, version = fields.pop("kind", None), fields.pop("v", None)
    kind = KINDS.get(str(name))
    if kind is None or not isinstance(version, int):
        raise CannotDecode(f"no event kind {name!r} of version {version!r}")
    if version > kind.v:
        raise CannotDecode(f"{name} of version {version} is newer than this software ({kind.v})")
    for old in range(version, kind.v):
        fields = LIFTS[(kind.kind, old)](fields)
    take = fields.pop
    fields["stamp"] = {
        "seq": take("seq", None),
        "at": _in_utc(take("at", None)),
        "monotonic": take("monotonic", None),
        "boot_id": take("boot_id", None),
        "clock": take("clock", None),
    }
    event: Event = decode(kind, fields)
    return event


def _in_utc(at: object) -> object:
    """A moment with Python's own UTC: pydantic makes a zone of its own for each, and times of two
    zones take ten times as long to compare, of which a replay does a hundred with each event."""
    try:
        return datetime.fromisoformat(at) if isinstance(at, str) else at
    except ValueError:
        return at  # whoever validates it says what is wrong


def encode_tagged(value: object, *, but: str = "") -> Json:
    """A value of one of several classes, with the name of its class; without the field `but`."""
    of = type(value)
    fields: Json = _adapter(of).dump_python(value, mode="json", exclude={but} if but else None)
    return {"is": of.__name__, **fields}


def decode_tagged(classes: Sequence[type[Any]], stored: Mapping[str, Any]) -> Any:
    """The value again.

    Raises:
        CannotDecode: none of the classes has that name, or the fields do not fit.
    """
    fields = dict(stored)
    name = fields.pop("is", None)
    for of in classes:
        if of.__name__ == name:
            return decode(of, fields)
    raise CannotDecode(f"no class {name!r} here")
