"""From frames to events in the inbox: plain calls, in the order of the frames.

What can be read from a frame itself is heard before zigpy has it, and not again from zigpy. Of all
else zigpy tells what it has read (`ears`), and nothing at all of frames that nobody asked for
(answers, unknown clusters); those still say that the device lives. What it drops as a repetition
never comes here: a frame equal to one of the last 10 s, number and all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias

import structlog

from heimvakt.core.devices import Device
from heimvakt.core.events import Event
from heimvakt_drivers.zigbee.sensing.heard import Alive, Fact, Heard
from heimvakt_drivers.zigbee.sensing.memory import NOTHING_YET, Memory
from heimvakt_drivers.zigbee.sensing.translate import later, translate

from .acquaintance import acquainted
from .afterwards import Afterwards
from .courtesy import Courtesy
from .early import Reading, Repetitions, Said, read
from .ears import Ears
from .zigpys_part import Afterthoughts, tell, tell_link

MISUNDERSTOOD = "frame that showed a mistake of ours"

log = structlog.get_logger(__name__)

if TYPE_CHECKING:
    import zigpy.types as t
    from zigpy.device import ZigbeeDevice
    from zigpy.zcl import Cluster as ZigpyCluster

Unsubscribe = Callable[[], None]
Place: TypeAlias = tuple[str, int, int, bool]
"""A cluster of a device: endpoint, number, and whether it is a server."""


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
        self._addresses: dict[bytes, str] = {}
        """By the octets of it: zigpy's own form makes a text of itself whenever it is looked up."""
        self._frame: list[Event] | None = None
        """What the frame that is being read has said so far; None between frames."""
        self._was_read = False
        self._early: dict[Place, tuple[ZigpyCluster, Courtesy]] = {}
        """Those whose frames are read before zigpy has them, and who answers for them."""
        self._repetitions = Repetitions()
        self._afterthoughts = Afterthoughts()
        self._afterwards = Afterwards(self._come_back)
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
        self._addresses[bytes(device.ieee)] = address
        undo = self._attached[address] = []
        memory = self._memories.get(address, NOTHING_YET)
        self._memories[address] = acquainted(device, memory)
        courtesy = Courtesy(self._counted)
        for endpoint in device.non_zdo_endpoints:
            clusters = [*endpoint.in_clusters.values(), *endpoint.out_clusters.values()]
            for cluster in clusters:
                undo.append(self._read_early(address, cluster, courtesy))
                undo.append(courtesy.bound(cluster))
                undo += Ears(self, device, address, cluster).put_on()
        return True

    def _read_early(self, address: str, cluster: ZigpyCluster, courtesy: Courtesy) -> Unsubscribe:
        """Only of clusters that are zigpy's own: a quirk reads frames in a way of its own."""
        if not (_is_zigpys(cluster) and _is_zigpys(cluster.endpoint.device)):
            return lambda: None
        endpoint = cluster.endpoint
        number = int(cluster.cluster_id)
        place = address, endpoint.endpoint_id, number, cluster.is_server
        self._early[place] = cluster, courtesy

        def undo() -> None:
            del self._early[place]

        return undo

    def detach(self) -> None:
        """Listen to nobody: the radio is gone, and its device objects with it."""
        for address in list(self._attached):
            self._detach(address)
        self._afterwards.drop()
        self._afterthoughts.drop()
        self._addresses.clear()

    def forget(self, address: str) -> None:
        """Listen to this device no more, and remember nothing of it."""
        self._detach(address)
        self._memories.pop(address, None)
        for octets in [octets for octets, of in self._addresses.items() if of == address]:
            del self._addresses[octets]

    def _detach(self, address: str) -> None:
        for undo in self._attached.pop(address, ()):
            undo()

    # ------------------------------------------------------------------ as the coordinator's ear

    def read(self, ieee: t.EUI64, said: Said) -> bool:
        """Hear a frame at once, and tell zigpy later; False: zigpy must read it."""
        reading = read(said.cluster, said.octets)
        if reading is None:
            return False
        address = self._addresses.get(bytes(ieee), "")
        place = address, said.endpoint, said.cluster, reading.from_server
        if place not in self._early:
            return False
        where = address, said.endpoint, said.cluster
        facts: tuple[Fact, ...] = reading.facts
        if is_repeated := self._repetitions.is_one((where, said.octets, said.way), self._now()):
            facts = (Alive(),)
        tell_link(self._early[place][0], said)  # at once: who asks for it asks after this frame
        self._frame = []
        for fact in facts:
            self._hear(*where, fact, said.lqi, said.rssi)
        self._hand_over()
        self._afterthoughts.add(
            address, lambda: self._tell_zigpy(place, said, reading, is_repeated)
        )
        return True

    def _tell_zigpy(self, place: Place, said: Said, reading: Reading, is_repeated: bool) -> None:
        if place not in self._early:  # it has left meanwhile
            return
        cluster, courtesy = self._early[place]
        if not is_repeated:
            self._was_read_early = True
            try:
                tell(cluster, said, reading, courtesy)
            finally:
                self._was_read_early = False
        if self._told is not None:
            self._told.lives(place[0])

    def begin(self, ieee: t.EUI64) -> None:
        """A frame of a known device is given to zigpy, after all that was read before it."""
        self._afterthoughts.settle(self._addresses.get(bytes(ieee), ""))
        self._frame = []
        self._was_read = False

    def end(self, ieee: t.EUI64, packet: t.ZigbeePacket) -> None:
        """The frame was read: hand over what it said, and that its device lives."""
        address = self._addresses.get(bytes(ieee))
        if address is not None and not self._was_read:
            lqi, rssi = packet.lqi, packet.rssi
            self._hear(address, packet.src_ep or 0, packet.cluster_id or 0, Alive(), lqi, rssi)
        self._hand_over()
        self._lives(ieee)

    def _hand_over(self) -> None:
        events, self._frame = self._frame, None
        if events:
            self._put(events)

    def _lives(self, ieee: t.EUI64) -> None:
        address = self._addresses.get(bytes(ieee))
        if address is not None and self._told is not None:
            self._told.lives(address)

    # ---------------------------------------------------------------------------- as told by ears

    def told(self, device: ZigbeeDevice, address: str, cluster: ZigpyCluster, fact: Fact) -> None:
        """A device told a fact, in a frame or (a quirk's timer) between frames."""
        self._was_read = True
        endpoint, number = cluster.endpoint.endpoint_id, int(cluster.cluster_id)
        self._hear(address, endpoint, number, fact, device.lqi, device.rssi)

    @property
    def knows(self) -> bool:
        """Whether what zigpy tells just now was heard before."""
        return self._was_read_early

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
    ) -> None:
        heard = Heard(
            address=address,
            endpoint=endpoint,
            cluster=cluster,
            fact=fact,
            at=self._now(),
            lqi=lqi,
            rssi=rssi,
        )
        memory = self._memories.get(address, NOTHING_YET)
        try:
            memory, events = translate(self._devices[address], memory, heard)
        # We are in the middle of reading the line: one mistake would close it for all devices.
        except Exception:  # noqa: BLE001
            self._misunderstood(address)
            return
        self._memories[address] = memory
        self._afterwards.plan(address, memory.due_at, heard.at)
        if self._frame is not None:
            self._frame += events
        elif events:
            self._put(list(events))

    def _misunderstood(self, address: str) -> None:
        self._counted[MISUNDERSTOOD] += 1
        if self._counted[MISUNDERSTOOD] == 1:
            log.exception("what a device said made a mistake show; told once", address=address)

    def _come_back(self, address: str) -> None:
        """Nothing was heard of a state for as long as it holds."""
        device, memory = self._devices.get(address), self._memories.get(address)
        if device is None or memory is None:
            return
        memory, events = later(device, memory, self._now())
        self._memories[address] = memory
        self._afterwards.plan(address, memory.due_at, self._now())
        if events:
            self._put(list(events))


def _is_zigpys(part: object) -> bool:
    return type(part).__module__.startswith("zigpy.")
