"""Keys, proofs and seals of the serial link. Pure; the cipher itself is the library's."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from .frame import TAG_OCTETS, Frame

KEY_OCTETS = 16
NONCE_OCTETS = 8
PROOF_OCTETS = 8
LABEL = b"HVL1"
GATEWAY_PROOF, DEVICE_PROOF, TO_DEVICE, TO_GATEWAY = b"gw", b"dev", b"g2d", b"d2g"


def read_key(text: str) -> bytes:
    """The key that a secret tells.

    Raises:
        ValueError: it is not 32 hexadecimal digits; the text of it is never in the message.
    """
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_OCTETS:
        raise ValueError(f"the key is not {2 * KEY_OCTETS} hexadecimal digits")
    return key


@dataclass(frozen=True, slots=True)
class Meeting:
    """What both sides know after HELLO: proofs and keys are bound to all of it."""

    gateway_nonce: bytes
    device_nonce: bytes
    serial: bytes
    highest: int
    """The highest version that the gateway speaks."""
    version: int
    """The one that the device chose."""

    def derive(self, psk: bytes, label: bytes) -> bytes:
        """32 octets that only those who have the key can make."""
        said = self.gateway_nonce + self.device_nonce + self.serial
        text = LABEL + label + said + bytes((self.highest, self.version))
        return hmac.digest(psk, text, sha256)

    def proof(self, psk: bytes, label: bytes) -> bytes:
        """That its sender has the key."""
        return self.derive(psk, label)[:PROOF_OCTETS]

    def is_proven(self, psk: bytes, label: bytes, proof: bytes) -> bool:
        """Whether `proof` is the right one; takes the same time either way."""
        return hmac.compare_digest(self.proof(psk, label), proof)


class Seal:
    """One direction of one session."""

    def __init__(self, psk: bytes, meeting: Meeting, label: bytes) -> None:
        self._cipher = AESCCM(meeting.derive(psk, label)[:KEY_OCTETS], tag_length=TAG_OCTETS)

    def seal(self, frame: Frame) -> bytes:
        """The payload of `frame`, to be read by the other side only."""
        return self._cipher.encrypt(_nonce(frame), frame.payload, frame.head)

    def open(self, frame: Frame) -> bytes | None:
        """What was sealed; None: somebody else did it, or it was changed on the way."""
        try:
            return self._cipher.decrypt(_nonce(frame), frame.payload, frame.head)
        except InvalidTag:
            return None


def _nonce(frame: Frame) -> bytes:
    head = frame.head
    return head[:2] + bytes(7) + head[4:]
