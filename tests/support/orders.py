"""Orders as a centre gives them: keys that are the same in every run, and what they sign."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from heimvakt.core.audit import Entry
from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.events import ClockQuality, CommandReceived
from heimvakt.core.orders import MAY, OrderKeys, OrderVerb
from heimvakt.orders.claims import Claims
from heimvakt.orders.signing import SigningKey
from tests.support.homes import DEVICES, EVENING, GATEWAY, Desk, home

_numbers: Iterator[int] = itertools.count(1)

CENTRE = SigningKey("centre-2026", Ed25519PrivateKey.from_private_bytes(b"\1" * 32))
TECHNICIAN = SigningKey("technician-1", Ed25519PrivateKey.from_private_bytes(b"\2" * 32))
FLEET = SigningKey("fleet-orders", Ed25519PrivateKey.from_private_bytes(b"\10" * 32))
STRANGER = SigningKey("stranger", Ed25519PrivateKey.from_private_bytes(b"\3" * 32))

LOCKED = {
    **DEVICES,
    "front-lock": Device(device_id="front-lock", role=Role.LOCK, driver="zigbee", address="6"),
    "lamp": Device(device_id="lamp", role=Role.LIGHT, driver="zigbee", address="7"),
    "pills": Device(device_id="pills", role=Role.DISPENSER, driver="dispenser", address="8"),
}


def home_with_orders(**changed: Any) -> Home:
    """A home with a lock, where every role may order what it may by itself."""
    own = ("button", "ordered-test", "order-refused", "audit-log", "lock-fault")
    rules: dict[str, tuple[str, dict[str, Any]]] = {kind: (kind, {}) for kind in own}
    made = home(LOCKED, rules)
    return replace(made, **{"orders": OrderKeys(may=MAY), **changed})


def new_id() -> str:
    """A number that no order had before."""
    return f"order-{next(_numbers):06d}"


def order(verb: OrderVerb, at: datetime, **said: Any) -> CommandReceived:
    """An order as it is after its signature was found good."""
    fields: dict[str, Any] = {
        "order_id": new_id(),
        "verb": verb,
        "role": "operator",
        "by": "op-7",
        "receiver": "centre",
        "issued_at": at,
        "expires_at": at + timedelta(minutes=5),
    }
    return CommandReceived(**{**fields, **said})


def claims(verb: OrderVerb, at: datetime = EVENING, **said: Any) -> Claims:
    """What an order says, good for five minutes."""
    fields: dict[str, Any] = {
        "aud": GATEWAY,
        "iat": int(at.timestamp()),
        "exp": int((at + timedelta(minutes=5)).timestamp()),
        "jti": new_id(),
        "sub": "op-7",
        "verb": verb,
    }
    return Claims(**{**fields, **said})


def audited(number: int, at: datetime = EVENING) -> Entry:
    """Something for the audit log."""
    return Entry(
        what="lock",
        at=at,
        clock=ClockQuality.SYNCHRONISED,
        seq=number,
        about={"device": f"lock-{number}"},
    )


class OrderDesk(Desk):
    """A home on the desk to which orders are given."""

    def __init__(self, home: Home | None = None) -> None:
        super().__init__(home or home_with_orders())

    def order(self, verb: OrderVerb, **said: Any) -> tuple[str, str]:
        """Give an order now; what is answered at once, and why."""
        return self.give(order(verb, self.at, **said))

    def give(self, event: CommandReceived) -> tuple[str, str]:
        """Give this very order."""
        (answer,) = self.tell(event).answers
        return str(answer.result), str(answer.code)
