"""Frames of the serial link as the dispenser's own firmware reads and writes them.

Written from docs/protocols/serial-link.md alone, and shares nothing with the driver at the other
end: what both understand is what is written there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

VERSION = 1
SECURE, FROM_DEVICE, MORE = 1, 2, 4
TAG_OCTETS = 8
PART_MAX = 240

HELLO, AUTH, POLL, CMD, STATUS, TIME, SCHED = 0x01, 0x02, 0x10, 0x20, 0x30, 0x40, 0x50
HELLO_R, AUTH_R, EMPTY, EVENT = 0x81, 0x82, 0x90, 0x91
CMD_R, STATUS_R, TIME_R, SCHED_R, NAK = 0xA0, 0xB0, 0xC0, 0xD0, 0xFF


def crc(octets: bytes) -> int:
    """CRC-16/IBM-3740, bit by bit as on a small processor."""
    register = 0xFFFF
    for octet in octets:
        register ^= octet << 8
        for _ in range(8):
            register = (register << 1 ^ (0x1021 if register & 0x8000 else 0)) & 0xFFFF
    return register


def stuff(octets: bytes) -> bytes:
    """COBS: the same without zeros."""
    out = bytearray()
    for run in octets.split(b"\0"):
        while len(run) >= 254:
            out += b"\xff" + run[:254]
            run = run[254:]
        out.append(len(run) + 1)
        out += run
    return bytes(out)


def unstuff(octets: bytes) -> bytes | None:
    """COBS back; None: it is none."""
    out, at = bytearray(), 0
    while at < len(octets):
        code = octets[at]
        run = octets[at + 1 : at + code]
        if code == 0 or len(run) != code - 1:
            return None
        out += run
        at += code
        if code < 0xFF and at < len(octets):
            out.append(0)
    return bytes(out)


@dataclass(frozen=True, slots=True)
class Message:
    """A frame without its check sum."""

    flags: int
    address: int
    seq: int
    kind: int
    payload: bytes = b""
    counter: int | None = None
    version: int = VERSION

    @property
    def head(self) -> bytes:
        """The octets before the payload."""
        plain = bytes((self.version << 4 | self.flags, self.address, self.seq, self.kind))
        return plain if self.counter is None else plain + self.counter.to_bytes(4, "little")

    def wire(self) -> bytes:
        """As it goes out."""
        body = self.head + self.payload
        return b"\0" + stuff(body + crc(body).to_bytes(2, "big")) + b"\0"


def read(part: bytes) -> Message | None:
    """What stood between two delimiters."""
    body = unstuff(part)
    if body is None or len(body) < 6 or crc(body[:-2]) != int.from_bytes(body[-2:], "big"):
        return None
    flags, version = body[0] & 0x0F, body[0] >> 4
    address, seq, kind = body[1:4]
    if not flags & SECURE:
        return Message(flags, address, seq, kind, body[4:-2], None, version)
    if len(body) < 8 + TAG_OCTETS + 2:
        return None
    counter = int.from_bytes(body[4:8], "little")
    return Message(flags, address, seq, kind, body[8:-2], counter, version)


class Receiver:
    """Octets in, messages out."""

    def __init__(self) -> None:
        self._part = bytearray()

    def feed(self, octets: bytes) -> Iterator[Message]:
        """Those that are whole now."""
        for octet in octets:
            if octet == 0:
                message = read(bytes(self._part)) if 0 < len(self._part) < PART_MAX else None
                self._part.clear()
                if message is not None:
                    yield message
            elif len(self._part) < PART_MAX:
                self._part.append(octet)
