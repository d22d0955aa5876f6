"""Frames of the serial link: octets on the wire, and what they are between the checks.

    wire   00 | COBS(body) | 00
    body   VF ADDR SEQ TYPE | payload | CRC                  in clear: HELLO, AUTH, NAK
           VF ADDR SEQ TYPE CTR | sealed payload TAG | CRC   everything else

Pure. What is no frame is dropped without a word: the next delimiter begins anew.
"""

from __future__ import annotations

import struct
from binascii import crc_hqx
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from cobs import cobs

VERSION = 1
PAYLOAD_MAX = 200
SECURE, FROM_DEVICE, MORE = 0x01, 0x02, 0x04
TAG_OCTETS = 8
_HEAD, _SECURE_HEAD = struct.Struct("<4B"), struct.Struct("<4BI")
_CRC_OCTETS = 2
BODY_MAX = _SECURE_HEAD.size + PAYLOAD_MAX + TAG_OCTETS + _CRC_OCTETS
WIRE_MAX = BODY_MAX + 1 + 2
"""One octet of COBS, as the body is shorter than 254, and the two delimiters."""


class Type(IntEnum):
    """What a frame is; an answer has the high bit."""

    HELLO = 0x01
    AUTH = 0x02
    POLL = 0x10
    CMD = 0x20
    STATUS = 0x30
    TIME = 0x40
    SCHED = 0x50
    HELLO_R = 0x81
    AUTH_R = 0x82
    EMPTY = 0x90
    EVENT = 0x91
    CMD_R = 0xA0
    STATUS_R = 0xB0
    TIME_R = 0xC0
    SCHED_R = 0xD0
    NAK = 0xFF


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame whose check sum was right. The payload of a secure one is still sealed."""

    flags: int
    address: int
    seq: int
    type: int
    counter: int | None
    """None: in clear."""
    payload: bytes
    version: int = VERSION

    @property
    def head(self) -> bytes:
        """What the seal covers beside the payload."""
        vf = self.version << 4 | self.flags
        if self.counter is None:
            return _HEAD.pack(vf, self.address, self.seq, self.type)
        return _SECURE_HEAD.pack(vf, self.address, self.seq, self.type, self.counter)

    @property
    def more(self) -> bool:
        """Whether further events wait."""
        return bool(self.flags & MORE)


def to_wire(frame: Frame) -> bytes:
    """The frame as it goes out."""
    body = frame.head + frame.payload
    body += crc_hqx(body, 0xFFFF).to_bytes(_CRC_OCTETS, "big")
    encoded: bytes = cobs.encode(body)
    return b"\x00" + encoded + b"\x00"


def from_body(encoded: bytes) -> Frame | None:
    """What stood between two delimiters; None: it is no frame."""
    if len(encoded) > BODY_MAX + 1:
        return None
    try:
        body: bytes = cobs.decode(encoded)
    except cobs.DecodeError:
        return None
    # The check sum over a body and its own check sum is zero.
    if len(body) < _HEAD.size + _CRC_OCTETS or crc_hqx(body, 0xFFFF):
        return None
    body = body[:-_CRC_OCTETS]
    vf, address, seq, kind = _HEAD.unpack_from(body)
    flags, version = vf & 0x0F, vf >> 4
    if not flags & SECURE:
        return Frame(flags, address, seq, kind, None, body[_HEAD.size :], version)
    if len(body) < _SECURE_HEAD.size + TAG_OCTETS:
        return None
    *_, counter = _SECURE_HEAD.unpack_from(body)
    return Frame(flags, address, seq, kind, counter, body[_SECURE_HEAD.size :], version)


class Splitter:
    """Octets as they come in, out of which come frames. Keeps no more than the longest frame."""

    def __init__(self) -> None:
        self._part = bytearray()
        self._too_long = False
        self.broken = 0
        """What stood between delimiters and was no frame."""

    def feed(self, octets: bytes) -> Iterator[Frame]:
        """The frames that are whole now."""
        *ended, rest = octets.split(b"\x00")
        for part in ended:
            self._keep(part)
            frame = None if self._too_long else from_body(bytes(self._part))
            if frame is not None:
                yield frame
            elif self._part:
                self.broken += 1
            self.forget()
        self._keep(rest)

    def forget(self) -> None:
        """Begin anew: what is half there will not be finished."""
        self._part.clear()
        self._too_long = False

    def _keep(self, part: bytes) -> None:
        self._part += part[: WIRE_MAX - len(self._part)]
        self._too_long = self._too_long or len(self._part) >= WIRE_MAX
