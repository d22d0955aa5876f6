"""What zigpy tells of one cluster: reports and commands, in the two ways in which it tells them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from heimvakt_drivers.zigbee.sensing.heard import ENROL_REQUEST, Attribute, Cluster, Command, Fact

if TYPE_CHECKING:
    from zigpy.device import ZigbeeDevice
    from zigpy.zcl import AttributeReadEvent, AttributeReportedEvent, AttributeUpdatedEvent
    from zigpy.zcl import Cluster as ZigpyCluster

Unsubscribe = Callable[[], None]


class Listens(Protocol):
    """Who is told what is heard."""

    @property
    def knows(self) -> bool:
        """Whether what zigpy tells just now was heard before."""

    def told(self, device: ZigbeeDevice, address: str, cluster: ZigpyCluster, fact: Fact) -> None:
        """A device told a fact, in a frame or (a quirk's timer) between frames."""

    def asks_for_enrolment(self, cluster: ZigpyCluster) -> None:
        """A zone wants to be enrolled."""


class Ears:
    """Put on to one cluster."""

    def __init__(
        self, listener: Listens, device: ZigbeeDevice, address: str, cluster: ZigpyCluster
    ) -> None:
        self._listener = listener
        self._device = device
        self._address = address
        self._cluster = cluster

    def put_on(self) -> list[Unsubscribe]:
        """Start to listen; call what comes back to stop."""
        self._cluster.add_listener(self)
        return [
            lambda: self._cluster.remove_listener(self),
            self._cluster.on_event("attribute_report", self._attribute),
            self._cluster.on_event("attribute_updated", self._attribute),
            self._cluster.on_event("attribute_read", self._attribute),
        ]

    def cluster_command(self, sequence: int, command: int, arguments: object) -> None:
        """A command of the cluster; zigpy finds this by its name."""
        if self._listener.knows:
            return
        from_server = self._cluster.is_server
        fact = Command(int(command), _values(arguments), int(sequence), from_server=from_server)
        self._listener.told(self._device, self._address, self._cluster, fact)
        number = int(self._cluster.cluster_id)
        if (number, command, from_server) == (Cluster.ZONE, ENROL_REQUEST, True):
            self._listener.asks_for_enrolment(self._cluster)

    def _attribute(
        self, event: AttributeReportedEvent | AttributeUpdatedEvent | AttributeReadEvent
    ) -> None:
        if self._listener.knows:
            return
        fact = Attribute(int(event.attribute_id), event.value)
        self._listener.told(self._device, self._address, self._cluster, fact)


def _values(arguments: object) -> tuple[object, ...]:
    """The fields of a command that zigpy could read, or the octets of one that it could not."""
    as_tuple = getattr(arguments, "as_tuple", None)
    return tuple(as_tuple()) if callable(as_tuple) else (arguments,)
