"""Whose order this is: one token against the keys of this home.

Pure, and never raises: whatever somebody wrote there becomes an event, with the reason why it is
not to be obeyed. Only EdDSA counts, whatever a token says of itself; a token brings no key along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jwt import PyJWS
from jwt.exceptions import InvalidSignatureError, InvalidTokenError

from heimvakt.core.events import CommandReceived
from heimvakt.core.orders import OrderKey, Refusal

from .claims import Claims, read_claims

TYPE = "heimvakt-order+jwt"
"""A token of the same key that was made for something else is no order (RFC 8725, 3.11)."""
TOKEN_MAX = 4096
"""An order has some 400 characters."""
HEADER = frozenset({"alg", "kid", "typ"})
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_EDDSA = "EdDSA"


class Verifier:
    """With the keys of one home."""

    def __init__(self, gateway_id: str, keys: Mapping[str, OrderKey]) -> None:
        """`keys` by their names in the configuration, which are the `kid` of tokens."""
        self._gateway_id = gateway_id
        self._keys = {
            name: (key.role, Ed25519PublicKey.from_public_bytes(key.public))
            for name, key in keys.items()
        }
        self._jws = PyJWS(algorithms=[_EDDSA])

    def __call__(self, token: str, receiver: str) -> CommandReceived:
        """The order that a token is, from this receiver."""
        if len(token) > TOKEN_MAX or _COMPACT.fullmatch(token) is None:
            return _refused(receiver, Refusal.MALFORMED, "it is no JWS in compact form")
        try:
            header = self._jws.get_unverified_header(token)
        except InvalidTokenError as error:
            return _refused(receiver, Refusal.MALFORMED, str(error)[:100])
        name = header.get("kid")
        if header.get("alg") != _EDDSA:
            return _refused(receiver, Refusal.WRONG_ALGORITHM)
        if header.get("typ") != TYPE or not HEADER.issuperset(header):
            return _refused(receiver, Refusal.MALFORMED, f"its header is alg, kid and typ {TYPE}")
        if not isinstance(name, str) or name not in self._keys:
            return _refused(receiver, Refusal.UNKNOWN_KEY)
        role, key = self._keys[name]
        try:
            payload = self._jws.decode(token, key, algorithms=[_EDDSA])
        except InvalidSignatureError:
            return _refused(receiver, Refusal.BAD_SIGNATURE)
        except InvalidTokenError as error:
            return _refused(receiver, Refusal.MALFORMED, str(error)[:100])
        return self._authentic(payload, role, receiver)

    def _authentic(self, payload: Any, role: str, receiver: str) -> CommandReceived:
        claims = read_claims(payload)
        if isinstance(claims, str):
            return _refused(receiver, Refusal.MALFORMED, claims, role=role)
        refused = "" if claims.aud == self._gateway_id else str(Refusal.OTHER_GATEWAY)
        return _event(claims, role, receiver, refused)


def _event(claims: Claims, role: str, receiver: str, refused: str) -> CommandReceived:
    return CommandReceived(
        order_id=claims.jti,
        verb=claims.verb,
        role=role,
        by=claims.sub,
        receiver=receiver,
        issued_at=claims.issued_at,
        expires_at=claims.expires_at,
        device_id=claims.device,
        alarm_id=claims.alarm,
        argument=claims.argument,
        lasting_s=claims.lasting,
        refused=refused,
    )


def _refused(receiver: str, why: Refusal, detail: str = "", role: str = "") -> CommandReceived:
    return CommandReceived(
        order_id="",
        verb="",
        role=role,
        by="",
        receiver=receiver,
        refused=f"{why}: {detail}" if detail else str(why),
    )
