"""Which clusters of a device are bound to us, and how often it is to report.

Reports are also the sign of life of a device that has nothing to tell, so none is asked for more
seldom than a third of the shortest time after which a silent device is missed (a button: 6 h).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from heimvakt.core.devices import Device, Role

from .heard import BATTERY_PERCENT, BATTERY_VOLTAGE, OCCUPANCY, ON_OFF, Cluster

if TYPE_CHECKING:
    from zigpy.device import ZigbeeDevice
    from zigpy.zcl import Cluster as ZigpyCluster

AT_LEAST_EVERY_S = 2 * 3600
BATTERY_AT_MOST_EVERY_S = 300
BATTERY_CHANGE = {BATTERY_PERCENT: 2, BATTERY_VOLTAGE: 1}
"""One percent (in halves), and a tenth of a volt."""

KEYS = (Cluster.ON_OFF, Cluster.LEVEL, Cluster.SCENES, Cluster.PANEL)
"""What remotes send commands of."""

STATES = frozenset({Role.DOOR, Role.BED, Role.CHAIR, Role.MOTION})
"""Roles that an attribute may tell."""


async def configure(device: Device, node: ZigbeeDevice) -> None:
    """Bind and configure all that the role needs; what the device refuses, it refuses for good.

    Raises:
        TimeoutError, ZigbeeException: it does not answer; try when it is next heard.
    """
    for cluster in _bindings(device, node):
        await cluster.bind()  # type: ignore[no-untyped-call]
    for cluster in _servers(node, Cluster.POWER):
        for attribute, change in BATTERY_CHANGE.items():
            await cluster.configure_reporting(
                attribute, BATTERY_AT_MOST_EVERY_S, AT_LEAST_EVERY_S, change
            )
    if device.role in STATES:
        for cluster in _servers(node, Cluster.OCCUPANCY):
            await cluster.configure_reporting(OCCUPANCY, 0, AT_LEAST_EVERY_S, 0)
        for cluster in _servers(node, Cluster.ON_OFF):
            await cluster.configure_reporting(ON_OFF, 0, AT_LEAST_EVERY_S, 0)


def zones(node: ZigbeeDevice) -> list[ZigpyCluster]:
    """The zones of a device."""
    return list(_servers(node, Cluster.ZONE))


def _bindings(device: Device, node: ZigbeeDevice) -> Iterator[ZigpyCluster]:
    yield from _servers(node, Cluster.POWER)
    if device.role in STATES:
        yield from _servers(node, Cluster.OCCUPANCY)
        yield from _servers(node, Cluster.ON_OFF)
    if device.role is Role.BUTTON:
        yield from _servers(node, Cluster.MULTISTATE)
        for number in KEYS:
            for endpoint in node.non_zdo_endpoints:
                if number in endpoint.out_clusters:
                    yield endpoint.out_clusters[number]


def _servers(node: ZigbeeDevice, number: int) -> Iterator[ZigpyCluster]:
    for endpoint in node.non_zdo_endpoints:
        if number in endpoint.in_clusters:
            yield endpoint.in_clusters[number]
