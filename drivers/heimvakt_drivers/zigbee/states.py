"""States that a sensor tells: open or closed, somebody or nobody, danger or none; and zone buttons.

PURE. A state that is told again is no news, with two exceptions. A motion sensor that says
"motion" again has seen somebody again, since many makers' sensors never say that it is over. And
a button whose alarm bit never falls would otherwise be heard once in its life.
"""

from __future__ import annotations

from dataclasses import replace

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import ButtonPressed, DeviceEvent

from .heard import Heard, ZoneStatus, ZoneType
from .memory import Memory
from .roles import DANGERS, TOLD, Sense, is_active

MOTION_AGAIN_S = 10.0
"""Motion repeated sooner, with no end between, is the same motion: one flicker is one sign."""

PRESS_AGAIN_S = 5.0
"""A zone that does not promise to tell the end repeats its alarm for one press, some for seconds;
and two presses so close are one call for help anyhow."""


def zone(
    device: Device, memory: Memory, heard: Heard, status: int, *, notified: bool
) -> tuple[Memory, list[DeviceEvent]]:
    """A zone status: sent by the zone itself (`notified`), or as an attribute."""
    if device.role is Role.BUTTON:
        return _button(device, memory, heard, status, notified=notified)
    alarm = bool(status & ZoneStatus.ALARM)
    if device.role in DANGERS and alarm and status & ZoneStatus.TEST:
        return memory, []  # somebody holds the test key; it would call for help every month
    sense = Sense.CONTACT
    if heard.zone_type == ZoneType.MOTION and device.role in (Role.BED, Role.CHAIR):
        sense = Sense.PRESENCE
    return state(device, memory, heard, sense, value=alarm)


def state(
    device: Device, memory: Memory, heard: Heard, sense: Sense, *, value: bool
) -> tuple[Memory, list[DeviceEvent]]:
    """A state as a sensor says it, in the way that it says it."""
    active = is_active(sense, device.role, value)
    if active is None:
        return memory, []
    is_news = active is not memory.active
    if device.role is Role.MOTION and active and not is_news:
        is_news = heard.at - memory.active_at >= MOTION_AGAIN_S
    if not is_news:
        return memory, []
    when_active, when_not = TOLD[device.role]
    event = (when_active if active else when_not)(device_id=device.device_id)
    return replace(memory, active=active, active_at=heard.at), [event]


def _button(
    device: Device, memory: Memory, heard: Heard, status: int, *, notified: bool
) -> tuple[Memory, list[DeviceEvent]]:
    bits = status & ZoneStatus.ALARM
    is_press = bool(bits & ~memory.alarm_bits)
    if notified and not status & ZoneStatus.RESTORE_REPORTS:
        is_press |= bits != 0 and heard.at - memory.active_at >= PRESS_AGAIN_S
    memory = replace(memory, alarm_bits=bits, active_at=heard.at if bits else memory.active_at)
    return memory, [ButtonPressed(device_id=device.device_id)] if is_press else []
