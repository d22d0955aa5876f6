"""Frames of OSDP as a device sees them: found, checked, taken apart, and put together.

Layout (IEC 60839-11-5): 0x53, address (bit 7: from the device), length of all as 16 bits little
endian, control (bits 0-1 sequence, 2 CRC, 3 security block), security block, code, data, check.
"""

from __future__ import annotations

from dataclasses import dataclass

START, MARK = 0x53, 0xFF
EVERYBODY = 0x7F
LENGTH_MAX = 256
WITH_CRC, WITH_BLOCK = 0x04, 0x08


@dataclass(frozen=True, slots=True)
class Asked:
    """A frame from the panel. `signed` is what a signature covers, without the signature."""

    address: int
    sequence: int
    block: bytes
    """The security block after its length: its type, and what belongs to it; empty: none."""
    code: int
    data: bytes
    """With the signature at its end, where the block says that there is one."""
    raw: bytes
    """All but the check."""


def crc(octets: bytes) -> int:
    """CRC-16, polynomial 0x1021, beginning with 0x1D0F."""
    value = 0x1D0F
    for octet in octets:
        value ^= octet << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


class Ear:
    """Finds the frames of a panel among octets."""

    def __init__(self) -> None:
        self._octets = bytearray()

    def hear(self, octets: bytes) -> list[Asked]:
        """Frames that are whole now."""
        self._octets += octets
        found: list[Asked] = []
        while (start := self._octets.find(START)) >= 0:
            del self._octets[:start]
            if len(self._octets) < 5:
                return found
            length = int.from_bytes(self._octets[2:4], "little")
            if 7 <= length <= LENGTH_MAX and len(self._octets) < length:
                return found
            frame = _asked(bytes(self._octets[:length])) if 7 <= length <= LENGTH_MAX else None
            del self._octets[: length if frame else 1]
            if frame:
                found.append(frame)
        self._octets.clear()
        return found

    def forget(self) -> None:
        """What has begun does not end any more."""
        self._octets.clear()


def _asked(raw: bytes) -> Asked | None:
    if raw[1] & 0x80:
        return None  # from another device
    control = raw[4]
    size = 2 if control & WITH_CRC else 1
    body = raw[:-size]
    check = crc(body).to_bytes(2, "little") if size == 2 else bytes([-sum(body) & 0xFF])
    if raw[-size:] != check:
        return None
    block = raw[6 : 5 + raw[5]] if control & WITH_BLOCK else b""
    place = 5 + (raw[5] if control & WITH_BLOCK else 0)
    if place >= len(body):
        return None
    return Asked(raw[1] & 0x7F, control & 3, block, body[place], body[place + 1 :], body)


def head(address: int, sequence: int, block: bytes, code: int, data: bytes, extra: int) -> bytes:
    """A reply without signature and check; `extra`: octets of the signature that will follow."""
    inside = (bytes([len(block) + 1]) + block if block else b"") + bytes([code]) + data
    length = 5 + len(inside) + extra + 2
    control = sequence | WITH_CRC | (WITH_BLOCK if block else 0)
    return bytes([START, address | 0x80, *length.to_bytes(2, "little"), control]) + inside


def whole(octets: bytes) -> bytes:
    """With its check."""
    return octets + crc(octets).to_bytes(2, "little")
