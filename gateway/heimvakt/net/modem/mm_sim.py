"""The lock of a SIM that ModemManager has: opened by the PIN of the home, and never by force."""

from __future__ import annotations

from contextlib import suppress

from heimvakt.core.modem import Sim

from . import mm_values as values
from .mm_bus import RIGHTS, Bus, CallFailed
from .mm_values import Interfaces
from .pin import NO_PIN, PinMemory

PIN_S = 30.0
_REFUSED = ("IncorrectPassword", "SimPuk")
"""org.freedesktop.ModemManager1.Error.MobileEquipment.*"""

Found = tuple[Sim, str | None]
"""The state of the SIM, and what somebody must do about it."""


class SimLock:
    """That of one modem at a time."""

    def __init__(self, pin: str | None, memory: PinMemory) -> None:
        self._pin = pin
        self._memory = memory
        self._stuck: Found | None = None

    def forget(self) -> None:
        """Another modem, or the same one after it was away."""
        self._stuck = None

    async def open(self, bus: Bus, interfaces: Interfaces) -> Found:
        """Enter the PIN if it may be tried; once while this modem is there."""
        if self._stuck is None:
            found = await self._enter(bus, interfaces)
            if found[1] is None:
                return found  # ModemManager tells when it is open
            self._stuck = found
        return self._stuck

    async def is_open(self, bus: Bus, interfaces: Interfaces) -> None:
        """It wants no PIN any more, by whoever's hand."""
        self._stuck = None
        if self._memory.holds_any:
            _, name = await _identity(bus, interfaces)
            with suppress(OSError):  # what is not forgotten makes us more careful only
                self._memory.accepted(name)

    async def _enter(self, bus: Bus, interfaces: Interfaces) -> Found:
        pin, memory = self._pin, self._memory
        if not pin:
            return Sim.PIN_NEEDED, NO_PIN
        path, name = await _identity(bus, interfaces)
        why_not = memory.refuses(name, pin, values.tries_left(interfaces))
        if why_not is not None:
            return Sim.WRONG_PIN, f"the PIN is not tried: {why_not}; {memory.hint}"
        try:
            memory.begin(name, pin)
            try:
                await bus.call(path, values.SIM, "SendPin", "s", pin, within_s=PIN_S)
            except CallFailed as error:
                if error.is_refusal:
                    memory.withdrawn(name, pin)
                    return Sim.PIN_NEEDED, RIGHTS
                if not error.name.endswith(_REFUSED):
                    return Sim.PIN_NEEDED, f"the SIM did not take the PIN: {error}"
                memory.refused(name, pin)
                return Sim.WRONG_PIN, f"the SIM refused the PIN; {memory.hint}"
            memory.accepted(name)
        except OSError as error:
            return Sim.PIN_NEEDED, f"the end of a PIN cannot be written down: {error.strerror}"
        return Sim.PIN_NEEDED, None


async def _identity(bus: Bus, interfaces: Interfaces) -> tuple[str, str]:
    """The SIM's object and its number; `unknown` where it does not tell while it is locked."""
    path = str(interfaces[values.MODEM].get("Sim", "/"))
    sim = await bus.properties(path, values.SIM)
    return path, str(sim.get("SimIdentifier") or "unknown")
