"""Frames of OSDP on the wire: found among octets, checked, and read as far as they stand in clear.

PURE. libosdp loses a frame that comes in pieces, and gives a lock up for five minutes after one
that is damaged. So it is only ever given whole ones; a damaged one is as if nothing had come, and
it asks again. What a frame asks and answers stands in clear also on the secure channel.

Layout (IEC 60839-11-5): 0x53, address (bit 7: from the device), length of all as 16 bits little
endian, control (bits 0-1 sequence, 2 CRC, 3 security block), security block, code, data, check.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

START = 0x53
HEADER = 5
LENGTH_MIN, LENGTH_MAX = 7, 256
"""From header, code and check octet; up to what libosdp has room for."""


class Code(IntEnum):
    """What a frame asks or answers: those that are looked at here."""

    OUTPUT = 0x68
    LED = 0x69
    BUZZER = 0x6A
    CHALLENGE = 0x76
    CRYPTOGRAM = 0x77
    NAK = 0x41
    CAPABILITIES = 0x46


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole frame whose check is right."""

    raw: bytes
    address: int
    is_reply: bool
    sequence: int
    secured: bool
    """Signed with the keys of the secure channel."""
    code: int


class Framer:
    """Finds frames in what a line gives, however it is cut up."""

    def __init__(self) -> None:
        self.broken = 0
        """Frames that were damaged, or never ended."""
        self._octets = bytearray()

    def restart(self) -> None:
        """Somebody is asked anew: what has begun and not ended never will."""
        self.broken += bool(self._octets)
        self._octets.clear()

    def feed(self, octets: bytes) -> Iterator[Frame]:
        """Frames that are whole now. It never keeps more than one frame that has begun."""
        self._octets += octets
        while (frame := self._next()) is not None:
            yield frame

    def _next(self) -> Frame | None:
        buffer = self._octets
        while True:
            start = buffer.find(START)
            if start < 0:
                buffer.clear()
                return None
            del buffer[:start]
            if len(buffer) < HEADER:
                return None
            length = buffer[2] | buffer[3] << 8
            if LENGTH_MIN <= length <= LENGTH_MAX:
                if len(buffer) < length:
                    return None
                frame = read(bytes(buffer[:length]))
                if frame is not None:
                    del buffer[:length]
                    return frame
                self.broken += 1
            del buffer[0]  # it was no start: look behind it


def read(raw: bytes) -> Frame | None:
    """A frame of the length that it says; None: its check is wrong."""
    control = raw[4]
    check = 2 if control & 0x04 else 1
    body = raw[:-check]
    right = crc(body).to_bytes(2, "little") if check == 2 else bytes([-sum(body) & 0xFF])
    if raw[-check:] != right:
        return None
    block = raw[HEADER] if control & 0x08 and len(raw) > HEADER else 0
    place = HEADER + block
    if place >= len(body) or (control & 0x08 and block < 2):
        return None
    return Frame(
        raw=raw,
        address=raw[1] & 0x7F,
        is_reply=bool(raw[1] & 0x80),
        sequence=control & 0x03,
        secured=bool(block) and raw[HEADER + 1] >= 0x15,
        code=raw[place],
    )


def crc(octets: bytes) -> int:
    """CRC-16 with polynomial 0x1021 and 0x1D0F to begin with."""
    value = 0x1D0F
    for octet in octets:
        value = _TABLE[(value >> 8) ^ octet] ^ (value << 8) & 0xFFFF
    return value


def _table() -> tuple[int, ...]:
    made = []
    for number in range(256):
        value = number << 8
        for _ in range(8):
            value = (value << 1) ^ 0x1021 if value & 0x8000 else value << 1
        made.append(value & 0xFFFF)
    return tuple(made)


_TABLE = _table()
