"""What the levels of one or two pins say of the contact behind them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from heimvakt.core.devices import Device

from .meaning import CLOSED_AT_REST
from .settings import GpioOptions, Pull, Wired

STILL_S = 0.03
"""Contacts bounce for some milliseconds, worn ones for twenty."""
FAULT_STILL_S = 1.0
"""Both contacts of a button are open for a moment while it moves, and while a slow cord is pulled;
a cable that is cut stays so."""


class Contact(Enum):
    """How a contact is."""

    REST = "rest"
    ON = "on"
    CUT = "cut"
    """Neither contact is closed: the cable is cut, or a plug is out."""
    SHORT = "short"
    """Both are: something joins the wires."""

    @property
    def is_fault(self) -> bool:
        """Whether what the device does cannot be seen."""
        return self in (Contact.CUT, Contact.SHORT)


def still_s(contact: Contact) -> float:
    """How long it must stand before it is believed."""
    return FAULT_STILL_S if contact.is_fault else STILL_S


@dataclass(frozen=True, slots=True)
class Wiring:
    """Of one device."""

    pull: Pull
    closed_level: bool
    """Of a pin whose circuit is closed."""
    closed_at_rest: bool = False
    supervised: bool = False

    def contact(self, level: bool, second: bool | None = None) -> Contact:
        """What the levels of its pins say."""
        closed = level is self.closed_level
        if not self.supervised:
            return Contact.ON if closed is not self.closed_at_rest else Contact.REST
        assert second is not None
        return _ANTIVALENT[closed, second is self.closed_level]


_ANTIVALENT = {
    (False, True): Contact.REST,
    (True, False): Contact.ON,
    (False, False): Contact.CUT,
    (True, True): Contact.SHORT,
}


def wiring_of(device: Device, options: GpioOptions) -> Wiring:
    """As the file says, or as is usual for the role."""
    pull = options.pull or Pull.UP
    usual = "high" if pull is Pull.DOWN else "low"
    wired = options.wired or (Wired.CLOSED if device.role in CLOSED_AT_REST else Wired.OPEN)
    return Wiring(
        pull=pull,
        closed_level=(options.active or usual) == "high",
        closed_at_rest=wired is Wired.CLOSED,
        supervised=wired is Wired.SUPERVISED,
    )
