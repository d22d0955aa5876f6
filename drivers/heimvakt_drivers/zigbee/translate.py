"""From what a Zigbee device said to the facts that rules are written in.

PURE, and total: whatever comes, however broken, is at least a sign of life, and nothing raises.
Zones, keys and measurements have a module each; what is decided here is which of them a fact
belongs to, and how often a device is said to be alive and how well it is heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import DeviceEvent, DeviceSeen, LinkMeasured

from . import keys, measured, states
from .heard import (
    OCCUPANCY,
    ON_OFF,
    STATUS_CHANGE,
    ZONE_STATUS,
    Attribute,
    Cluster,
    Command,
    Heard,
)
from .memory import Memory
from .roles import Sense

SEEN_EVERY_S = 10.0
"""A frame that says nothing new is told once in this time, whatever a device repeats."""

LINK_EVERY_S = 3_600.0
"""Enough for a curve of the link over a day, and 24 rows of the journal."""

LQI_MAX = 255
RSSI_LOWEST, RSSI_HIGHEST = -128, 20
"""dBm: what a radio's signed octet holds, and more than any sensor may send with."""

Translated = tuple[Memory, list[DeviceEvent]]


def translate(device: Device, memory: Memory, heard: Heard) -> Translated:
    """What is remembered of the device from now on, and what it said, most urgent first."""
    memory, events = _meaning(device, memory, heard)
    memory, link = _link(device, memory, heard)
    if not events:
        memory, events = _seen(device, memory, heard)
    return memory, events + link


def _meaning(device: Device, memory: Memory, heard: Heard) -> Translated:
    match heard.fact:
        case Command(id=id_, from_server=True) as command if heard.cluster == Cluster.ZONE:
            status = whole(command.arguments[0]) if command.arguments else None
            if id_ != STATUS_CHANGE or status is None:
                return memory, []
            return _zone(device, memory, heard, status, notified=True)
        case Command(from_server=False) as command if device.role is Role.BUTTON:
            return keys.command(device, memory, heard, command)
        case Attribute() as attribute:
            return _attribute(device, memory, heard, attribute)
        case _:
            return memory, []


def _attribute(device: Device, memory: Memory, heard: Heard, attribute: Attribute) -> Translated:
    value = whole(attribute.value)
    if value is None:
        return memory, []
    match heard.cluster, attribute.id:
        case Cluster.ZONE, id_ if id_ == ZONE_STATUS:
            return _zone(device, memory, heard, value, notified=False)
        case Cluster.OCCUPANCY, id_ if id_ == OCCUPANCY:
            occupied = bool(value & 1)
            return states.state(device, memory, heard, Sense.PRESENCE, value=occupied)
        case Cluster.ON_OFF, id_ if id_ == ON_OFF and value in (0, 1):
            return states.state(device, memory, heard, Sense.CONTACT, value=bool(value))
        case Cluster.MULTISTATE, _ if device.role is Role.BUTTON:
            return keys.multistate(device, memory, attribute.id, value)
        case Cluster.POWER, id_:
            return measured.battery(device, memory, id_, value)
        case _:
            return memory, []


def _zone(
    device: Device, memory: Memory, heard: Heard, status: int, *, notified: bool
) -> Translated:
    if not 0 <= status <= 0xFFFF:
        return memory, []
    memory, events = states.zone(device, memory, heard, status, notified=notified)
    memory, tampered = measured.tamper(device, memory, status)
    memory, battery = measured.battery_bits(device, memory, status)
    return memory, events + tampered + battery


def _seen(device: Device, memory: Memory, heard: Heard) -> Translated:
    if memory.seen_at is not None and heard.at - memory.seen_at < SEEN_EVERY_S:
        return memory, []
    return replace(memory, seen_at=heard.at), [DeviceSeen(device_id=device.device_id)]


def _link(device: Device, memory: Memory, heard: Heard) -> Translated:
    if heard.lqi is None or not 0 <= heard.lqi <= LQI_MAX:
        return memory, []
    if memory.link_at is not None and heard.at - memory.link_at < LINK_EVERY_S:
        return memory, []
    rssi = heard.rssi
    if rssi is not None and not RSSI_LOWEST <= rssi <= RSSI_HIGHEST:
        rssi = None
    link = LinkMeasured(device_id=device.device_id, lqi=heard.lqi, rssi=rssi)
    return replace(memory, link_at=heard.at), [link]


def whole(value: object) -> int | None:
    """A value of the air as a plain whole number; None if it is none."""
    return int(value) if isinstance(value, int) else None


__all__: Sequence[str] = ("LINK_EVERY_S", "SEEN_EVERY_S", "translate")
