"""Sensors that switch lamps by themselves: what they mean by on and off.

PURE. On is somebody, or an open door, by the role; "on, and off again after a time" is a motion
that is over by then. Source: Zigbee Cluster Library, revision 8: 3.8.2.3.
"""

from __future__ import annotations

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import DeviceEvent

from .heard import Command, Heard
from .memory import Memory
from .roles import Sense
from .states import state

OFF, ON, ON_FOR_A_TIME = 0x00, 0x01, 0x42
ON_TIME_MAX_S = 3_600.0

_IS_ON = {OFF: False, ON: True, ON_FOR_A_TIME: True}


def command(
    device: Device, memory: Memory, heard: Heard, sent: Command
) -> tuple[Memory, list[DeviceEvent]]:
    """A command that such a sensor sent to lamps."""
    if sent.id not in _IS_ON:
        return memory, []
    sense = Sense.CONTACT if device.role is Role.DOOR else Sense.PRESENCE
    for_s = _on_time_s(sent) if sent.id == ON_FOR_A_TIME else None
    return state(device, memory, heard, sense, value=_IS_ON[sent.id], for_s=for_s)


def _on_time_s(sent: Command) -> float | None:
    """The second field, in tenths of a second."""
    tenths = sent.arguments[1] if len(sent.arguments) > 1 else None
    if not isinstance(tenths, int) or not 0 < tenths <= ON_TIME_MAX_S * 10:
        return None
    return tenths / 10
