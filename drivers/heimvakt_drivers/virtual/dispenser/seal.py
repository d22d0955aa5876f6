"""The dispenser's half of the handshake, and of the seals."""

from __future__ import annotations

import hmac
from dataclasses import replace
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from .octets import FROM_DEVICE, SECURE, TAG_OCTETS, VERSION, Message


class Handshake:
    """Between HELLO and AUTH."""

    def __init__(
        self, key: bytes, hello: Message, nonce: bytes, serial: bytes, speaks: int = VERSION
    ) -> None:
        self._key = key
        self.hello = hello
        highest = hello.payload[8]
        self.version = min(highest, speaks)
        self._said = hello.payload[:8] + nonce + serial + bytes((highest, self.version))
        proof = self.make(b"dev")[:8]
        self.answer = bytes((self.version,)) + nonce + serial + proof

    def make(self, label: bytes) -> bytes:
        """What only those who have the key can make."""
        return hmac.digest(self._key, b"HVL1" + label + self._said, sha256)

    def accepts(self, proof: bytes) -> bool:
        """Whether the gateway has the key too."""
        return hmac.compare_digest(proof[:8], self.make(b"gw")[:8])


class Channel:
    """What is sealed after AUTH."""

    def __init__(self, handshake: Handshake) -> None:
        def cipher(label: bytes) -> AESCCM:
            return AESCCM(handshake.make(label)[:16], tag_length=TAG_OCTETS)

        self._in, self._out = cipher(b"g2d"), cipher(b"d2g")
        self._version = handshake.version
        self._heard = 0
        self._sent = 0

    def open(self, message: Message) -> bytes | None:
        """The payload; None: it is not from the gateway, or old."""
        if message.counter is None or message.counter <= self._heard:
            return None
        try:
            payload = self._in.decrypt(_nonce(message), message.payload, message.head)
        except InvalidTag:
            return None
        self._heard = message.counter
        return payload

    def seal(self, to: Message, kind: int, payload: bytes, flags: int) -> Message:
        """The answer to `to`."""
        self._sent += 1
        flags |= SECURE | FROM_DEVICE
        plain = Message(flags, to.address, to.seq, kind, payload, self._sent, self._version)
        return replace(plain, payload=self._out.encrypt(_nonce(plain), payload, plain.head))


def _nonce(message: Message) -> bytes:
    return message.head[:2] + bytes(7) + message.head[4:8]
