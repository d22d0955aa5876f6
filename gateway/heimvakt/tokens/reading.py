"""Whose token this is: a JWS in compact form against the keys that one home knows.

Pure. Only EdDSA counts, whatever a token says of itself; a token brings no key along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jwt import PyJWS
from jwt.exceptions import InvalidSignatureError, InvalidTokenError
from pydantic import ValidationError

HEADER = frozenset({"alg", "kid", "typ"})
DETAIL_MAX = 100
"""Characters: what a library says of a text that anybody may have written."""
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_EDDSA = "EdDSA"


class Trouble(StrEnum):
    """Why a token is not taken."""

    MALFORMED = "malformed"
    WRONG_ALGORITHM = "wrong-algorithm"
    UNKNOWN_KEY = "unknown-key"
    BAD_SIGNATURE = "bad-signature"


class NotTaken(Exception):
    """A token is not taken; the text says more where there is more to say."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(detail)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Signed:
    """What a token says, and by which key."""

    key: str
    payload: bytes


class Reader:
    """Of tokens of one type."""

    def __init__(self, typ: str, keys: Mapping[str, bytes], *, longest: int) -> None:
        """`keys` by the names that tokens call them (`kid`): 32 bytes of Ed25519 each. A token of
        the same key that was made for something else is of another `typ` (RFC 8725, 3.11)."""
        self._typ = typ
        self._keys = {name: Ed25519PublicKey.from_public_bytes(raw) for name, raw in keys.items()}
        self._longest = longest
        self._jws = PyJWS(algorithms=[_EDDSA])

    def __call__(self, token: str) -> Signed:
        """What it says.

        Raises:
            NotTaken: it is no such token of one of these keys.
        """
        if len(token) > self._longest or _COMPACT.fullmatch(token) is None:
            raise NotTaken(Trouble.MALFORMED, "it is no JWS in compact form")
        try:
            header = self._jws.get_unverified_header(token)
        except InvalidTokenError as error:
            raise NotTaken(Trouble.MALFORMED, str(error)[:DETAIL_MAX]) from error
        name = header.get("kid")
        if header.get("alg") != _EDDSA:
            raise NotTaken(Trouble.WRONG_ALGORITHM)
        if header.get("typ") != self._typ or not HEADER.issuperset(header):
            raise NotTaken(Trouble.MALFORMED, f"its header is alg, kid and typ {self._typ}")
        if not isinstance(name, str) or name not in self._keys:
            raise NotTaken(Trouble.UNKNOWN_KEY)
        try:
            payload = self._jws.decode(token, self._keys[name], algorithms=[_EDDSA])
        except InvalidSignatureError as error:
            raise NotTaken(Trouble.BAD_SIGNATURE) from error
        except InvalidTokenError as error:
            raise NotTaken(Trouble.MALFORMED, str(error)[:DETAIL_MAX]) from error
        assert isinstance(payload, bytes)
        return Signed(name, payload)


def first_mistake(error: ValidationError) -> str:
    """Where what a token says is wrong, and what: the first is enough for whoever made it."""
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(key) for key in first["loc"])
    what = first["msg"].removeprefix("Value error, ")
    return f"{where}: {what}" if where else what
