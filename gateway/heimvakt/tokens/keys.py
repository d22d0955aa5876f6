"""Private keys as files, and what is signed with them: for those who give orders and make bundles.

A gateway holds no private key and imports none of this.
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt import PyJWS


class NoKey(Exception):
    """A file holds no private key."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the name by which gateways know its public half."""

    name: str
    private: Ed25519PrivateKey

    @classmethod
    def new(cls, name: str) -> Self:
        """Another one, of the chance of this machine."""
        return cls(name, Ed25519PrivateKey.generate())

    @property
    def public(self) -> str:
        """`key` in the configuration: base64url of the 32 bytes (`x` of the JWK)."""
        return _text(self.private.public_key().public_bytes_raw())

    def to_jwk(self) -> dict[str, str]:
        """As RFC 8037 writes it."""
        return {
            "kty": "OKP",
            "crv": "Ed25519",
            "kid": self.name,
            "x": self.public,
            "d": _text(self.private.private_bytes_raw()),
        }

    def sign_as(self, typ: str, payload: bytes, /, **header: Any) -> str:
        """Whatever it says, as a token of this type; with more or other words in the header."""
        words = {"kid": self.name, "typ": typ, **header}
        return PyJWS(algorithms=["EdDSA"]).encode(payload, self.private, "EdDSA", headers=words)


def write_key(key: SigningKey, file: Path) -> None:
    """Into a new file that only its owner can read.

    Raises:
        FileExistsError: there is one; a key is never written over.
        OSError: it cannot be written there.
    """
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        json.dump(key.to_jwk(), out, indent=2)
        out.write("\n")


def read_key(file: Path) -> SigningKey:
    """What `write_key` has written.

    Raises:
        NoKey: it is something else, or cannot be read.
    """
    try:
        jwk = json.loads(file.read_text(encoding="utf-8"))
        return SigningKey(
            str(jwk["kid"]), Ed25519PrivateKey.from_private_bytes(_bytes(str(jwk["d"])))
        )
    except OSError as error:
        raise NoKey(f"{file}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NoKey(f"{file} is no private key of Ed25519 as a JWK") from error


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
