"""From what a Zigbee device said to the facts that rules are written in.

PURE, and total: whatever comes, however broken, is at least a sign of life, and nothing raises.
Zones, keys, locks and measurements have a module each; what is decided here is which of them a fact
belongs to, and how often a device is said to be alive and how well it is heard.
"""

from __future__ import annotations

from heimvakt.core.changed import replace
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import DeviceEvent, DeviceSeen, LinkMeasured

from . import air, keys, locks, maker_ways, measured, power, sensor_commands, states
from .heard import (
    OCCUPANCY,
    ON_OFF,
    PRESENT_VALUE,
    STATUS_CHANGE,
    ZONE_STATUS,
    ZONE_TYPE,
    Attribute,
    Cluster,
    Command,
    Heard,
)
from .memory import Memory
from .plain import whole
from .recognise import recognise
from .roles import Sense
from .says import Says

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


def later(device: Device, memory: Memory, now: float) -> Translated:
    """What is to be told because nothing was heard until `memory.due_at`."""
    if memory.due_at is None or now < memory.due_at:
        return memory, []
    return states.over(device, replace(memory, due_at=None), now)


def _meaning(device: Device, memory: Memory, heard: Heard) -> Translated:
    match heard.fact:
        case Command() as command:
            return _command(device, memory, heard, command)
        case Attribute() as attribute:
            of_its_maker = maker_ways.attribute(device, memory, heard, attribute)
            return of_its_maker or _attribute(device, memory, heard, attribute)
        case _:
            return memory, []


def _command(device: Device, memory: Memory, heard: Heard, command: Command) -> Translated:
    match heard.cluster, command.from_server:
        case Cluster.ZONE, True:
            status = whole(command.arguments[0]) if command.arguments else None
            if command.id != STATUS_CHANGE or status is None:
                return memory, []
            return _zone(device, memory, heard, status, notified=True)
        case Cluster.DATA_POINTS, _:
            return maker_ways.points(device, memory, heard, command)
        case ((Cluster.LOCK | Cluster.ALARMS), True) if device.role is Role.LOCK:
            return locks.command(device, memory, heard, command)
        case (Cluster.PANEL, True):
            return memory, []  # the panel itself, not its keys
        case _ if device.role is Role.BUTTON:
            return keys.command(device, memory, heard, command)
        case Cluster.ON_OFF, _ if Says.SENSOR_COMMANDS in memory.nature.says:
            return sensor_commands.command(device, memory, heard, command)
        case _:
            return memory, []


def _attribute(device: Device, memory: Memory, heard: Heard, attribute: Attribute) -> Translated:
    value = whole(attribute.value)
    if value is None:
        return memory, []
    match heard.cluster, attribute.id:
        case Cluster.ZONE, id_ if id_ == ZONE_STATUS:
            return _zone(device, memory, heard, value, notified=False)
        case Cluster.ZONE, id_ if id_ == ZONE_TYPE:
            signature = memory.signature.with_zone_type(heard.endpoint, value)
            return replace(memory, signature=signature, nature=recognise(signature)), []
        case Cluster.OCCUPANCY, id_ if id_ == OCCUPANCY:
            occupied = bool(value & 1)
            return states.state(device, memory, heard, Sense.PRESENCE, value=occupied)
        case Cluster.OCCUPANCY, id_ if id_ in states.HOLDS:
            return states.delayed(memory, value), []
        case Cluster.ON_OFF, id_ if device.role is Role.BUTTON:
            return keys.on_off(device, memory, heard, id_, value)
        case Cluster.ON_OFF, id_ if id_ == ON_OFF and value in (0, 1):
            return states.state(device, memory, heard, Sense.CONTACT, value=bool(value))
        case Cluster.BINARY_INPUT, id_ if id_ == PRESENT_VALUE and value in (0, 1):
            return _input(device, memory, heard, is_closed=value == 1)
        case Cluster.MULTISTATE, id_ if device.role is Role.BUTTON:
            return keys.multistate(device, memory, heard, id_, value)
        case Cluster.LOCK, id_ if device.role is Role.LOCK and id_ == locks.LOCK_STATE:
            return locks.bolt(device, memory, heard.at, value)
        case ((Cluster.ELECTRICITY | Cluster.METERING), id_) if device.role is Role.APPLIANCE:
            return power.attribute(device, memory, heard, id_, value)
        case (Cluster.TEMPERATURE | Cluster.HUMIDITY | Cluster.ILLUMINANCE) as cluster, id_:
            if id_ != air.MEASURED_VALUE:
                return memory, []
            return air.measured(device, memory, heard.at, cluster, value)
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


def _input(device: Device, memory: Memory, heard: Heard, *, is_closed: bool) -> Translated:
    """What was wired to an input: closed by a shut door, by somebody on a mat, by a pressed key."""
    if Says.INPUT not in memory.nature.says:
        return memory, []
    if device.role is Role.BUTTON:
        return states.call(device, memory, heard, value=is_closed)
    return states.state(device, memory, heard, Sense.CONTACT, value=not is_closed)


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
