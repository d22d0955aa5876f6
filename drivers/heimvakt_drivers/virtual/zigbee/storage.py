"""The file of a virtual radio: its memory and its devices, as JSON with a version."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import cast

from .coordinator import Coordinator, Json
from .device import VirtualDevice
from .faces import FACES, Face
from .octets import Reader, ieee_octets, ieee_text
from .sensors import KINDS
from .zcl import Reporting
from .zcl_values import decode_value, encode_value
from .zdo import Binding

VERSION = 2
"""1 had no `speaks`: there was "znp" alone, and its memory was called `nv`."""


class DamagedFileError(ValueError):
    """The file is no saved radio of a version that is known here."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a file holds."""

    seed: int
    ieee: str
    speaks: Face
    memory: Json
    devices: list[VirtualDevice]


def to_json(coordinator: Coordinator, seed: int, speaks: Face) -> Json:
    """Everything worth keeping, as values of JSON."""
    return {
        "format": "heimvakt virtual radio",
        "version": VERSION,
        "seed": seed,
        "ieee": ieee_text(coordinator.hardware_ieee),
        "speaks": speaks,
        "memory": coordinator.memory_to_json(),
        "devices": [device_to_json(device) for device in coordinator.devices.values()],
    }


def parse(text: str) -> Stored:
    """Read the text of a file. Raises DamagedFileError with the reason."""
    try:
        content = cast(Json, json.loads(text))
        if content["version"] == 1:
            content = {**content, "speaks": "znp", "memory": content["nv"]}
        elif content["version"] != VERSION:
            raise DamagedFileError(f"version {content['version']} is not known, {VERSION} is")
        if content["speaks"] not in FACES:
            raise DamagedFileError(f"no radio speaks {content['speaks']!r}")
        return Stored(
            seed=cast(int, content["seed"]),
            ieee=cast(str, content["ieee"]),
            speaks=content["speaks"],
            memory=cast(Json, content["memory"]),
            devices=[_device(entry) for entry in cast(list[Json], content["devices"])],
        )
    except DamagedFileError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DamagedFileError(f"this is no saved virtual radio: {error!r}") from error


def device_to_json(device: VirtualDevice) -> Json:
    """One device: its kind, what made it, and its state."""
    return {
        "kind": type(device).__name__,
        "ieee": device.ieee,
        "manufacturer": device.manufacturer,
        "model": device.model,
        "reports_unbound": device.reports_unbound,
        "retries": device.retries,
        "nwk": device.nwk,
        "joined": device.joined,
        "silent": device.silent,
        "sequence": device.sequence,
        "attributes": [
            [cluster, number, encode_value(a.type, a.value).hex()]
            for cluster, attributes in device.clusters.items()
            for number, a in attributes.items()
        ],
        "bindings": [
            [b.endpoint, b.cluster, ieee_text(b.target), b.target_endpoint]
            for b in sorted(device.bindings, key=lambda b: (b.cluster, b.target))
        ],
        "reporting": [
            [cluster, number, r.type, r.min_s, r.max_s, _change_text(r)]
            for (cluster, number), r in device.reporting.items()
        ],
    }


def _device(entry: Json) -> VirtualDevice:
    kind = KINDS[cast(str, entry["kind"])]
    device = kind(
        cast(str, entry["ieee"]),
        manufacturer=cast(str, entry["manufacturer"]),
        model=cast(str, entry["model"]),
        reports_unbound=cast(bool, entry["reports_unbound"]),
        retries=cast(int, entry["retries"]),
    )
    device.nwk = cast(int, entry["nwk"])
    device.joined = cast(bool, entry["joined"])
    device.silent = cast(bool, entry["silent"])
    device.sequence = cast(int, entry["sequence"])
    for cluster, number, value in cast(list[tuple[int, int, str]], entry["attributes"]):
        attribute = device.clusters[cluster][number]
        attribute.value = decode_value(attribute.type, Reader(bytes.fromhex(value)))
    device.bindings.update(
        Binding(endpoint, cluster, ieee_octets(target), target_endpoint)
        for endpoint, cluster, target, target_endpoint in cast(
            list[tuple[int, int, str, int]], entry["bindings"]
        )
    )
    for cluster, number, type_id, min_s, max_s, text in cast(
        list[tuple[int, int, int, int, int, str | None]], entry["reporting"]
    ):
        change = None if text is None else decode_value(type_id, Reader(bytes.fromhex(text)))
        device.reporting[cluster, number] = Reporting(type_id, min_s, max_s, change)
    return device


def _change_text(reporting: Reporting) -> str | None:
    if reporting.change is None:
        return None
    return encode_value(reporting.type, reporting.change).hex()
