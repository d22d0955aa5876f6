"""What the dispenser answers on the line. It never speaks unasked.

A session lives until the next, or until the power goes. What must outlive it is in the memory.
"""

from __future__ import annotations

import os
import struct
from binascii import crc32
from enum import IntEnum

from . import octets
from .codes import DONE, REFUSED, RUNNING, UNKNOWN, Why
from .machine import BATTERY_LOW, Machine
from .memory import Memory
from .octets import FROM_DEVICE, MORE, Message
from .seal import Channel, Handshake

NO_SUCH_VERSION, NO_SUCH_TYPE, NO_SESSION, MALFORMED = 1, 2, 3, 4
ENTRIES_MAX = 28
NO_AGE = 0xFFFFFFFF
FIRMWARE = b"heimvakt-virtual 1"


class Verb(IntEnum):
    """Of a CMD."""

    ASK, RELEASE, BEEP, SILENCE = 0, 1, 2, 3


class Link:
    """The firmware's serial side, from one start to the next."""

    def __init__(
        self, machine: Machine, key: bytes, address: int, serial: bytes, *, rtc: bool, speaks: int
    ) -> None:
        """`speaks` is the highest version of the link that it knows."""
        self.executed = 0
        """Requests that were carried out, without those that were only repeated."""
        self._machine = machine
        self._key = key
        self._address = address
        self._serial = serial
        self._rtc = rtc
        self._speaks = speaks
        self._greeted: Handshake | None = None
        self._channel: Channel | None = None
        self._last: tuple[int, int, int, bytes, int] | None = None
        """SEQ, type, and the answer to it: its type, payload and flags."""

    def answer(self, message: Message) -> Message | None:
        """What to answer; None: nothing."""
        if message.flags & FROM_DEVICE or message.address != self._address:
            return None
        if message.counter is None:
            return self._in_clear(message)
        payload = self._channel.open(message) if self._channel else None
        if self._channel is None:
            return self._plain(message, octets.NAK, bytes((NO_SESSION,)))
        if payload is None:
            return None  # noise, or somebody who plays old frames
        if self._last is None or self._last[:2] != (message.seq, message.kind):
            self.executed += 1
            self._last = (message.seq, message.kind, *self._do(message.kind, payload))
        _, _, kind, body, flags = self._last
        return self._channel.seal(message, kind, body, flags)

    # --------------------------------------------------------------------------------- handshake

    def _in_clear(self, message: Message) -> Message | None:
        match message.kind:
            case octets.HELLO if len(message.payload) < 9:
                return self._plain(message, octets.NAK, bytes((MALFORMED,)))
            case octets.HELLO if not message.payload[8]:
                return self._plain(message, octets.NAK, bytes((NO_SUCH_VERSION,)))
            case octets.HELLO:
                return self._greet(message)
            case octets.AUTH:
                return self._authenticate(message)
            case _:
                return self._plain(message, octets.NAK, bytes((NO_SUCH_TYPE,)))

    def _greet(self, message: Message) -> Message:
        greeted = self._greeted
        # The same HELLO again gets the same answer: the first may be on its way still.
        if greeted is None or greeted.hello.payload != message.payload:
            greeted = Handshake(self._key, message, os.urandom(8), self._serial, self._speaks)
            self._greeted = greeted
        return self._plain(message, octets.HELLO_R, greeted.answer)

    def _authenticate(self, message: Message) -> Message:
        if self._greeted is None or not self._greeted.accepts(message.payload):
            return self._plain(message, octets.AUTH_R, b"\x01")
        self._channel = Channel(self._greeted)
        self._last = None
        self._greeted = None
        return self._plain(message, octets.AUTH_R, b"\x00")

    def _plain(self, to: Message, kind: int, payload: bytes) -> Message:
        return Message(FROM_DEVICE, self._address, to.seq, kind, payload)

    # ----------------------------------------------------------------------------------- requests

    def _do(self, kind: int, payload: bytes) -> tuple[int, bytes, int]:
        """Type, payload and flags of the answer."""
        try:
            match kind:
                case octets.POLL:
                    return self._poll(*struct.unpack_from("<QI", payload))
                case octets.CMD:
                    return octets.CMD_R, self._command(payload), 0
                case octets.STATUS:
                    return octets.STATUS_R, self._status(), 0
                case octets.TIME:
                    return octets.TIME_R, self._time(*struct.unpack_from("<QB", payload)), 0
                case octets.SCHED:
                    return octets.SCHED_R, self._plan(payload), 0
                case _:
                    return octets.NAK, bytes((NO_SUCH_TYPE,)), 0
        except struct.error:
            return octets.NAK, bytes((MALFORMED,)), 0

    def _poll(self, log: int, record: int) -> tuple[int, bytes, int]:
        memory = self._machine.memory
        memory.acknowledged(log, record)
        if not memory.records:
            return octets.EMPTY, struct.pack("<H", self.state()), 0
        oldest = memory.records[0]
        age_ms = int(1000 * (self._machine.crystal() - oldest.crystal))
        if oldest.boot != memory.boot and not self._rtc:
            age_ms = NO_AGE
        head = struct.pack("<QIIH", memory.log, oldest.number, min(age_ms, NO_AGE), oldest.code)
        flags = MORE if len(memory.records) > 1 else 0
        return octets.EVENT, head + bytes.fromhex(oldest.tlvs), flags

    def _command(self, payload: bytes) -> bytes:
        number, verb, expires = struct.unpack_from("<QBI", payload)
        result, why = self._came_of(number)
        if result == UNKNOWN and verb != Verb.ASK:
            result, why = self._begin(number, verb, expires, _tlvs(payload[13:]))
        return struct.pack("<QBB", number, result, why)

    def _came_of(self, number: int) -> tuple[int, int]:
        memory = self._machine.memory
        if memory.turning is not None and memory.turning.command == number:
            return RUNNING, 0
        done = memory.came_of(number)
        return (UNKNOWN, 0) if done is None else (done.result, done.reason)

    def _begin(self, number: int, verb: int, expires: int, tlvs: dict[int, int]) -> tuple[int, int]:
        machine = self._machine
        if machine.time is not None and machine.time > expires:
            return REFUSED, Why.EXPIRED
        match verb:
            case Verb.RELEASE:
                return machine.release(number, tlvs.get(1, 0), bool(tlvs.get(7, 0)))
            case Verb.BEEP:
                machine.beeps += 1
            case Verb.SILENCE:
                machine.quiet = True
            case _:
                return REFUSED, Why.VERB
        machine.memory.done(number, DONE)
        machine.memory.write()
        return DONE, 0

    def _status(self) -> bytes:
        machine, memory, body = self._machine, self._machine.memory, self._machine.body
        first = memory.records[0].number if memory.records else memory.last + 1
        fixed = struct.pack(
            "<QIIIHIBBBQ",
            memory.log,
            memory.boot,
            first,
            memory.last,
            self.state(),
            memory.plan,
            body.position,
            body.filled,
            body.battery,
            0 if machine.time is None else int(machine.time * 1000),
        )
        return fixed + bytes((6, len(FIRMWARE))) + FIRMWARE

    def _time(self, unix_ms: int, quality: int) -> bytes:
        if quality:
            self._machine.set_time(unix_ms / 1000)
        return struct.pack("<H", self.state())

    def _plan(self, payload: bytes) -> bytes:
        (number,) = struct.unpack_from("<I", payload)
        entries = payload[4:]
        memory = self._machine.memory
        if len(entries) % 6 or len(entries) > 6 * ENTRIES_MAX or crc32(entries) != number:
            return struct.pack("<IB", memory.plan, 1)
        if self._machine.time is None:
            return struct.pack("<IB", memory.plan, 2)
        self._machine.take_plan(number, dict(struct.iter_unpack("<IH", entries)))
        return struct.pack("<IB", memory.plan, 0)

    def state(self) -> int:
        """The bits of how it is."""
        machine, memory, body = self._machine, self._machine.memory, self._machine.body
        bits = (
            machine.time is not None,
            memory.jammed,
            memory.lid_open,
            memory.tilted,
            memory.on_battery,
            body.battery < BATTERY_LOW,
            memory.low,
            memory.empty,
            memory.out is not None,
            machine.reminding,
            _has_plan(memory),
        )
        return sum(1 << place for place, bit in enumerate(bits) if bit)


def _has_plan(memory: Memory) -> bool:
    return any(not dose.settled for dose in memory.doses.values())


def _tlvs(left: bytes) -> dict[int, int]:
    """Numbers by tag; what is cut off is left out."""
    found = {}
    while len(left) >= 2 and len(left) >= 2 + left[1]:
        found[left[0]] = int.from_bytes(left[2 : 2 + left[1]], "little")
        left = left[2 + left[1] :]
    return found
