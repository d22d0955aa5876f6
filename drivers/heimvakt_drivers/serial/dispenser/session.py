"""Who speaks: the handshake, and what is believed of what comes after it.

Pure. A session is one pair of keys and two counters. Every sealed frame has a counter of its own,
higher than all before it in its direction, so that what was recorded can never be played again.
"""

from __future__ import annotations

from dataclasses import replace

from .crypto import DEVICE_PROOF, GATEWAY_PROOF, TO_DEVICE, TO_GATEWAY, Meeting, Seal
from .frame import FROM_DEVICE, SECURE, VERSION, Frame, Type
from .payload import HelloAnswer, hello

COUNTER_MAX = 0xFFFF_0000
"""Then new keys are made; at ten frames a second that is after thirteen years."""


class Session:
    """With one device, from HELLO on."""

    def __init__(self, psk: bytes, address: int, nonce: bytes) -> None:
        """`nonce` is eight random octets that were never used before."""
        self._psk = psk
        self._address = address
        self._nonce = nonce
        self._meeting: Meeting | None = None
        self._out: Seal | None = None
        self._in: Seal | None = None
        self._sent = 0
        self._heard = 0

    @property
    def met(self) -> bool:
        """The device has proven that it has the key."""
        return self._meeting is not None

    @property
    def open(self) -> bool:
        """Both have, and it can be spoken."""
        return self._in is not None

    @property
    def worn(self) -> bool:
        """It is time for new keys."""
        return self._sent >= COUNTER_MAX

    def hello(self, seq: int) -> Frame:
        """The first frame."""
        return self._plain(Type.HELLO, seq, hello(self._nonce, VERSION))

    def meet(self, answer: HelloAnswer) -> bool:
        """Whether the one who answered has the key and a version that we know."""
        meeting = Meeting(self._nonce, answer.nonce, answer.serial, VERSION, answer.version)
        if not 1 <= answer.version <= VERSION:
            return False
        if not meeting.is_proven(self._psk, DEVICE_PROOF, answer.proof):
            return False
        self._meeting = meeting
        return True

    def auth(self, seq: int) -> Frame:
        """The second frame; after `meet`."""
        assert self._meeting is not None
        return self._plain(Type.AUTH, seq, self._meeting.proof(self._psk, GATEWAY_PROOF))

    def begin(self) -> None:
        """The device has taken our proof: from here on everything is sealed."""
        assert self._meeting is not None
        self._out = Seal(self._psk, self._meeting, TO_DEVICE)
        self._in = Seal(self._psk, self._meeting, TO_GATEWAY)

    def seal(self, kind: Type, seq: int, payload: bytes) -> Frame:
        """A frame for the device; also one that is sent again is sealed anew."""
        assert self._out is not None
        self._sent += 1
        frame = Frame(SECURE, self._address, seq, kind, self._sent, payload)
        return replace(frame, payload=self._out.seal(frame))

    def read(self, frame: Frame) -> Frame | None:
        """What the device said; None: it was not the device, or it is an old frame."""
        if self._in is None or frame.counter is None or not frame.flags & FROM_DEVICE:
            return None
        if frame.address != self._address or frame.counter <= self._heard:
            return None
        payload = self._in.open(frame)
        if payload is None:
            return None
        self._heard = frame.counter
        return replace(frame, payload=payload)

    def _plain(self, kind: Type, seq: int, payload: bytes) -> Frame:
        return Frame(0, self._address, seq, kind, None, payload)
