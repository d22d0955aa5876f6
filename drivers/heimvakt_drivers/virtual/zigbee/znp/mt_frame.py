"""Frames of the serial protocol between a host and a Z-Stack coordinator: build and parse.

PURE. Facts: TI, "Z-Stack Monitor and Test API" (SWRA198): start octet 0xFE, length of the payload
(0 to 250), two command octets, payload, and a check octet that is the XOR of everything between.
The first command octet holds the kind of frame in its upper three bits and the subsystem below.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import reduce
from operator import xor

START = 0xFE
PAYLOAD_MAX = 250
OVERHEAD = 5  # start, length, two command octets, check


class Kind(IntEnum):
    """What a frame is to its receiver."""

    POLL = 0
    SREQ = 1  # a request that is answered at once by an SRSP
    AREQ = 2  # a request or an indication without an answer
    SRSP = 3


class Subsystem(IntEnum):
    """The parts of the coordinator that have commands."""

    RPC_ERROR = 0x00
    SYS = 0x01
    AF = 0x04
    ZDO = 0x05
    UTIL = 0x07
    APP_CNF = 0x0F


@dataclass(frozen=True, slots=True)
class MtFrame:
    """One frame. `subsystem` is 0 to 31, also one that no name is known for."""

    kind: Kind
    subsystem: int
    command: int
    payload: bytes = b""


def encode(frame: MtFrame) -> bytes:
    """The octets of a frame. Raises ValueError when the payload is longer than PAYLOAD_MAX."""
    if len(frame.payload) > PAYLOAD_MAX:
        raise ValueError(f"{len(frame.payload)} octets do not fit a frame of {PAYLOAD_MAX}")
    body = (
        bytes((len(frame.payload), frame.kind << 5 | frame.subsystem, frame.command))
        + frame.payload
    )
    return bytes((START,)) + body + bytes((reduce(xor, body),))


class FrameParser:
    """Finds frames in a stream that may hold anything.

    It never holds more than one frame's worth of octets. After a wrong check octet or an
    impossible length only the start octet is given up, so a frame inside the rubbish is found.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self.skipped = 0
        """Octets given up so far because they belong to no frame."""

    @property
    def held(self) -> int:
        """Octets that wait for the rest of their frame; at most PAYLOAD_MAX + OVERHEAD - 1."""
        return len(self._held)

    def feed(self, data: bytes) -> list[MtFrame]:
        """Take octets as they came; give the frames they complete, in order. Never raises."""
        self._held += data
        frames: list[MtFrame] = []
        at = 0
        held = self._held
        while (start := held.find(START, at)) >= 0:
            self.skipped += start - at
            at = start
            if len(held) - at < OVERHEAD:
                break
            length = held[at + 1]
            end = at + length + OVERHEAD
            if length > PAYLOAD_MAX:
                at = self._give_up(at)
            elif end > len(held):
                break
            elif reduce(xor, held[at + 1 : end]) != 0:
                at = self._give_up(at)
            else:
                first = held[at + 2]
                kind = first >> 5
                if kind in _KINDS:
                    payload = bytes(held[at + 4 : end - 1])
                    frames.append(MtFrame(Kind(kind), first & 0x1F, held[at + 3], payload))
                else:
                    self.skipped += end - at
                at = end
        else:
            self.skipped += len(held) - at
            at = len(held)
        del held[:at]
        return frames

    def _give_up(self, at: int) -> int:
        self.skipped += 1
        return at + 1


_KINDS = frozenset(Kind)
