"""What sensors say in ways of their makers' own, put in the words of the standard.

PURE, and total. Each is heard only from devices that it is known of, so that the same number from
another maker means nothing.
"""

from __future__ import annotations

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import DeviceEvent

from . import air, lumi, measured, power, states, tuya
from .heard import PRESENT_VALUE, Attribute, Cluster, Command, Heard
from .memory import Memory
from .oddities import Oddity, Point
from .plain import octets_of, whole
from .roles import Sense
from .says import Says

Spoken = tuple[Memory, list[DeviceEvent]]

HUE_CONTACT = 0x0100
"""0 closed, 1 open."""
OWON_STATUS, OWON_FALLEN = 0x0000, 5
FALL_SHIFT, FALL_MASK, FALL_ALARM = 4, 0x03, 2
"""Among the bits of presence of one maker: 0 no fall, 1 perhaps, 2 a fall."""


def attribute(device: Device, memory: Memory, heard: Heard, said: Attribute) -> Spoken | None:
    """An attribute in a way of its maker's own; None if it is no such thing."""
    oddities = memory.nature.oddities
    if not oddities:
        return None
    if heard.cluster == Cluster.ANALOG and isinstance(said.value, float):
        return _lumi_analog(device, memory, heard, said.id, said.value)
    value = whole(said.value)
    match heard.cluster, said.id:
        case (Cluster.BASIC, lumi.OF_BASIC) | (Cluster.LUMI, lumi.OF_OWN) if (
            Oddity.LUMI_REPORT in oddities
        ):
            return _lumi_report(device, memory, heard, lumi.report(said.value))
        case (Cluster.BASIC, lumi.STRUCTURE) if Oddity.LUMI_REPORT in oddities:
            millivolts = lumi.millivolts_of(said.value)
            return _lumi_report(device, memory, heard, {lumi.MILLIVOLTS: millivolts or 0})
        case (Cluster.LUMI, id_) if Oddity.LUMI_REPORT in oddities and value is not None:
            return _lumi_own(device, memory, heard, id_, value)
        case (Cluster.LOCK, lumi.VIBRATION) if Oddity.VIBRATION_ON_LOCK in oddities:
            if value not in lumi.VIBRATIONS:
                return memory, []
            return states.state(device, memory, heard, Sense.PRESENCE, value=True)
        case (Cluster.HUE_CONTACT, id_) if Oddity.CONTACT_BY_HUE in oddities:
            if id_ != HUE_CONTACT or value not in (0, 1):
                return memory, []
            return states.state(device, memory, heard, Sense.CONTACT, value=bool(value))
        case (Cluster.OWON, id_) if Oddity.FALL_BY_OWON in oddities and value is not None:
            return _fall(device, memory, heard, id_ == OWON_STATUS and value == OWON_FALLEN)
        case (Cluster.OCCUPANCY, 0) if (
            Oddity.FALL_IN_OCCUPANCY in oddities and device.role is Role.FALL
        ):
            fallen = value is not None and value >> FALL_SHIFT & FALL_MASK == FALL_ALARM
            return _fall(device, memory, heard, fallen)
        case _:
            return None


def points(device: Device, memory: Memory, heard: Heard, sent: Command) -> Spoken:
    """A command with data points."""
    events: list[DeviceEvent] = []
    if sent.id in tuya.REPORTS:
        octets = octets_of(sent.arguments[0]) if sent.arguments else b""
        for number, value in tuya.numbers(octets):
            meant = memory.nature.points.get(number)
            if meant is not None:
                memory, said = _point(device, memory, heard, meant, value)
                events += said
    return memory, events


def _point(device: Device, memory: Memory, heard: Heard, meant: Point, value: int) -> Spoken:
    match meant:
        case Point.OPEN:
            return states.state(device, memory, heard, Sense.CONTACT, value=value == 1)
        case Point.PRESENT:
            return states.state(device, memory, heard, Sense.PRESENCE, value=value != 0)
        case Point.VACANT:
            return states.state(device, memory, heard, Sense.PRESENCE, value=value == 0)
        case Point.SMOKE if device.role is Role.SMOKE:
            return states.call(device, memory, heard, value=value == 0)
        case Point.FALL:
            return _fall(device, memory, heard, value == FALL_ALARM)
        case Point.TENTHS_CELSIUS:
            return air.temperature(device, memory, heard.at, value / 10)
        case Point.HUMIDITY:
            return air.humidity(device, memory, heard.at, float(value))
        case Point.LUX:
            return air.light(device, memory, heard.at, float(value))
        case Point.BATTERY:
            return measured.percent(device, memory, value)
        case _:
            return memory, []


def _fall(device: Device, memory: Memory, heard: Heard, fallen: bool) -> Spoken:
    if device.role is not Role.FALL:
        return memory, []
    return states.call(device, memory, heard, value=fallen)


def _lumi_report(device: Device, memory: Memory, heard: Heard, said: lumi.Report) -> Spoken:
    events: list[DeviceEvent] = []
    state, second = said.get(lumi.STATE), said.get(lumi.SECOND)
    if memory.nature.battery is not None and lumi.MILLIVOLTS in said:
        memory, told = measured.volts(device, memory, said[lumi.MILLIVOLTS] / 1000)
        events += told
    if Oddity.LUMI_AIR in memory.nature.oddities:
        if state is not None:
            memory, told = air.temperature(device, memory, heard.at, state / 100)
            events += told
        if second is not None:
            memory, told = air.humidity(device, memory, heard.at, second / 100)
            events += told
    elif Says.ON_OFF in memory.nature.says and state in (0, 1):
        memory, told = states.state(device, memory, heard, Sense.CONTACT, value=bool(state))
        events = told + events
    if device.role is Role.APPLIANCE and lumi.WATTS in said:
        memory, told = power.power(device, memory, heard, said[lumi.WATTS])
        events += told
    return memory, events


def _lumi_analog(
    device: Device, memory: Memory, heard: Heard, number: int, value: float
) -> Spoken | None:
    """Plugs of this maker tell watts so, on one of their endpoints."""
    if Oddity.LUMI_REPORT not in memory.nature.oddities or device.role is not Role.APPLIANCE:
        return None
    if number != PRESENT_VALUE or heard.endpoint not in lumi.WATTS_ENDPOINTS:
        return None
    return power.power(device, memory, heard, value)


def _lumi_own(device: Device, memory: Memory, heard: Heard, number: int, value: int) -> Spoken:
    match number:
        case lumi.MOTION_AND_LUX:
            memory, events = states.state(device, memory, heard, Sense.PRESENCE, value=True)
            memory, told = air.light(device, memory, heard.at, float(value - lumi.LUX_OFFSET))
            return memory, events + told
        case lumi.PRESENCE if value in (0, 1):
            return states.state(device, memory, heard, Sense.PRESENCE, value=value == 1)
        case lumi.SMOKE if value in (0, 1) and device.role is Role.SMOKE:
            return states.call(device, memory, heard, value=value == 1)
        case _:
            return memory, []
