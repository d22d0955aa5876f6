"""The catalogue: real devices by maker and model, with what they say of themselves and how.

PURE but for reading the file beside this module, `catalogue.toml`. Its facts are public: what
devices answer when they are asked for their descriptors, and the frames they were seen to send.
`catalogue_text` says how they are written, `catalogue_device` makes a virtual device of a record.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .catalogue_text import Frame, endpoint, frame
from .zdo import Endpoint, node_descriptor

FILE = Path(__file__).with_name("catalogue.toml")

_NODES = {
    "sleepy": (2, 0x80),
    "plain": (2, 0x00),
    "awake": (2, 0x08),
    "fed": (2, 0x84),
    "mains": (2, 0x8C),
    "router": (1, 0x8E),
}
"""Logical type and capabilities. Sleepy: deaf between its own frames; plain: the same, in an older
way; awake: listens at all times; fed: on mains; mains: both; router: carries others' frames too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One real device. Words of the gateway (roles, events) are texts here: it has its own."""

    maker: str
    model: str
    """What the device answers, both to the letter."""
    product: str
    """What is printed on the box."""
    role: str
    """What a home uses it as, unless the installer says otherwise."""
    node: str
    """A key of `_NODES`, and the maker's code."""
    endpoints: tuple[Endpoint, ...]
    zone: int | None = None
    """The type of its zone, for those that have one."""
    says: Mapping[str, Frame]
    """What it sends, by what has happened; in this order."""
    battery: Frame | None = None
    battery_is: str | None = None
    """What that frame means: "90 %", "2.9 V" or "low"."""
    unbound: bool = False
    """Sends its reports without a binding."""
    unenrolled: bool = False
    """Sends what its zone has to say without being enrolled."""
    powered_by: int = 3
    """The power source attribute: 1 is mains, 3 a battery. Some are wrong."""
    odd: str = ""
    """Where it strays from the standard, or from what its kind usually does."""

    @property
    def node_descriptor(self) -> bytes:
        """Its node descriptor."""
        kind, maker_code = self.node.split()
        logical_type, capabilities = _NODES[kind]
        return node_descriptor(
            logical_type=logical_type, capabilities=capabilities, manufacturer=int(maker_code, 16)
        )


@functools.cache
def records() -> tuple[Record, ...]:
    """All devices of the catalogue. Raises ValueError where its file has a mistake."""
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(_record(entry) for entry in content["device"])


def record(maker: str, model: str) -> Record:
    """The device of this maker and model. Raises KeyError."""
    for found in records():
        if (found.maker, found.model) == (maker, model):
            return found
    raise KeyError(f"{maker} {model}")


def _record(entry: dict[str, Any]) -> Record:
    battery = entry.pop("battery", None)
    zone = entry.pop("zone", None)
    try:
        return Record(
            endpoints=tuple(map(endpoint, entry.pop("endpoints"))),
            says={name: frame(text) for name, text in entry.pop("says", {}).items()},
            zone=None if zone is None else int(zone, 16),
            battery=None if battery is None else frame(battery),
            **entry,
        )
    except (TypeError, ValueError) as error:
        raise ValueError(f"{entry['maker']} {entry['model']}: {error}") from error
