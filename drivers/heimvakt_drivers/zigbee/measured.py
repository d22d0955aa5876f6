"""What a device says of itself: its battery and its housing.

PURE. A value that is told again unchanged is no news, only a sign of life.
"""

from __future__ import annotations

from dataclasses import replace

from heimvakt.core.devices import Device
from heimvakt.core.events import BatteryMeasured, DeviceEvent, TamperClosed, TamperOpened

from .heard import BATTERY_PERCENT, BATTERY_VOLTAGE, ZoneStatus
from .memory import Memory

HALVES_MAX = 200
"""Percent come in halves; above this, and at 0xFF, the device does not know."""

TENTHS_UNKNOWN = 0xFF
"""Volts come in tenths."""


def battery(
    device: Device, memory: Memory, attribute: int, value: int
) -> tuple[Memory, list[DeviceEvent]]:
    """An attribute of the power cluster."""
    if attribute == BATTERY_PERCENT and 0 <= value <= HALVES_MAX:
        return _told(device, memory, replace(memory, percent=value / 2))
    if attribute == BATTERY_VOLTAGE and 0 <= value < TENTHS_UNKNOWN:
        return _told(device, memory, replace(memory, volts=value / 10))
    return memory, []


def battery_bits(device: Device, memory: Memory, status: int) -> tuple[Memory, list[DeviceEvent]]:
    """The two battery bits of a zone status."""
    low = bool(status & ZoneStatus.BATTERY_BAD)
    return _told(device, memory, replace(memory, battery_low=low))


def tamper(device: Device, memory: Memory, status: int) -> tuple[Memory, list[DeviceEvent]]:
    """The tamper bit of a zone status."""
    tampered = bool(status & ZoneStatus.TAMPER)
    if tampered is memory.tampered:
        return memory, []
    told = TamperOpened if tampered else TamperClosed
    return replace(memory, tampered=tampered), [told(device_id=device.device_id)]


def _told(device: Device, before: Memory, after: Memory) -> tuple[Memory, list[DeviceEvent]]:
    if after == before:
        return before, []
    measured = BatteryMeasured(
        device_id=device.device_id,
        percent=after.percent,
        volts=after.volts,
        low=bool(after.battery_low),
    )
    return after, [measured]
