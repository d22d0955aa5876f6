"""The port of modems: what is known of one, how it sends an SMS, and what comes back.

Whether it is spoken to in AT commands or through ModemManager is no matter of those who use it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Sim(StrEnum):
    """The state of the SIM card."""

    UNKNOWN = "unknown"
    """Nobody has asked it yet."""
    READY = "ready"
    PIN_NEEDED = "pin-needed"
    WRONG_PIN = "wrong-pin"
    """It refused the PIN of the configuration, which is not tried again."""
    PUK_NEEDED = "puk-needed"
    """Too many wrong PINs, or too few tries left: only a person with the PUK can help."""
    ABSENT = "absent"


class Registration(StrEnum):
    """What the modem is to the network."""

    NONE = "none"
    SEARCHING = "searching"
    HOME = "home"
    ROAMING = "roaming"
    DENIED = "denied"
    """The network does not want this SIM."""


SERVED = (Registration.HOME, Registration.ROAMING)
"""The network takes what the modem sends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """How well the modem hears the network."""

    dbm: int
    """From -113 (hardly anything) to -51 (as good as it gets)."""
    percent: int
    """The same on the scale that phones show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalPast:
    """How the signal has been, from samples taken at equal times."""

    hours: float
    """That the samples stand for; at most a week."""
    worst_dbm: int | None
    """None: there was no signal in any sample."""
    median_dbm: int | None
    without_network: float
    """The share of the samples, from 0 to 1, in which no network served the modem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemState:
    """All that is known of a modem at one moment."""

    present: bool = False
    """It answers."""
    sim: Sim = Sim.UNKNOWN
    registration: Registration = Registration.NONE
    operator: str | None = None
    technology: str | None = None
    """`2g`, `3g`, `4g` or `5g`."""
    signal: Signal | None = None
    trouble: str | None = None
    """What a technician should know or do, in a sentence."""

    @property
    def can_send(self) -> bool:
        """Whether the network would take an SMS now, as far as is known."""
        return self.present and self.sim is Sim.READY and self.registration in SERVED


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The modem is in another state than before."""

    state: ModemState


class Outcome(StrEnum):
    """What the network says of an SMS that it took."""

    DELIVERED = "delivered"
    """The handset has it."""
    TRYING = "trying"
    FAILED = "failed"
    """The network has given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """The network reports on an SMS (or one part of a long one) that was sent before."""

    number: str | None
    """To whom it was sent, `+4790000000`; None: the modem does not tell."""
    reference: int
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingSms:
    """Somebody has sent an SMS to the gateway. Each part of a long one may come by itself."""

    number: str
    """As the network says it; it can be forged."""
    text: str
    sent_at: datetime | None
    """The network's time, with its zone."""


News = StateChanged | DeliveryReport | IncomingSms
"""What a modem has to tell."""

Listener = Callable[[News], Awaitable[None]]
"""Called in the modem's own task. An SMS is erased on the SIM after all listeners have returned, so
one that comes in the moment of a power cut comes again; what a listener raises ends `run`."""


class SmsError(Exception):
    """An SMS was not taken.

    Attributes:
        hint: what a technician can do about it, in a sentence.
    """

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


class SmsNotNow(SmsError):
    """No network, a busy one, a modem that does not answer: the same may be taken later. In rare
    cases (the answer was lost) the network has taken it, and trying again makes two of it."""


class SmsRefused(SmsError):
    """The same SMS will not be taken later either, unless a person changes something."""


class Modem(Protocol):
    """One modem, there or not."""

    def state(self) -> ModemState:
        """What is known of it now; asks nobody."""

    def listen(self, listener: Listener) -> AbstractContextManager[None]:
        """Tell `listener` all news while the context is open, the state at once if it is known."""

    async def run(self) -> None:
        """Keep the modem ready and its state true until cancelled, through unplugging as well.

        Enters the PIN if one is needed, never one that the SIM has refused.
        """

    async def send_sms(self, number: str, text: str) -> tuple[int, ...]:
        """Have the network take an SMS; returns the references that delivery reports will name.

        One at a time: others wait for their turn. May be cancelled at any moment; then nobody knows
        whether it was taken.

        Raises:
            SmsNotNow: it was not taken; it may be later.
            SmsRefused: it will not be.
        """
