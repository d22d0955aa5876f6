"""Values of the Zigbee Cluster Library: data types, octets, and attributes that hold them.

PURE. Facts: Zigbee Cluster Library specification (07-5123), chapter 2.6.2: data types.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from .octets import Reader, u8

Value = int | str | bytes
"""Numbers and enumerations are int, texts str, octet strings and addresses bytes (as sent)."""


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


@dataclass(slots=True)
class Attribute:
    """One attribute of a cluster, as its owner keeps it."""

    type: int
    value: Value
    writable: bool = False


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
