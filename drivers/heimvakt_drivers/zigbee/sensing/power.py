"""What goes through a plug, as a sign that somebody uses what is in it.

PURE. In use from 10 W, out of use below 5 W for a minute, or at once where nothing goes through any
more: what stands by takes less than that, a kettle or a television more. Source: Zigbee Cluster
Library, revision 8: 4.9 (electrical measurement) and 10.4 (metering).
"""

from __future__ import annotations

from heimvakt.core.changed import replace
from heimvakt.core.devices import Device
from heimvakt.core.events import DeviceEvent

from .heard import Cluster, Heard
from .memory import Memory
from .roles import Sense
from .scales import ACTIVE_POWER, DEMAND
from .states import state

STARTED_W = 10.0
STOPPED_W = 5.0
CALM_S = 60.0
OFF_W = 0.5
"""Switched off, or pulled out: nothing to wait for."""

UNKNOWN = frozenset({-0x8000, 0xFFFF, -0x800000, 0xFFFFFF})
"""What a plug sends that does not know."""
WATTS_MAX = 100_000.0

Spoken = tuple[Memory, list[DeviceEvent]]


def attribute(device: Device, memory: Memory, heard: Heard, number: int, value: int) -> Spoken:
    """An attribute of one of the two clusters."""
    scales = memory.scales
    match heard.cluster, number:
        case (Cluster.ELECTRICITY, id_) if id_ == ACTIVE_POWER and value not in UNKNOWN:
            return power(device, memory, heard, value * scales.power[0] / scales.power[1])
        case (Cluster.METERING, id_) if id_ == DEMAND and value not in UNKNOWN:
            kilowatts = value * scales.demand[0] / scales.demand[1]
            return power(device, memory, heard, kilowatts * 1000)
        case _:
            scaled = scales.told(heard.cluster, number, value)
            return memory if scaled is scales else replace(memory, scales=scaled), []


def power(device: Device, memory: Memory, heard: Heard, watts: float) -> Spoken:
    """What goes through, either way, in watts."""
    watts = abs(watts)
    if not watts <= WATTS_MAX:  # nor what is no number
        return memory, []
    if watts >= STARTED_W:
        return state(device, replace(memory, due_at=None), heard, Sense.POWER, value=True)
    if memory.active is None or watts <= OFF_W:
        memory = replace(memory, due_at=None)
        return state(device, memory, heard, Sense.POWER, value=False)
    if watts >= STOPPED_W or not memory.active:
        return replace(memory, due_at=None if memory.active else memory.due_at), []
    return replace(memory, due_at=memory.due_at or heard.at + CALM_S), []
