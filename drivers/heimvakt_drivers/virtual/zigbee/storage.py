"""The file of a virtual radio: its memory and its devices, as JSON with a version."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import cast

from .coordinator import Coordinator
from .device import DeviceState, VirtualDevice
from .sensors import KINDS

VERSION = 1
Json = dict[str, object]


class DamagedFileError(ValueError):
    """The file is no saved radio of a version that is known here."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a file holds."""

    seed: int
    nv: dict[str, dict[str, str]]
    devices: list[VirtualDevice]


def to_json(coordinator: Coordinator, seed: int) -> Json:
    """Everything worth keeping, as values of JSON."""
    return {
        "format": "heimvakt virtual radio",
        "version": VERSION,
        "seed": seed,
        "nv": coordinator.nv.to_json(),
        "devices": [
            {
                "kind": type(device).__name__,
                "ieee": device.ieee,
                "options": device.options(),
                "state": device.to_json(),
            }
            for device in coordinator.devices.values()
        ],
    }


def parse(text: str) -> Stored:
    """Read the text of a file. Raises DamagedFileError with the reason."""
    try:
        content = cast(Json, json.loads(text))
        if content["version"] != VERSION:
            raise DamagedFileError(f"version {content['version']} is not known, only {VERSION} is")
        stored = cast(list[Json], content["devices"])
        return Stored(
            seed=cast(int, content["seed"]),
            nv=cast(dict[str, dict[str, str]], content["nv"]),
            devices=[_device(entry) for entry in stored],
        )
    except DamagedFileError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DamagedFileError(f"this is no saved virtual radio: {error!r}") from error


def _device(entry: Json) -> VirtualDevice:
    kind = KINDS[cast(str, entry["kind"])]
    options = cast(dict[str, str | int | bool], entry["options"])
    device = kind(
        cast(str, entry["ieee"]),
        manufacturer=str(options["manufacturer"]),
        model=str(options["model"]),
        reports_unbound=bool(options["reports_unbound"]),
        retries=int(options["retries"]),
    )
    state = cast(Json, entry["state"])
    device.restore(
        DeviceState(
            nwk=cast(int, state["nwk"]),
            joined=cast(bool, state["joined"]),
            silent=cast(bool, state["silent"]),
            sequence=cast(int, state["sequence"]),
            attributes=cast(list[tuple[int, int, str]], state["attributes"]),
            bindings=cast(list[tuple[int, int, str, int]], state["bindings"]),
            reporting=cast(list[tuple[int, int, int, int, int, str | None]], state["reporting"]),
        )
    )
    return device
