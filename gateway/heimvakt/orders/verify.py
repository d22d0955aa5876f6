"""Whose order this is: one token against the keys of this home.

Pure, and never raises: whatever somebody wrote there becomes an event, with the reason why it is
not to be obeyed.
"""

from __future__ import annotations

from collections.abc import Mapping

from heimvakt.core.events import CommandReceived
from heimvakt.core.orders import OrderKey, Refusal
from heimvakt.tokens.reading import NotTaken, Reader

from .claims import Claims, read_claims

TYPE = "heimvakt-order+jwt"
TOKEN_MAX = 4096
"""An order has some 400 characters."""


class Verifier:
    """With the keys of one home."""

    def __init__(self, gateway_id: str, keys: Mapping[str, OrderKey]) -> None:
        """`keys` by their names in the configuration, which are the `kid` of tokens."""
        self._gateway_id = gateway_id
        self._roles = {name: key.role for name, key in keys.items()}
        public = {name: key.public for name, key in keys.items()}
        self._read = Reader(TYPE, public, longest=TOKEN_MAX)

    def __call__(self, token: str, receiver: str) -> CommandReceived:
        """The order that a token is, from this receiver."""
        try:
            signed = self._read(token)
        except NotTaken as error:
            return _refused(receiver, Refusal(error.trouble), str(error))
        return self._authentic(signed.payload, self._roles[signed.key], receiver)

    def _authentic(self, payload: bytes, role: str, receiver: str) -> CommandReceived:
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
        bundle=claims.bundle,
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
