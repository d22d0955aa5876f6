"""What a device says of itself: its battery and its housing.

PURE. A value that is told again unchanged is no news, only a sign of life.
"""

from __future__ import annotations

from heimvakt.core.changed import replace
from heimvakt.core.devices import Device
from heimvakt.core.events import BatteryMeasured, DeviceEvent, TamperClosed, TamperOpened

from .cells import percent_of
from .heard import BATTERY_PERCENT, BATTERY_VOLTAGE, ZoneStatus
from .memory import Memory
from .oddities import Oddity

BATTERY_ALARM = 0x003E
"""Of the power cluster: its lowest bit says that the battery is too low to go on for long."""
ALARM_BITS = 0x0F
"""Of the first battery: too low, and the three thresholds above that."""

HALVES_MAX = 200
"""Percent come in halves; above this, and at 0xFF, the device does not know."""

TENTHS_UNKNOWN = 0xFF
"""Volts come in tenths."""

VOLTS_MIN = 0.1
"""A battery below this tells nothing: makers send 0 for "I do not know"."""

BATTERY_BAD = int(ZoneStatus.BATTERY_BAD)
TAMPER = int(ZoneStatus.TAMPER)


def battery(
    device: Device, memory: Memory, attribute: int, value: int
) -> tuple[Memory, list[DeviceEvent]]:
    """An attribute of the power cluster."""
    if attribute == BATTERY_PERCENT and 0 <= value <= HALVES_MAX:
        in_halves = memory.in_halves or value > HALVES_MAX / 2
        whole = Oddity.WHOLE_PERCENT in memory.nature.oddities and not in_halves
        percent = float(value) if whole else value / 2
        return _told(device, memory, replace(memory, percent=percent, in_halves=in_halves))
    if attribute == BATTERY_VOLTAGE and 0 <= value < TENTHS_UNKNOWN:
        return volts(device, memory, value / 10)
    if attribute == BATTERY_ALARM:
        return _told(device, memory, replace(memory, battery_low=bool(value & ALARM_BITS)))
    return memory, []


def percent(device: Device, memory: Memory, value: float) -> tuple[Memory, list[DeviceEvent]]:
    """The battery in whole percent, as makers tell it in ways of their own."""
    if not 0 <= value <= HALVES_MAX / 2:
        return memory, []
    return _told(device, memory, replace(memory, percent=float(value)))


def volts(device: Device, memory: Memory, value: float) -> tuple[Memory, list[DeviceEvent]]:
    """The voltage of the battery."""
    if value < VOLTS_MIN:
        return memory, []
    return _told(device, memory, replace(memory, volts=value))


def battery_bits(device: Device, memory: Memory, status: int) -> tuple[Memory, list[DeviceEvent]]:
    """The two battery bits of a zone status."""
    low = bool(status & BATTERY_BAD)
    if low is memory.battery_low:
        return memory, []  # as with almost every frame: not worth a new memory
    return _told(device, memory, replace(memory, battery_low=low))


def tamper(device: Device, memory: Memory, status: int) -> tuple[Memory, list[DeviceEvent]]:
    """The tamper bit of a zone status."""
    tampered = bool(status & TAMPER)
    if tampered is memory.tampered:
        return memory, []
    told = TamperOpened if tampered else TamperClosed
    return replace(memory, tampered=tampered), [told(device_id=device.device_id)]


def _told(device: Device, before: Memory, after: Memory) -> tuple[Memory, list[DeviceEvent]]:
    if after == before:
        return before, []
    left = after.percent
    if left is None and after.volts is not None and after.nature.battery is not None:
        left = percent_of(after.volts, after.nature.battery)
    measured = BatteryMeasured(
        device_id=device.device_id,
        percent=left,
        volts=after.volts,
        low=bool(after.battery_low),
    )
    return after, [measured]
