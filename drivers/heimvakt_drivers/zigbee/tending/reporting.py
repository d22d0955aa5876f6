"""Which clusters of a device are bound to us, and how often it is to report.

Reports are also the sign of life of a device that has nothing to tell, so none is asked for more
seldom than a third of the shortest time after which a silent device is missed (a button: 6 h).
What the role needs is asked for first: a sensor may fall asleep in the middle of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from heimvakt.core.devices import Device, Role
from heimvakt_drivers.zigbee.listening.acquaintance import nature_of
from heimvakt_drivers.zigbee.sensing.heard import (
    BATTERY_PERCENT,
    BATTERY_VOLTAGE,
    OCCUPANCY,
    ON_OFF,
    PRESENT_VALUE,
    Cluster,
)
from heimvakt_drivers.zigbee.sensing.locks import LOCK_STATE
from heimvakt_drivers.zigbee.sensing.oddities import Oddity
from heimvakt_drivers.zigbee.sensing.recognise import Recognised
from heimvakt_drivers.zigbee.sensing.says import Says
from heimvakt_drivers.zigbee.sensing.scales import ACTIVE_POWER, DEMAND, SCALING, UNSCALED
from heimvakt_drivers.zigbee.sensing.states import HOLDS

if TYPE_CHECKING:
    from zigpy.device import ZigbeeDevice
    from zigpy.zcl import Cluster as ZigpyCluster

AT_LEAST_EVERY_S = 2 * 3600


@dataclass(frozen=True, slots=True)
class Wish:
    """An attribute that is to be reported."""

    cluster: int
    attribute: int
    change: int = 0
    """In the attribute's own unit; 0 for what has no size."""
    at_most_every_s: int = 0
    at_least_every_s: int = AT_LEAST_EVERY_S


BATTERY = (
    Wish(Cluster.POWER, BATTERY_PERCENT, 2, 300),  # one percent, in halves
    Wish(Cluster.POWER, BATTERY_VOLTAGE, 1, 300),  # a tenth of a volt
)
AIR = (
    Wish(Cluster.TEMPERATURE, 0, 50, 60),  # half a degree
    Wish(Cluster.HUMIDITY, 0, 500, 60),  # 5 %
    Wish(Cluster.ILLUMINANCE, 0, 3000, 60),  # twice as light, or half
)
STATES = frozenset({Role.DOOR, Role.BED, Role.CHAIR, Role.MOTION})
"""Roles that an attribute may tell."""

POWER_CHANGE_W = 2
POWER_AT_MOST_EVERY_S = 5
POWER_AT_LEAST_EVERY_S = 600
"""A plug is on mains; what it has not told in this time is not in use any more."""

KEYS = (
    Cluster.ON_OFF,
    Cluster.LEVEL,
    Cluster.SCENES,
    Cluster.COVER,
    Cluster.PANEL,
    Cluster.IKEA_KEYS,
)
"""What remotes send commands of."""


def wishes(role: Role, nature: Recognised) -> list[Wish]:
    """What a device of this kind is to report in this role, the most needed first."""
    if Oddity.LUMI_REPORT in nature.oddities and nature.sleeps:
        return []  # reports by itself, and answers nobody who asks for more
    of_role: list[Wish] = []
    if role in STATES or role is Role.FALL:
        of_role.append(Wish(Cluster.OCCUPANCY, OCCUPANCY))
    if role in STATES:
        of_role.append(Wish(Cluster.ON_OFF, ON_OFF))
    if Says.INPUT in nature.says:
        of_role.append(Wish(Cluster.BINARY_INPUT, PRESENT_VALUE))
    if role is Role.LOCK:
        of_role.append(Wish(Cluster.LOCK, LOCK_STATE))
    return [*of_role, *BATTERY, *AIR]


async def configure(device: Device, node: ZigbeeDevice) -> None:
    """Bind and configure all that the role needs; what the device refuses, it refuses for good.

    Raises:
        TimeoutError, ZigbeeException: it does not answer; try when it is next heard.
    """
    nature = nature_of(node)
    wanted = wishes(device.role, nature)
    bound: set[int] = set()
    for cluster in _spoken_on(device.role, node):
        await cluster.bind()  # type: ignore[no-untyped-call]
    for wish in wanted:
        for cluster in _servers(node, wish.cluster):
            if id(cluster) not in bound:
                await cluster.bind()  # type: ignore[no-untyped-call]
                bound.add(id(cluster))
            await cluster.configure_reporting(
                wish.attribute, wish.at_most_every_s, wish.at_least_every_s, wish.change
            )
    if device.role is Role.APPLIANCE:
        await _configure_power(node)
    if device.role is Role.MOTION and wanted:
        for cluster in _servers(node, Cluster.OCCUPANCY):
            await cluster.read_attributes(list(HOLDS))


def zones(node: ZigbeeDevice) -> list[ZigpyCluster]:
    """The zones of a device that want to be enrolled."""
    if Oddity.SPEAKS_UNENROLLED in nature_of(node).oddities:
        return []
    return list(_servers(node, Cluster.ZONE))


async def _configure_power(node: ZigbeeDevice) -> None:
    """Ask a plug what its numbers stand for, and to report them."""
    number = Cluster.ELECTRICITY
    attribute = ACTIVE_POWER
    if not any(_servers(node, number)):
        number, attribute = Cluster.METERING, DEMAND
    for cluster in _servers(node, number):
        scales = UNSCALED
        read, _ = await cluster.read_attributes(list(SCALING[number]))
        for id_, value in read.items():
            if isinstance(id_, int) and isinstance(value, int):
                scales = scales.told(number, id_, int(value))
        await cluster.bind()  # type: ignore[no-untyped-call]
        await cluster.configure_reporting(
            attribute,
            POWER_AT_MOST_EVERY_S,
            POWER_AT_LEAST_EVERY_S,
            scales.units_of(number, POWER_CHANGE_W),
        )


def _spoken_on(role: Role, node: ZigbeeDevice) -> Iterator[ZigpyCluster]:
    """What only has to be bound: keys, and what tells events of itself."""
    if role is Role.BUTTON:
        yield from _servers(node, Cluster.MULTISTATE)
        yield from _servers(node, Cluster.HUE)
    if role is Role.LOCK:
        yield from _servers(node, Cluster.ALARMS)
    if role is Role.FALL:
        yield from _servers(node, Cluster.OWON)
    if role is Role.DOOR:
        yield from _servers(node, Cluster.HUE_CONTACT)
    if role is Role.BUTTON or Says.SENSOR_COMMANDS in nature_of(node).says:
        for number in KEYS:
            for endpoint in node.non_zdo_endpoints:
                if number in endpoint.out_clusters:
                    yield endpoint.out_clusters[number]


def _servers(node: ZigbeeDevice, number: int) -> Iterator[ZigpyCluster]:
    for endpoint in node.non_zdo_endpoints:
        if number in endpoint.in_clusters:
            yield endpoint.in_clusters[number]
