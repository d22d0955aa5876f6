"""The part of the Zigbee Cluster Library that small sensors speak: headers and general commands.

PURE. Facts: Zigbee Cluster Library specification (07-5123), chapter 2: frame control, general
commands and status codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from .octets import Reader, u8, u16
from .zcl_values import Attribute, Value, decode_value, encode_value, is_analog


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
