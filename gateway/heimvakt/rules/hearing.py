"""Which of the devices that a rule lives on can be heard now, told from what the engine tells.

A rule that waits for something not to happen must know when it could not hear it: the sensors
silent or without contact, their radio lost, the gateway off. That time proves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from heimvakt.core.devices import Device
from heimvakt.core.events import (
    ConfigurationChanged,
    ContactBack,
    ContactLost,
    DeviceBack,
    DeviceSilent,
    Event,
    GatewayStarted,
    RadioBack,
    RadioLost,
)


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who cannot be heard."""

    silent: frozenset[str] = frozenset()
    """Devices that are overdue."""
    no_contact: frozenset[str] = frozenset()
    """Devices that do not answer their driver."""
    lost: frozenset[str] = frozenset()
    """Drivers."""

    def after(self, event: Event, devices: Mapping[str, Device]) -> Hearing:
        """With what the event tells of `devices`; the same value where it tells nothing of them."""
        if not isinstance(event, _TELLING):
            return self  # nearly always
        after = self._after(event, devices)
        return self if after == self else after

    def _after(self, event: Event, devices: Mapping[str, Device]) -> Hearing:
        # Who was taken out of the home, and is put in again later, is heard anew.
        mine = frozenset(devices)
        match event:
            case DeviceSilent(device_id=device_id) if device_id in devices:
                return replace(self, silent=self.silent | {device_id})
            case DeviceBack(device_id=device_id):
                return replace(self, silent=self.silent - {device_id})
            case ContactLost(device_id=device_id) if device_id in devices:
                return replace(self, no_contact=self.no_contact | {device_id})
            case ContactBack(device_id=device_id):
                return replace(self, no_contact=self.no_contact - {device_id})
            case RadioLost(driver=driver):
                drivers = {device.driver for device in devices.values()}
                return replace(self, lost=self.lost | ({driver} & drivers))
            case RadioBack(driver=driver):
                return replace(self, lost=self.lost - {driver})
            case ConfigurationChanged():
                return replace(self, silent=self.silent & mine, no_contact=self.no_contact & mine)
            case GatewayStarted():
                # What is still away says so again; what is there again says nothing.
                return Hearing(silent=self.silent & mine)
            case _:
                return self

    def hears(self, device: Device) -> bool:
        """Whether this one can be heard."""
        unheard = self.silent | self.no_contact
        return device.device_id not in unheard and device.driver not in self.lost

    def hears_any(self, devices: Mapping[str, Device]) -> bool:
        """Whether one of them at least can be heard."""
        return any(self.hears(device) for device in devices.values())

    def hears_all(self, devices: Mapping[str, Device]) -> bool:
        """Whether none of them is out of reach."""
        if not (self.silent or self.no_contact or self.lost):
            return True
        return all(self.hears(device) for device in devices.values())


ALL_HEARD = Hearing()
HEARS = (DeviceSilent, DeviceBack, ContactLost, ContactBack)
"""What it makes something of, of all that devices tell."""
_TELLING = (*HEARS, RadioLost, RadioBack, ConfigurationChanged, GatewayStarted)
