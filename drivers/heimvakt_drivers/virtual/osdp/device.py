"""An OSDP device: what a lock with reader answers to each frame. No wire, no time of its own.

Written from the standard's rules and not with a library: what talks to it shares nothing with it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from enum import IntEnum

from heimvakt_drivers.virtual.locks import LockBody
from heimvakt_drivers.virtual.wire import Watch

from .frame import EVERYBODY, Asked, Ear, head, whole
from .secure import DEFAULT_KEY, SIGNATURE, Session


class Code(IntEnum):
    """Commands, then replies."""

    POLL = 0x60
    ID = 0x61
    CAPABILITIES = 0x62
    LOCAL = 0x64
    INPUTS = 0x65
    OUTPUTS = 0x66
    OUTPUT = 0x68
    LED = 0x69
    BUZZER = 0x6A
    KEYSET = 0x75
    CHALLENGE = 0x76
    CRYPTOGRAM = 0x77
    ACK = 0x40
    NAK = 0x41
    ID_IS = 0x45
    CAPABILITIES_ARE = 0x46
    LOCAL_IS = 0x48
    INPUTS_ARE = 0x49
    OUTPUTS_ARE = 0x4A
    CARD = 0x50
    KEYS = 0x53
    SIGNING = 0x78


UNKNOWN, INSECURE = 0x03, 0x06
"""Reasons of a NAK: a command that is not known; not without the secure channel."""

HELD, TIMED = (1, 3), 5
INPUTS_MAX = 4
EVENTS_MAX = 64

_CAPABILITIES = bytes(
    [1, 1, INPUTS_MAX, 2, 1, 1, 3, 1, 0, 5, 1, 1, 8, 1, 0, 9, 1, 1, 10, 0, 1, 14, 0, 0]
)
"""Function, level, count: contacts, outputs, cards, buzzer, CRC, secure channel, 256 octets."""


_REPORTS = {Code.LOCAL: "local", Code.INPUTS: "inputs", Code.OUTPUTS: "outputs"}


class OsdpDevice:
    """One device at one address."""

    def __init__(self, address: int, key: bytes | None, body: LockBody) -> None:
        """`key` None: it has none yet, and takes the one that everybody knows."""
        self.address = address
        self.key = key
        self.body = body
        self.executed: list[tuple[int, int, int]] = []
        """Output commands that were carried out: output, control code, timer."""
        self._ear = Ear()
        self._session: Session | None = None
        self._events: deque[tuple[int, bytes]] = deque(maxlen=EVENTS_MAX)
        self._last: tuple[int, bytes] | None = None
        self._untold = False
        self._watch = Watch()
        body.changed = self._changed

    @property
    def secure(self) -> bool:
        """The channel is up."""
        return self._session is not None and self._session.proven

    def hear(self, octets: bytes) -> Iterator[bytes]:
        """See `locks.bus.Listener`."""
        for asked in self._ear.hear(octets):
            reply = self.answer(asked)
            if reply is not None:
                yield reply

    def silence(self) -> None:
        """See `locks.bus.Listener`."""
        self._ear.forget()

    def restart(self) -> None:
        """As after a loss of power."""
        self._session = self._last = None
        self._events.clear()

    async def told(self) -> None:
        """Return when the panel has been told all that changed at the contacts."""
        await self._watch.until(lambda: not self._untold and not self._events)

    def present(self, bits: int, data: bytes) -> None:
        """Hold a card to the reader."""
        self._events.append((Code.CARD, bytes([0, 0, *bits.to_bytes(2, "little")]) + data))

    def type(self, keys: bytes) -> None:
        """Press keys: digits, 0x0D for #, 0x7F for *."""
        self._events.extend((Code.KEYS, bytes([0, 1, key])) for key in keys)

    def answer(self, asked: Asked) -> bytes | None:
        """The reply; None: it is for somebody else."""
        if asked.address not in (self.address, EVERYBODY):
            return None
        if asked.sequence == 0:
            self._session = self._last = None
        elif self._last is not None and self._last[0] == asked.sequence:
            return self._last[1]  # it was not heard: said again, and nothing done again
        reply = self._reply(asked)
        self._last = (asked.sequence, reply)
        self._watch.notify()
        return reply

    def _reply(self, asked: Asked) -> bytes:
        kind = asked.block[0] if asked.block else 0
        if asked.code == Code.CHALLENGE and kind == 0x11:
            key = DEFAULT_KEY if self.key is None else self.key
            self._session = Session(key, b"virtual" + bytes([self.address]), asked.data[:8])
            which = 0 if self.key is None else 1
            return self._send(asked, Code.CHALLENGE, self._session.answer(), bytes([0x12, which]))
        if asked.code == Code.CRYPTOGRAM and kind == 0x13 and self._session is not None:
            signing = self._session.prove(asked.data[:16])
            if signing is None:
                self._session = None
                return self._send(asked, Code.NAK, bytes([INSECURE]))
            return self._send(asked, Code.SIGNING, signing, bytes([0x14, 1]))
        if kind in (0x15, 0x17) and self._session is not None and self._session.proven:
            data = self._session.open(asked.raw, asked.data, encrypted=kind == 0x17)
            if data is not None:
                return self._signed(asked, *self._do(asked.code, data))
        self._session = None
        if asked.code in (Code.ID, Code.CAPABILITIES) and not kind:
            return self._send(asked, *self._do(asked.code, asked.data))
        return self._send(asked, Code.NAK, bytes([INSECURE]))

    def _do(self, code: int, data: bytes) -> tuple[int, bytes]:
        match code:
            case Code.POLL:
                return self._events.popleft() if self._events else (Code.ACK, b"")
            case Code.ID:
                return Code.ID_IS, b"\x00\x00\x00\x01\x01" + bytes([self.address, 0, 0, 0]) + bytes(
                    3
                )
            case Code.CAPABILITIES:
                return Code.CAPABILITIES_ARE, _CAPABILITIES
            case Code.LOCAL | Code.INPUTS | Code.OUTPUTS:
                return self._status(_REPORTS[Code(code)])
            case Code.OUTPUT:
                self._output(data[0], data[1], int.from_bytes(data[2:4], "little"))
                return self._status("outputs")
            case Code.LED | Code.BUZZER:
                self.body.beeps += 1
                return Code.ACK, b""
            case Code.KEYSET:
                self.key = data[2:18]
                return Code.ACK, b""
            case _:
                return Code.NAK, bytes([UNKNOWN])

    def _output(self, number: int, control: int, timer: int) -> None:
        self.executed.append((number, control, timer))
        if control == TIMED:
            self.body.release(timer / 10)
        elif control in HELD:
            self.body.hold()

    def _status(self, what: str) -> tuple[int, bytes]:
        body = self.body
        match what:
            case "local":
                return Code.LOCAL_IS, bytes([body.tampered, body.on_battery])
            case "inputs":
                self._untold = False
                return Code.INPUTS_ARE, bytes([body.door_open, body.locked, body.handle, 0])
            case _:
                return Code.OUTPUTS_ARE, bytes([body.released])

    def _changed(self, what: str) -> None:
        if self.secure:
            self._events.append(self._status(what))
        else:
            self._untold = True

    def _signed(self, asked: Asked, code: int, data: bytes) -> bytes:
        session = self._session
        assert session is not None
        block = bytes([0x18 if data else 0x16])
        if data:
            data = session.close(data)
        reply = head(self.address, asked.sequence, block, code, data, SIGNATURE)
        return whole(reply + session.sign(reply))

    def _send(self, asked: Asked, code: int, data: bytes, block: bytes = b"") -> bytes:
        return whole(head(self.address, asked.sequence, block, code, data, 0))
