"""Orders as a centre makes them: for tests, and for those who connect a system of theirs.

A gateway holds no private key and imports none of this.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from heimvakt.tokens import keys
from heimvakt.tokens.keys import NoKey

from .claims import Claims
from .verify import TYPE

__all__ = ["NoKey", "SigningKey", "read_key"]


class SigningKey(keys.SigningKey):
    """A private key that orders are signed with."""

    __slots__ = ()

    def sign(self, claims: Claims) -> str:
        """The order as a token."""
        return self.sign_any(claims.model_dump_json(exclude_none=True).encode())

    def sign_any(self, payload: bytes, **header: Any) -> str:
        """Whatever it says, with more or other words in the header."""
        return self.sign_as(TYPE, payload, **header)


def read_key(file: Path) -> SigningKey:
    """What `tokens.keys.write_key` has written.

    Raises:
        NoKey: it is something else, or cannot be read.
    """
    key = keys.read_key(file)
    return SigningKey(key.name, key.private)
