"""The part of the Zigbee Cluster Library that small sensors speak: headers, values, attributes.

PURE. Facts: Zigbee Cluster Library specification (07-5123), chapter 2: frame control, general
commands, data types and status codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from .octets import Reader, u8, u16

Value = int | str | bytes
"""Numbers and enumerations are int, texts str, octet strings and addresses bytes (as sent)."""


class General(IntEnum):
    """Commands that every cluster knows."""

    READ = 0x00
    READ_RSP = 0x01
    WRITE = 0x02
    WRITE_UNDIVIDED = 0x03
    WRITE_RSP = 0x04
    WRITE_NO_RSP = 0x05
    CONFIGURE_REPORTING = 0x06
    CONFIGURE_REPORTING_RSP = 0x07
    READ_REPORTING = 0x08
    READ_REPORTING_RSP = 0x09
    REPORT = 0x0A
    DEFAULT_RSP = 0x0B
    DISCOVER = 0x0C
    DISCOVER_RSP = 0x0D


class Status(IntEnum):
    """Results of a command or of one attribute."""

    SUCCESS = 0x00
    FAILURE = 0x01
    MALFORMED = 0x80
    UNSUP_CLUSTER_COMMAND = 0x81
    UNSUPPORTED_ATTRIBUTE = 0x86
    READ_ONLY = 0x88
    UNREPORTABLE_ATTRIBUTE = 0x8C
    INVALID_DATA_TYPE = 0x8D
    NOT_FOUND = 0x8B


class Type(IntEnum):
    """Data types the devices use; others are known by their length only."""

    BOOL = 0x10
    BITMAP8 = 0x18
    BITMAP16 = 0x19
    UINT8 = 0x20
    UINT16 = 0x21
    UINT32 = 0x23
    ENUM8 = 0x30
    ENUM16 = 0x31
    STRING = 0x42
    IEEE = 0xF0


CLUSTER_SPECIFIC = 0x01
MANUFACTURER_SPECIFIC = 0x04
FROM_SERVER = 0x08
NO_DEFAULT_RSP = 0x10


@dataclass(frozen=True, slots=True)
class Zcl:
    """One ZCL frame."""

    control: int
    sequence: int
    command: int
    payload: bytes = b""
    manufacturer: int | None = None

    @property
    def general(self) -> bool:
        """Whether the command is one that every cluster knows."""
        return not self.control & 0x03

    @property
    def from_server(self) -> bool:
        """Whether the sender is the server side of the cluster."""
        return bool(self.control & FROM_SERVER)

    @property
    def wants_default_rsp(self) -> bool:
        """Whether a command without an answer of its own gets a default response."""
        return not self.control & NO_DEFAULT_RSP

    def encode(self) -> bytes:
        """The octets."""
        maker = b"" if self.manufacturer is None else u16(self.manufacturer)
        return u8(self.control) + maker + bytes((self.sequence, self.command)) + self.payload

    def answer(self, command: int, payload: bytes, *, general: bool = True) -> Zcl:
        """An answer: same sequence number and maker, direction turned, no default response."""
        control = (self.control & (MANUFACTURER_SPECIFIC | FROM_SERVER)) ^ FROM_SERVER
        control |= NO_DEFAULT_RSP | (0 if general else CLUSTER_SPECIFIC)
        return Zcl(control, self.sequence, command, payload, self.manufacturer)

    def default_rsp(self, status: Status) -> Zcl:
        """The default response to this frame."""
        return self.answer(General.DEFAULT_RSP, bytes((self.command, status)))


def decode(data: bytes) -> Zcl:
    """Read a frame. Raises ShortDataError when it ends before its header does."""
    reader = Reader(data)
    control = reader.u8()
    manufacturer = reader.u16() if control & MANUFACTURER_SPECIFIC else None
    sequence, command = reader.u8(), reader.u8()
    return Zcl(control, sequence, command, reader.rest(), manufacturer)


def _fixed_lengths() -> dict[int, int]:
    lengths = {0x10: 1, 0x30: 1, 0x31: 2, 0x38: 2, 0x39: 4, 0x3A: 8}
    for first in (0x08, 0x18, 0x20, 0x28):
        lengths |= {first + n: n + 1 for n in range(8)}
    return lengths | {0xE0: 4, 0xE1: 4, 0xE2: 4, 0xE8: 2, 0xE9: 2, 0xEA: 4, 0xF0: 8, 0xF1: 16}


FIXED_LENGTHS = _fixed_lengths()
_SIGNED = range(0x28, 0x30)


def is_analog(type_id: int) -> bool:
    """Whether a type has a size of change, which a reporting configuration then carries."""
    return 0x20 <= type_id <= 0x2F or 0x38 <= type_id <= 0x3A or 0xE0 <= type_id <= 0xE2


def encode_value(type_id: int, value: Value) -> bytes:
    """The octets of a value. Raises ValueError when the value does not suit the type."""
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):
        if type_id in (0x41, 0x42):
            return u8(len(value)) + value
        if len(value) != FIXED_LENGTHS.get(type_id):
            raise ValueError(f"{len(value)} octets are no value of type 0x{type_id:02x}")
        return value
    return value.to_bytes(FIXED_LENGTHS[type_id], "little", signed=type_id in _SIGNED)


def decode_value(type_id: int, reader: Reader) -> Value:
    """Read a value. Raises ShortDataError, or ValueError for a type of unknown length."""
    if type_id in (0x41, 0x42):
        length = reader.u8()
        octets = reader.octets(0 if length == 0xFF else length)
        return octets.decode(errors="replace") if type_id == Type.STRING else octets
    if type_id not in FIXED_LENGTHS:
        raise ValueError(f"type 0x{type_id:02x} is not known")
    octets = reader.octets(FIXED_LENGTHS[type_id])
    if type_id >= 0xF0:
        return octets
    return int.from_bytes(octets, "little", signed=type_id in _SIGNED)


@dataclass(slots=True)
class Attribute:
    """One attribute of a cluster, as its owner keeps it."""

    type: int
    value: Value
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Reporting:
    """What a host asked for: seconds at least and at most between reports, and the change."""

    type: int
    min_s: int
    max_s: int
    change: Value | None


Attributes = Mapping[int, Attribute]


def read_rsp(payload: bytes, attributes: Attributes, room: int = 74) -> bytes:
    """Answer a read request; records that do not fit `room` octets are left out, as devices do."""
    reader, out = Reader(payload), b""
    while reader.left:
        wanted = reader.u16()
        attribute = attributes.get(wanted)
        if attribute is None:
            record = u16(wanted) + u8(Status.UNSUPPORTED_ATTRIBUTE)
        else:
            value = encode_value(attribute.type, attribute.value)
            record = u16(wanted) + bytes((Status.SUCCESS, attribute.type)) + value
        if len(out) + len(record) > room:
            break
        out += record
    return out


def write_rsp(payload: bytes, attributes: Attributes) -> tuple[bytes, tuple[int, ...]]:
    """Carry out a write request: the answer, and which attributes were written."""
    reader, failed, written = Reader(payload), b"", []
    while reader.left:
        wanted, type_id = reader.u16(), reader.u8()
        value = decode_value(type_id, reader)
        attribute = attributes.get(wanted)
        if attribute is None:
            failed += u8(Status.UNSUPPORTED_ATTRIBUTE) + u16(wanted)
        elif not attribute.writable:
            failed += u8(Status.READ_ONLY) + u16(wanted)
        elif attribute.type != type_id:
            failed += u8(Status.INVALID_DATA_TYPE) + u16(wanted)
        else:
            attribute.value = value
            written.append(wanted)
    return failed or u8(Status.SUCCESS), tuple(written)


def configure_rsp(
    payload: bytes, attributes: Attributes
) -> tuple[bytes, dict[int, Reporting | None]]:
    """Carry out a reporting configuration: the answer, and what was asked for per attribute.

    None means that reports of the attribute were switched off (a longest interval of 0xFFFF).
    """
    reader, failed = Reader(payload), b""
    asked: dict[int, Reporting | None] = {}
    while reader.left:
        direction, wanted = reader.u8(), reader.u16()
        if direction:
            reader.u16()  # a timeout for reports the device would receive: it receives none
            failed += u8(Status.UNREPORTABLE_ATTRIBUTE) + u8(direction) + u16(wanted)
            continue
        type_id, min_s, max_s = reader.u8(), reader.u16(), reader.u16()
        change = decode_value(type_id, reader) if is_analog(type_id) else None
        attribute = attributes.get(wanted)
        if attribute is None:
            failed += u8(Status.UNSUPPORTED_ATTRIBUTE) + u8(0) + u16(wanted)
        elif attribute.type != type_id:
            failed += u8(Status.INVALID_DATA_TYPE) + u8(0) + u16(wanted)
        else:
            asked[wanted] = None if max_s == 0xFFFF else Reporting(type_id, min_s, max_s, change)
    return failed or u8(Status.SUCCESS), asked


def read_reporting_rsp(payload: bytes, reporting: Mapping[int, Reporting]) -> bytes:
    """Answer the question how an attribute is reported."""
    reader, out = Reader(payload), b""
    while reader.left:
        direction, wanted = reader.u8(), reader.u16()
        known = reporting.get(wanted) if not direction else None
        if known is None:
            out += u8(Status.NOT_FOUND) + u8(direction) + u16(wanted)
            continue
        out += bytes((Status.SUCCESS, 0)) + u16(wanted) + u8(known.type)
        out += u16(known.min_s) + u16(known.max_s)
        out += b"" if known.change is None else encode_value(known.type, known.change)
    return out


def discover_rsp(payload: bytes, attributes: Attributes) -> bytes:
    """Answer the question which attributes there are, from one on and at most so many."""
    reader = Reader(payload)
    first, most = reader.u16(), reader.u8()
    there = sorted(number for number in attributes if number >= first)
    listed = b"".join(u16(number) + u8(attributes[number].type) for number in there[:most])
    return u8(len(there) <= most) + listed


def report(attributes: Attributes, numbers: tuple[int, ...]) -> bytes:
    """The payload of a report of these attributes."""
    return b"".join(
        u16(n) + u8(attributes[n].type) + encode_value(attributes[n].type, attributes[n].value)
        for n in numbers
    )
