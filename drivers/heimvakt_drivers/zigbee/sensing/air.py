"""Temperature, humidity and light, from whatever measures them beside its own role.

PURE. Told when it has changed so far that it may matter, else at most every quarter of an hour: a
sensor in the sun sends one every few seconds. Source: Zigbee Cluster Library, revision 8: 4.2, 4.4
and 4.7.
"""

from __future__ import annotations

from heimvakt.core.changed import replace
from heimvakt.core.devices import Device
from heimvakt.core.events import (
    DeviceEvent,
    HumidityMeasured,
    IlluminanceMeasured,
    TemperatureMeasured,
)

from .heard import Cluster
from .memory import Memory, Told
from .oddities import Oddity

EVERY_S = 900.0
CELSIUS_CHANGE = 0.5
HUMIDITY_CHANGE = 5.0
"""Percent."""
LUX_FACTOR = 2.0
"""Eyes and curtains: what is less than twice as light is as light."""

COLDEST, HOTTEST = -50.0, 125.0
"""What the sensors on the market can measure; the number for "unknown" (-327.68) is far below."""

PERCENT_MAX = 100.0
LUX_MAX = 200_000.0
"""The sun at noon is 120,000."""
LOGARITHM_MAX = 0xFFFE
"""Light comes as 10,000 times its logarithm, plus 1; 0 is too dark to measure, 0xFFFF unknown."""

MEASURED_VALUE = 0x0000

Spoken = tuple[Memory, list[DeviceEvent]]


def measured(device: Device, memory: Memory, now: float, cluster: int, value: int) -> Spoken:
    """The measured value of one of the three clusters."""
    match cluster:
        case Cluster.TEMPERATURE:
            return temperature(device, memory, now, value / 100)
        case Cluster.HUMIDITY:
            tenths = Oddity.TENTH_HUMIDITY in memory.nature.oddities
            return humidity(device, memory, now, value / (10 if tenths else 100))
        case Cluster.ILLUMINANCE if 0 <= value <= LOGARITHM_MAX:
            if Oddity.RAW_LUX in memory.nature.oddities:
                return light(device, memory, now, float(value))
            return light(device, memory, now, 10 ** ((value - 1) / 10_000) if value else 0.0)
        case _:
            return memory, []


def temperature(device: Device, memory: Memory, now: float, celsius: float) -> Spoken:
    """Degrees of the air."""
    before = memory.celsius
    if not COLDEST <= celsius <= HOTTEST or not _is_news(before, now, celsius, CELSIUS_CHANGE):
        return memory, []
    told = TemperatureMeasured(device_id=device.device_id, celsius=celsius)
    return replace(memory, celsius=Told(celsius, now)), [told]


def humidity(device: Device, memory: Memory, now: float, percent: float) -> Spoken:
    """Percent of the air."""
    before = memory.humidity
    if not 0 <= percent <= PERCENT_MAX or not _is_news(before, now, percent, HUMIDITY_CHANGE):
        return memory, []
    told = HumidityMeasured(device_id=device.device_id, percent=percent)
    return replace(memory, humidity=Told(percent, now)), [told]


def light(device: Device, memory: Memory, now: float, lux: float) -> Spoken:
    """How light it is."""
    before = memory.lux
    if not 0 <= lux <= LUX_MAX:
        return memory, []
    if before is not None and now - before.at < EVERY_S:
        low, high = sorted((lux + 1, before.value + 1))  # 1 lx more: in the dark, all is the same
        if high < low * LUX_FACTOR:
            return memory, []
    told = IlluminanceMeasured(device_id=device.device_id, lux=round(lux, 1))
    return replace(memory, lux=Told(lux, now)), [told]


def _is_news(before: Told | None, now: float, value: float, change: float) -> bool:
    if before is None or now - before.at >= EVERY_S:
        return True
    return abs(value - before.value) >= change
