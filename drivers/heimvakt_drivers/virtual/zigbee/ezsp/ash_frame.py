"""Frames of the serial line to an EmberZNet stick: build them, and find them in what comes.

PURE. Facts: Silicon Labs, UG101 "UART-EZSP Gateway Protocol Reference": a control octet, data, a
CRC (CCITT, begun with 0xFFFF, high octet first) and a flag. Reserved octets within are escaped, and
the data of DATA frames is mixed with a fixed sequence so that few need be.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from enum import IntEnum


class Mark(IntEnum):
    """Octets with a meaning of their own; within a frame they are escaped."""

    FLAG = 0x7E
    ESCAPE = 0x7D
    XON = 0x11
    XOFF = 0x13
    SUBSTITUTE = 0x18
    CANCEL = 0x1A


RESERVED = frozenset(Mark)
FLIP = 0x20
DATA_MIN, DATA_MAX = 3, 128
"""Octets of data that a DATA frame may have."""
FRAME_MAX = 1 + DATA_MAX + 2
VERSION = 2
NUMBERS = 8
"""Frame numbers go from 0 to 7 and round again."""


class Kind(IntEnum):
    """What a frame is; the value is its control octet without numbers."""

    DATA = 0x00
    ACK = 0x80
    NAK = 0xA0
    RST = 0xC0
    RSTACK = 0xC1
    ERROR = 0xC2


class Code(IntEnum):
    """Why the stick restarted or gave up."""

    POWER_ON = 0x02
    SOFTWARE = 0x0B
    TIMEOUTS = 0x51


@dataclass(frozen=True, slots=True)
class AshFrame:
    """One frame."""

    kind: Kind
    number: int = 0
    """Of a DATA frame."""
    again: bool = False
    """A DATA frame that was sent before."""
    ack: int = 0
    """The number that the sender expects next: of DATA, ACK and NAK."""
    not_ready: bool = False
    """The sender has no room for callbacks: of ACK and NAK."""
    data: bytes = b""


def _mixture() -> bytes:
    value, octets = 0x42, bytearray()
    for _ in range(DATA_MAX):
        octets.append(value)
        value = value >> 1 ^ (0xB8 if value & 1 else 0)
    return bytes(octets)


_MIXTURE = _mixture()


def encode(frame: AshFrame) -> bytes:
    """The octets of a frame, its flag at the end. Raises ValueError when its data is too long."""
    if len(frame.data) > DATA_MAX:
        raise ValueError(f"{len(frame.data)} octets do not fit a frame of {DATA_MAX}")
    match frame.kind:
        case Kind.DATA:
            control = frame.number << 4 | frame.again << 3 | frame.ack
        case Kind.ACK | Kind.NAK:
            control = frame.kind | frame.not_ready << 3 | frame.ack
        case _:
            control = frame.kind
    data = _mixed(frame.data) if frame.kind is Kind.DATA else frame.data
    body = bytes((control,)) + data
    body += binascii.crc_hqx(body, 0xFFFF).to_bytes(2, "big")
    stuffed = b"".join(
        bytes((Mark.ESCAPE, o ^ FLIP)) if o in RESERVED else bytes((o,)) for o in body
    )
    return stuffed + bytes((Mark.FLAG,))


def reset(code: Code) -> AshFrame:
    """The frame that says that the stick has restarted."""
    return AshFrame(Kind.RSTACK, data=bytes((VERSION, code)))


def error(code: Code) -> AshFrame:
    """The frame that says that the stick has given up, until it is reset."""
    return AshFrame(Kind.ERROR, data=bytes((VERSION, code)))


class AshParser:
    """Finds frames in a stream that may hold anything; it never holds more than one's octets."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._escaped = False
        self._spoilt = False
        """What is held is no frame, up to the next flag."""

    def feed(self, data: bytes) -> list[AshFrame | None]:
        """Take octets as they came; give the frames they end, None for each broken one."""
        found: list[AshFrame | None] = []
        for octet in data:
            match octet:
                case Mark.FLAG:
                    if self._held or self._spoilt:
                        found.append(None if self._spoilt else _decode(bytes(self._held)))
                    self._begin()
                case Mark.CANCEL:
                    self._begin()
                case Mark.SUBSTITUTE:
                    self._spoilt = True
                case Mark.XON | Mark.XOFF:  # between the two serial ports
                    pass
                case Mark.ESCAPE:
                    self._escaped = True
                case _:
                    self._take(octet)
        return found

    def _take(self, octet: int) -> None:
        if len(self._held) >= FRAME_MAX:
            self._spoilt = True
        if not self._spoilt:
            self._held.append(octet ^ FLIP if self._escaped else octet)
        self._escaped = False

    def _begin(self) -> None:
        self._held.clear()
        self._escaped = self._spoilt = False


def _decode(body: bytes) -> AshFrame | None:
    if len(body) < 3 or binascii.crc_hqx(body, 0xFFFF) != 0:
        return None
    control, data = body[0], body[1:-2]
    if not control & 0x80:
        if not DATA_MIN <= len(data) <= DATA_MAX:
            return None
        number, again, ack = control >> 4, bool(control & 0x08), control & 0x07
        return AshFrame(Kind.DATA, number, again, ack, data=_mixed(data))
    if control & 0xE0 in (Kind.ACK, Kind.NAK) and not data:
        kind = Kind(control & 0xE0)
        return AshFrame(kind, ack=control & 0x07, not_ready=bool(control & 0x08))
    if control in (Kind.RST, Kind.RSTACK, Kind.ERROR):
        return AshFrame(Kind(control), data=data)
    return None


def _mixed(data: bytes) -> bytes:
    return bytes(octet ^ mix for octet, mix in zip(data, _MIXTURE, strict=False))
