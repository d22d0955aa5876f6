"""What ModemManager says of a modem, as our state. Pure.

The numbers are those of its D-Bus interface, 1.6 to 1.24: MMModemState, MMModemLock,
MMModem3gppRegistrationState, MMModemAccessTechnology, MMSmsState, MMSmsPduType.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from heimvakt.core.modem import ModemState, Registration, Sim

from .scale import from_percent

MODEM = "org.freedesktop.ModemManager1.Modem"
MODEM_3GPP = "org.freedesktop.ModemManager1.Modem.Modem3gpp"
MESSAGING = "org.freedesktop.ModemManager1.Modem.Messaging"
SIM = "org.freedesktop.ModemManager1.Sim"
SMS = "org.freedesktop.ModemManager1.Sms"

FAILED, LOCKED, DISABLED, ENABLED = -1, 2, 3, 6
"""MMModemState; from `ENABLED` on it can be used."""
_NO_SIM = (2, 3)
"""MMModemStateFailedReason: missing, broken."""
PIN_LOCK = 2
"""MMModemLock."""
_PUK_LOCK = 4
_OPEN_LOCKS = (1, 3, 5)
"""None, and the locks of PIN2, which guards nothing that we use."""
_REGISTRATION = {
    1: Registration.HOME,
    2: Registration.SEARCHING,
    3: Registration.DENIED,
    5: Registration.ROAMING,
    6: Registration.HOME,
    7: Registration.ROAMING,
    9: Registration.HOME,
    10: Registration.ROAMING,
}
_TECHNOLOGIES = (("5g", 0x8000), ("4g", 0x3_4000), ("3g", 0x03E0), ("2g", 0x001E))
"""MMModemAccessTechnology, the best first."""

STORED_STATES = (3,)
"""MMSmsState: received, with all its parts."""
DELIVER, STATUS_REPORT = 1, 3
"""MMSmsPduType."""

Properties = Mapping[str, Any]
Interfaces = Mapping[str, Properties]


def modem_state(interfaces: Interfaces) -> ModemState:
    """The state of one modem object."""
    modem, network = interfaces.get(MODEM, {}), interfaces.get(MODEM_3GPP, {})
    state = int(modem.get("State", 0))
    sim = _sim(modem, state)
    usable = sim is Sim.READY and state >= ENABLED
    registration = (
        _REGISTRATION.get(int(network.get("RegistrationState", 0)), Registration.NONE)
        if usable
        else Registration.NONE
    )
    there = registration in (Registration.HOME, Registration.ROAMING)
    percent = int((modem.get("SignalQuality") or [0])[0])  # 0 also where nobody has looked yet
    return ModemState(
        present=True,
        sim=sim,
        registration=registration,
        operator=(network.get("OperatorName") or None) if there else None,
        technology=_technology(int(modem.get("AccessTechnologies", 0))) if there else None,
        signal=from_percent(percent) if there and percent else None,
        trouble=_trouble(sim, state),
    )


def state_number(interfaces: Interfaces) -> int:
    """MMModemState."""
    return int(interfaces.get(MODEM, {}).get("State", 0))


def wants_pin(interfaces: Interfaces) -> bool:
    """Whether the PIN of the SIM is what is missing."""
    modem = interfaces.get(MODEM, {})
    return state_number(interfaces) == LOCKED and modem.get("UnlockRequired") == PIN_LOCK


def tries_left(interfaces: Interfaces) -> int | None:
    """For the PIN, as far as the modem tells."""
    retries = interfaces.get(MODEM, {}).get("UnlockRetries") or {}
    left = retries.get(PIN_LOCK)
    return None if left is None else int(left)


def holder(objects: Mapping[str, Interfaces], port: str) -> str | None:
    """The modem object that uses the serial port of this name; None: nobody does."""
    name = PurePath(port).name
    for path, interfaces in objects.items():
        if name in _port_names(interfaces.get(MODEM, {}).get("Ports") or ()):
            return path
    return None


def modems(objects: Mapping[str, Interfaces]) -> list[str]:
    """The modem objects, those that can send messages first, then as they were found."""
    return sorted(
        (path for path, interfaces in objects.items() if MODEM in interfaces),
        key=lambda path: (MESSAGING not in objects[path], len(path), path),
    )


def _port_names(ports: Sequence[Any]) -> Iterator[str]:
    for port in ports:
        yield PurePath(str(port[0])).name


def _sim(modem: Properties, state: int) -> Sim:
    if state == FAILED:
        return Sim.ABSENT if modem.get("StateFailedReason") in _NO_SIM else Sim.UNKNOWN
    lock = modem.get("UnlockRequired", 0)
    if state == LOCKED:
        if lock == PIN_LOCK:
            return Sim.PIN_NEEDED
        return Sim.PUK_NEEDED if lock == _PUK_LOCK else Sim.UNKNOWN
    return Sim.READY if lock in _OPEN_LOCKS and state >= DISABLED else Sim.UNKNOWN


def _technology(mask: int) -> str | None:
    return next((name for name, bits in _TECHNOLOGIES if mask & bits), None)


def _trouble(sim: Sim, state: int) -> str | None:
    if sim is Sim.ABSENT:
        return "there is no SIM in the modem, or it is broken"
    if sim is Sim.PUK_NEEDED:
        return "the SIM is locked: open it with its PUK in a telephone"
    if state == FAILED:
        return "ModemManager cannot use this modem: see its log"
    return None
