"""From zigpy's callbacks to events in the inbox: plain calls, in the order of the frames.

zigpy tells reports and commands in two different ways, and says nothing at all of frames that it
reads but nobody asked for (answers, unknown clusters); those still say that the device lives. What
it drops as a repetition never comes here: a frame equal to one of the last 10 s, number and all.

What a zone says is read from the frame itself, before zigpy has it, and not heard again from zigpy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from zigpy.zcl.clusters.security import IasZone

from heimvakt.core.devices import Device
from heimvakt.core.events import Event

from .courtesy import Courtesy
from .early import Repetitions, status_change
from .heard import ENROL_REQUEST, ZONE_TYPE, Alive, Attribute, Cluster, Command, Fact, Heard
from .memory import NOTHING_YET, Memory
from .translate import translate, whole

if TYPE_CHECKING:
    import zigpy.types as t
    from zigpy.device import ZigbeeDevice
    from zigpy.zcl import AttributeReportedEvent, AttributeUpdatedEvent
    from zigpy.zcl import Cluster as ZigpyCluster

Unsubscribe = Callable[[], None]


class Told(Protocol):
    """Who looks after the devices that are heard."""

    def lives(self, address: str) -> None:
        """A frame of this device has come."""

    def asks_for_enrolment(self, zone: ZigpyCluster) -> None:
        """A zone wants to be enrolled."""


class Listener:
    """Hears the devices of the configuration. One for a driver; it outlives the radio."""

    def __init__(
        self,
        devices: Mapping[str, Device],
        *,
        put: Callable[[list[Event]], None],
        now: Callable[[], float],
        counted: Counter[str],
    ) -> None:
        """`devices` by address; `now` is the home's own clock, in seconds."""
        self._counted = counted
        self._now = now
        self._devices = devices
        self._put = put
        self._told: Told | None = None
        self._memories: dict[str, Memory] = {}
        self._attached: dict[str, list[Unsubscribe]] = {}
        self._addresses: dict[t.EUI64, str] = {}
        self._frame: list[Event] | None = None
        """What the frame that is being read has said so far; None between frames."""
        self._was_read = False
        self._zones: dict[tuple[t.EUI64, int], ZigpyCluster] = {}
        """Those that are read early, by device and endpoint."""
        self._repetitions = Repetitions()
        self._was_read_early = False

    def tell(self, told: Told) -> None:
        """Tell `told` of devices, after their events were put."""
        self._told = told

    def attach(self, device: ZigbeeDevice) -> bool:
        """Listen to a device from now on, once; False if the configuration does not name it."""
        address = str(device.ieee)
        if address not in self._devices:
            return False
        self._detach(address)
        self._addresses[device.ieee] = address
        undo = self._attached[address] = []
        courtesy = Courtesy(self._counted)
        for endpoint in device.non_zdo_endpoints:
            if type(zone := endpoint.in_clusters.get(Cluster.ZONE)) is IasZone:
                undo.append(self._read_early(zone))
            clusters = [*endpoint.in_clusters.values(), *endpoint.out_clusters.values()]
            for cluster in clusters:
                undo.append(courtesy.bound(cluster))
                undo += _Ears(self, device, address, cluster).put_on()
        return True

    def _read_early(self, zone: ZigpyCluster) -> Unsubscribe:
        place = zone.endpoint.device.ieee, zone.endpoint.endpoint_id
        self._zones[place] = zone

        def undo() -> None:
            del self._zones[place]

        return undo

    def detach(self) -> None:
        """Listen to nobody: the radio is gone, and its device objects with it."""
        for address in list(self._attached):
            self._detach(address)
        self._addresses.clear()

    def _detach(self, address: str) -> None:
        for undo in self._attached.pop(address, ()):
            undo()

    # ------------------------------------------------------------------ as the coordinator's ear

    def read(self, ieee: t.EUI64, packet: t.ZigbeePacket) -> bool:
        """Hear a frame of a zone at once; False: it is something else, which zigpy must read."""
        if int(packet.cluster_id or 0) != Cluster.ZONE:
            return False
        zone = self._zones.get((ieee, packet.src_ep or 0))
        octets = packet.data.serialize()
        if zone is None or (fact := status_change(octets)) is None:
            return False
        address, endpoint = self._addresses[ieee], zone.endpoint.endpoint_id
        if not self._repetitions.is_one((address, endpoint, octets), self._now()):
            zone_type = whole(zone.get(ZONE_TYPE))
            self._hear(address, endpoint, Cluster.ZONE, fact, packet.lqi, packet.rssi, zone_type)
        return True

    def begin(self, ieee: t.EUI64, *, was_read: bool) -> None:
        """A frame of a known device is given to zigpy; `was_read` says that it was heard before."""
        self._frame = []
        self._was_read = self._was_read_early = was_read

    def end(self, ieee: t.EUI64, packet: t.ZigbeePacket) -> None:
        """The frame was read: hand over what it said, and that its device lives."""
        address = self._addresses.get(ieee)
        if address is not None and not self._was_read:
            lqi, rssi = packet.lqi, packet.rssi
            self._hear(address, packet.src_ep or 0, packet.cluster_id or 0, Alive(), lqi, rssi)
        events, self._frame = self._frame, None
        self._was_read_early = False
        if events:
            self._put(events)
        if address is not None and self._told is not None:
            self._told.lives(address)

    # ---------------------------------------------------------------------------- as told by ears

    def told(self, device: ZigbeeDevice, address: str, cluster: ZigpyCluster, fact: Fact) -> None:
        """A device told a fact, in a frame or (a quirk's timer) between frames."""
        if self._was_read_early:
            return
        self._was_read = True
        zone_type = None
        if int(cluster.cluster_id) == Cluster.ZONE:
            zone_type = whole(cluster.get(ZONE_TYPE))
        endpoint, number = cluster.endpoint.endpoint_id, int(cluster.cluster_id)
        self._hear(address, endpoint, number, fact, device.lqi, device.rssi, zone_type)

    def asks_for_enrolment(self, cluster: ZigpyCluster) -> None:
        """A zone wants to be enrolled."""
        if self._told is not None:
            self._told.asks_for_enrolment(cluster)

    def _hear(
        self,
        address: str,
        endpoint: int,
        cluster: int,
        fact: Fact,
        lqi: int | None,
        rssi: int | None,
        zone_type: int | None = None,
    ) -> None:
        heard = Heard(
            address=address,
            endpoint=endpoint,
            cluster=cluster,
            fact=fact,
            at=self._now(),
            zone_type=zone_type,
            lqi=lqi,
            rssi=rssi,
        )
        memory = self._memories.get(address, NOTHING_YET)
        self._memories[address], events = translate(self._devices[address], memory, heard)
        if self._frame is not None:
            self._frame += events
        elif events:
            self._put(list(events))


class _Ears:
    """What listens to one cluster, in the two ways in which zigpy tells things."""

    def __init__(
        self, listener: Listener, device: ZigbeeDevice, address: str, cluster: ZigpyCluster
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
        ]

    def cluster_command(self, sequence: int, command: int, arguments: object) -> None:
        """A command of the cluster; zigpy finds this by its name."""
        from_server = self._cluster.is_server
        fact = Command(int(command), _values(arguments), int(sequence), from_server=from_server)
        self._listener.told(self._device, self._address, self._cluster, fact)
        number = int(self._cluster.cluster_id)
        if (number, command, from_server) == (Cluster.ZONE, ENROL_REQUEST, True):
            self._listener.asks_for_enrolment(self._cluster)

    def _attribute(self, event: AttributeReportedEvent | AttributeUpdatedEvent) -> None:
        fact = Attribute(int(event.attribute_id), event.value)
        self._listener.told(self._device, self._address, self._cluster, fact)


def _values(arguments: object) -> tuple[object, ...]:
    """The fields of a command that zigpy could read, or the octets of one that it could not."""
    as_tuple = getattr(arguments, "as_tuple", None)
    return tuple(as_tuple()) if callable(as_tuple) else (arguments,)
