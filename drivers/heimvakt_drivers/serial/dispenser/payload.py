"""What is in the frames: each payload as a value, and its octets. Little endian throughout.

Pure. What is longer than it must be is read as far as it is known, so that later versions can add
to the end; what is shorter is Malformed.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Any, Self

NO_AGE = 0xFFFFFFFF
"""The device does not know when it was: it had no clock and was restarted since."""
NO_BATTERY = 0xFF


class Malformed(ValueError):
    """A payload is not what its type says."""


class Tag(IntEnum):
    """Of a TLV."""

    DOSE = 1
    HOW = 2
    COUNT = 3
    REASON = 4
    FORCED = 5
    FIRMWARE = 6
    TRAVEL = 7


class State(IntFlag):
    """How the device is now."""

    CLOCK_VALID = 0x0001
    JAMMED = 0x0002
    LID_OPEN = 0x0004
    TILTED = 0x0008
    ON_BATTERY = 0x0010
    BATTERY_LOW = 0x0020
    LOW = 0x0040
    EMPTY = 0x0080
    DOSE_OUT = 0x0100
    REMINDING = 0x0200
    HAS_PLAN = 0x0400


class Verb(IntEnum):
    """What a device is told to do."""

    ASK = 0
    """Nothing; only say what came of it."""
    RELEASE = 1
    BEEP = 2
    SILENCE = 3


class Result(IntEnum):
    """What came of a command."""

    DONE = 0
    RUNNING = 1
    REFUSED = 2
    """It was not begun, and will not be."""
    FAILED = 3
    """It was begun."""
    UNKNOWN = 4
    """Never heard of it."""


class Reason(IntEnum):
    """Why a command was refused, or failed."""

    NONE = 0
    CLOCK = 1
    JAMMED = 2
    LID_OPEN = 3
    TILTED = 4
    EMPTY = 5
    BUSY = 6
    NOT_NEXT = 7
    SETTLED = 8
    OVER = 9
    EXPIRED = 10
    VERB = 11
    POWER = 12


class Naks(IntEnum):
    """Why a frame was not answered."""

    VERSION = 1
    TYPE = 2
    NO_SESSION = 3
    MALFORMED = 4
    BUSY = 5


Tlvs = Mapping[int, bytes]

_HELLO_R = struct.Struct("<B8s8s8s")
_POLL = struct.Struct("<QI")
_EMPTY = struct.Struct("<H")
_EVENT = struct.Struct("<QIIH")
_COMMAND = struct.Struct("<QBI")
_COMMAND_R = struct.Struct("<QBB")
_STATUS_R = struct.Struct("<QIIIHIBBBQ")
_TIME = struct.Struct("<QB")
_PLAN_R = struct.Struct("<IB")
_ENTRY = struct.Struct("<IH")


def tlv(tag: Tag, number: int, octets: int = 1) -> bytes:
    """One TLV with a number in it."""
    return bytes((tag, octets)) + number.to_bytes(octets, "little")


def read_tlvs(octets: bytes) -> dict[int, bytes]:
    """By tag; the last of two with the same counts."""
    found: dict[int, bytes] = {}
    while octets:
        if len(octets) < 2 or len(octets) < 2 + octets[1]:
            raise Malformed("a TLV is cut off")
        found[octets[0]] = octets[2 : 2 + octets[1]]
        octets = octets[2 + octets[1] :]
    return found


def number_in(tlvs: Tlvs, tag: Tag) -> int | None:
    """What a TLV says; None: it is not there."""
    return int.from_bytes(tlvs[tag], "little") if tag in tlvs else None


@dataclass(frozen=True, slots=True)
class HelloAnswer:
    """HELLO_R."""

    version: int
    nonce: bytes
    serial: bytes
    proof: bytes

    @classmethod
    def read(cls, octets: bytes) -> Self:
        """Raises Malformed."""
        return cls(*_unpack(_HELLO_R, octets))


@dataclass(frozen=True, slots=True)
class LogEntry:
    """EVENT: a record out of the device's log."""

    log: int
    record: int
    age_ms: int
    code: int
    tlvs: Tlvs = field(default_factory=dict)

    @classmethod
    def read(cls, octets: bytes) -> Self:
        """Raises Malformed."""
        log, record, age_ms, code = _unpack(_EVENT, octets)
        return cls(log, record, age_ms, code, read_tlvs(octets[_EVENT.size :]))


@dataclass(frozen=True, slots=True)
class Answer:
    """CMD_R."""

    command: int
    result: int
    reason: int

    @classmethod
    def read(cls, octets: bytes) -> Self:
        """Raises Malformed."""
        return cls(*_unpack(_COMMAND_R, octets))


@dataclass(frozen=True, slots=True)
class Status:
    """STATUS_R: all that the device says of itself."""

    log: int
    boot: int
    first: int
    """The oldest record that it still keeps; one more than `last` when there is none."""
    last: int
    state: State
    plan: int
    position: int
    """How many sections of this filling were turned to."""
    filled: int
    battery: int
    """Percent, or NO_BATTERY."""
    clock_ms: int
    """0: it has no time."""

    @classmethod
    def read(cls, octets: bytes) -> Self:
        """Raises Malformed."""
        log, boot, first, last, state, *rest = _unpack(_STATUS_R, octets)
        return cls(log, boot, first, last, State(state), *rest)


def hello(nonce: bytes, highest: int) -> bytes:
    """HELLO."""
    return nonce + bytes((highest,))


def poll(log: int, record: int) -> bytes:
    """POLL: up to this record all of this log is on durable storage here."""
    return _POLL.pack(log, record)


def command(command_id: int, verb: Verb, expires: int, tlvs: bytes = b"") -> bytes:
    """CMD. `expires`: seconds since 1970; later it is not begun any more."""
    return _COMMAND.pack(command_id, verb, expires) + tlvs


def time(unix_ms: int, quality: int) -> bytes:
    """TIME."""
    return _TIME.pack(unix_ms, quality)


def entries(doses: tuple[tuple[int, int], ...]) -> bytes:
    """The entries of SCHED: minute of the dose, minutes until it is locked away."""
    return b"".join(_ENTRY.pack(*each) for each in doses)


def read_state(octets: bytes) -> State:
    """EMPTY and TIME_R. Raises Malformed."""
    return State(_unpack(_EMPTY, octets)[0])


def read_plan_answer(octets: bytes) -> tuple[int, int]:
    """SCHED_R: the plan that it has now, and 0 if that is what it was sent. Raises Malformed."""
    plan, result = _unpack(_PLAN_R, octets)
    return plan, result


def _unpack(form: struct.Struct, octets: bytes) -> tuple[Any, ...]:
    if len(octets) < form.size:
        raise Malformed(f"{len(octets)} octets, not {form.size}")
    return form.unpack_from(octets)
