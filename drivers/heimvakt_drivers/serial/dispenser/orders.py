"""Orders to one dispenser: each is done once, and its result is known also after a break.

Pure. An order has a durable number. One that may have been heard before the line broke is first
asked for ("what came of it?") and only sent again when the device has never heard of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from .payload import Answer, Result, Verb

ORDERS_MAX = 4
"""That wait for one device."""

ASK_AGAIN_S = 0.2
"""While the motor turns."""


def number_of(command_id: str) -> int:
    """The number of a command on the wire: the same each time, of the same id."""
    return int.from_bytes(sha256(command_id.encode()).digest()[:8], "little")


@dataclass(slots=True)
class Order:
    """One of them, on its way."""

    number: int
    verb: Verb
    expires: int
    """Seconds since 1970; then it is not begun any more."""
    dose: int | None = None
    tlvs: bytes = b""
    sent: bool = False
    """The device may have heard of it."""
    log: int = 0
    """The log of the device that it was sent to first."""
    begun: bool = False
    """The device said that it is at it."""
    not_before: float = 0.0

    def send(self, log: int) -> Verb:
        """How it is to be sent now: what may have been heard is only asked for."""
        if not self.sent:
            self.sent, self.log = True, log
            return self.verb
        return Verb.ASK


@dataclass(slots=True)
class Orders:
    """In the order in which they came; one at a time."""

    _waiting: list[Order] = field(default_factory=list)

    def give(self, order: Order) -> bool:
        """Put it at the end; False: too many wait."""
        if len(self._waiting) >= ORDERS_MAX:
            return False
        self._waiting.append(order)
        return True

    def withdraw(self, order: Order) -> None:
        """Nobody waits for it any more: it is not sent, if it was not yet."""
        self._waiting = [each for each in self._waiting if each is not order]

    def due(self, otherwise: float) -> float:
        """When the next is to be sent."""
        return self._waiting[0].not_before if self._waiting else otherwise

    def next(self, now: float) -> Order | None:
        """The one to be sent now."""
        if not self._waiting or self._waiting[0].not_before > now:
            return None
        return self._waiting[0]

    def met(self, log: int) -> list[Order]:
        """Those that were sent to a device which remembers nothing of them."""
        gone = [each for each in self._waiting if each.sent and each.log != log]
        for order in gone:
            self.withdraw(order)
        return gone

    def answered(self, answer: Answer, now: float) -> Order | None:
        """The order that is over with this answer."""
        if not self._waiting or self._waiting[0].number != answer.command:
            return None
        order = self._waiting[0]
        if answer.result == Result.RUNNING:
            order.begun = True
            order.not_before = now + ASK_AGAIN_S
            return None
        if answer.result == Result.UNKNOWN and not order.begun:
            order.sent = False  # it got lost on the way, surely: now it may be sent
            return None
        self.withdraw(order)
        return order

    def unread(self) -> Order:
        """The first is over: the device cannot make anything of it."""
        return self._waiting.pop(0)
