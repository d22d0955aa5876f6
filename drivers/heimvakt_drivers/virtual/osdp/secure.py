"""The device's side of the secure channel (IEC 60839-11-5, annex D): AES-128 and nothing else."""

from __future__ import annotations

import secrets

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES128
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

SIGNATURE = 4
"""Octets of the MAC that go over the wire."""

DEFAULT_KEY = bytes(range(0x30, 0x40))
"""What every device has before it gets one of its own (SCBK-D)."""


class Session:
    """One secure channel: from the challenge on. Nothing is believed before `proven`."""

    def __init__(self, key: bytes, uid: bytes, challenge: bytes) -> None:
        self._random = secrets.token_bytes(8)
        self._challenge = challenge
        self._uid = uid
        self._enc = self._derived(key, 0x82)
        self._mac1 = self._derived(key, 0x01)
        self._mac2 = self._derived(key, 0x02)
        self._last_in = self._last_out = bytes(16)
        self.proven = False

    def answer(self) -> bytes:
        """To the challenge: who this is, a challenge back, and the proof."""
        proof = _block(self._enc, self._challenge + self._random)
        return self._uid + self._random + proof

    def prove(self, cryptogram: bytes) -> bytes | None:
        """The panel's proof; what signing begins with, or None: it has another key."""
        if cryptogram != _block(self._enc, self._random + self._challenge):
            return None
        self._last_out = _block(self._mac2, _block(self._mac1, cryptogram))
        self.proven = True
        return self._last_out

    def open(self, body: bytes, data: bytes, *, encrypted: bool) -> bytes | None:
        """What a signed frame says; None: the signature is wrong."""
        signature = self._sign(self._last_out, body[:-SIGNATURE])
        if signature[:SIGNATURE] != body[-SIGNATURE:]:
            return None
        self._last_in = signature
        data = data[:-SIGNATURE]
        if not encrypted:
            return data
        if not data or len(data) % 16:
            return None
        plain = Cipher(AES128(self._enc), CBC(_not(self._last_out))).decryptor().update(data)
        text, end, _ = plain.rpartition(b"\x80")
        return text if end else None

    def close(self, data: bytes) -> bytes:
        """Data as it goes over the wire."""
        padded = data + b"\x80" + bytes(-(len(data) + 1) % 16)
        return Cipher(AES128(self._enc), CBC(_not(self._last_in))).encryptor().update(padded)

    def sign(self, body: bytes) -> bytes:
        """The signature of a reply."""
        self._last_out = self._sign(self._last_in, body)
        return self._last_out[:SIGNATURE]

    def _sign(self, before: bytes, body: bytes) -> bytes:
        padded = body + b"\x80" + bytes(-(len(body) + 1) % 16) if len(body) % 16 else body
        if len(padded) > 16:
            chain = Cipher(AES128(self._mac1), CBC(before)).encryptor().update(padded[:-16])
            before = chain[-16:]
        return Cipher(AES128(self._mac2), CBC(before)).encryptor().update(padded[-16:])

    def _derived(self, key: bytes, number: int) -> bytes:
        return _block(key, bytes([0x01, number]) + self._challenge[:6] + bytes(8))


def _block(key: bytes, octets: bytes) -> bytes:
    # One block at a time under keys of its own, as the standard has it.
    return Cipher(AES128(key), ECB()).encryptor().update(octets)  # noqa: S305


def _not(octets: bytes) -> bytes:
    return bytes(octet ^ 0xFF for octet in octets)
