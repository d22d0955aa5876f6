"""How the catalogue writes endpoints and frames, and what is read from that.

PURE. One line each, numbers in hexadecimal as data sheets print them:

    1 0402: 0000 0001 0003 0500 > 0019       endpoint, kind of device: servers > clients
    1 0402 c05e: 0000 > 0006                 the same in another profile than home automation
    1 0500 status 0021                       the zone tells its status bits
    1 0006 report 0000 bool 1                an attribute is reported, with its type
    1 0006 command 02                        a client sends a command, with octets if it has any
    44 0101 notify 20 0201000000000000       a server sends one
    1 fcc0 by 115f report 0112 uint32 65538  any of these in a maker's own words
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from . import zcl
from .octets import Reader, u8, u16
from .zcl import General
from .zcl_values import FIXED_LENGTHS, Attribute, decode_value, encode_value
from .zdo import Endpoint

IAS_ZONE, STATUS_CHANGE = 0x0500, 0x00
HOME_AUTOMATION = "0104"

TYPES = {
    "bool": 0x10,
    "bitmap8": 0x18,
    "bitmap16": 0x19,
    "uint8": 0x20,
    "uint16": 0x21,
    "uint24": 0x22,
    "uint32": 0x23,
    "uint48": 0x25,
    "int16": 0x29,
    "int24": 0x2A,
    "int32": 0x2B,
    "enum8": 0x30,
    "enum16": 0x31,
    "single": 0x39,
    "octets": 0x41,
    "text": 0x42,
    "structure": 0x4C,
}
"""Data types by the names used here. Octets, texts and structures are written in hexadecimal."""

_ENDPOINT = re.compile(
    r"(?P<number>\d+) (?P<kind>[0-9a-f]{4})(?: (?P<profile>[0-9a-f]{4}))?:"
    r"(?P<inputs>(?: [0-9a-f]{4})*)(?: >(?P<outputs>(?: [0-9a-f]{4})*))?"
)
_FRAME = re.compile(
    r"(?P<endpoint>\d+) (?P<cluster>[0-9a-f]{4})(?: by (?P<maker>[0-9a-f]{4}))?"
    r" (?P<verb>status|report|command|notify) (?P<rest>.+)"
)


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that a device of the catalogue sends."""

    endpoint: int
    cluster: int
    control: int
    command: int
    payload: bytes
    maker: int | None = None
    reported: tuple[tuple[int, Attribute], ...] = ()
    """What it reports that can also be asked for, by number."""

    @property
    def needs_enrolment(self) -> bool:
        """Whether only an enrolled zone sends it."""
        return self.cluster == IAS_ZONE and bool(self.control & zcl.CLUSTER_SPECIFIC)


def endpoint(text: str) -> Endpoint:
    """Read an endpoint. Raises ValueError."""
    found = _ENDPOINT.fullmatch(text)
    if found is None:
        raise ValueError(f"no endpoint: {text!r}")
    return Endpoint(
        int(found["number"]),
        int(found["profile"] or HOME_AUTOMATION, 16),
        int(found["kind"], 16),
        0,
        _clusters(found["inputs"]),
        _clusters(found["outputs"] or ""),
    )


def frame(text: str) -> Frame:
    """Read a frame. Raises ValueError."""
    found = _FRAME.fullmatch(text)
    if found is None:
        raise ValueError(f"no frame: {text!r}")
    place = int(found["endpoint"]), int(found["cluster"], 16)
    maker = int(found["maker"], 16) if found["maker"] else None
    control = 0 if maker is None else zcl.MANUFACTURER_SPECIFIC
    rest = found["rest"].split()
    match found["verb"]:
        case "status":
            payload = struct.pack("<HBBH", int(rest[0], 16), 0, 0, 0)
            control |= zcl.CLUSTER_SPECIFIC | zcl.FROM_SERVER
            return Frame(*place, control, STATUS_CHANGE, payload, maker)
        case "report":
            control |= zcl.FROM_SERVER | zcl.NO_DEFAULT_RSP
            return _report(place, control, maker, rest)
        case verb:
            control |= zcl.CLUSTER_SPECIFIC | (zcl.FROM_SERVER if verb == "notify" else 0)
            payload = bytes.fromhex(rest[1]) if len(rest) > 1 else b""
            return Frame(*place, control, int(rest[0], 16), payload, maker)


def _report(place: tuple[int, int], control: int, maker: int | None, rest: list[str]) -> Frame:
    payload, reported = b"", []
    for number_text, type_name, value_text in zip(*[iter(rest)] * 3, strict=True):
        if type_name not in TYPES:
            raise ValueError(f"no type: {type_name!r}")
        number, type_id = int(number_text, 16), TYPES[type_name]
        octets = _value(type_id, value_text)
        payload += u16(number) + u8(type_id) + octets
        if type_id in FIXED_LENGTHS and maker is None:
            attribute = Attribute(type_id, decode_value(type_id, Reader(octets)))
            reported.append((number, attribute))
    return Frame(*place, control, General.REPORT, payload, maker, tuple(reported))


def _value(type_id: int, text: str) -> bytes:
    if type_id == TYPES["structure"]:
        return bytes.fromhex(text)
    if type_id in (TYPES["octets"], TYPES["text"]):
        return encode_value(type_id, bytes.fromhex(text))
    if type_id == TYPES["single"]:
        return struct.pack("<f", float(text))
    return encode_value(type_id, int(text, 0))


def _clusters(text: str) -> tuple[int, ...]:
    return tuple(int(number, 16) for number in text.split())
