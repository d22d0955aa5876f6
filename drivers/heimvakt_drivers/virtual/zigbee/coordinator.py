"""The coordinator as the air sees it: a node with a network and its devices.

It does no I/O and reads no clock: who calls it gives the time. What its host asks, how that is told
of the air, and what is kept in memory is the affair of a face: `znp` and `ezsp` each have a
coordinator made from this.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from . import zdo
from .device import VirtualDevice
from .zdo import Binding, Endpoint

COORDINATOR_NWK = 0x0000
BROADCASTS = range(0xFFF8, 0x10000)
DEVICES_MAX = 200
"""What the tables of a stick have room for."""

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Network:
    """A formed network. Addresses as sent."""

    pan_id: int
    extended_pan_id: bytes
    channel: int
    own_nwk: int


class Coordinator(ABC):
    """See the module. `chance` decides addresses and keys, so equal seeds give equal networks."""

    manufacturer: ClassVar[int]

    def __init__(self, hardware_ieee: bytes, chance: random.Random, asleep_s: float) -> None:
        self.hardware_ieee = hardware_ieee
        """The address burnt in, as sent."""
        self.chance = chance
        self.asleep_s = asleep_s
        """Seconds a frame for a device that does not fetch it is kept before it is given up."""
        self.now = 0.0
        """Seconds of the clock at the last request."""
        self.endpoints_by_number: dict[int, Endpoint] = {}
        self.permit_until = 0.0
        """Its own door; each router has one too."""
        self.doors: dict[int, float] = {}
        """Until when routers let new devices in, by their network addresses."""
        self.noises: dict[int, int] = {}
        """What an energy scan finds on a channel, 0 to 255, where it was set."""
        self.devices: dict[bytes, VirtualDevice] = {}
        self.bindings: set[Binding] = set()
        self.node_descriptor = zdo.node_descriptor(
            logical_type=0, capabilities=0x8F, manufacturer=self.manufacturer
        )
        self._counter = 0

    # ------------------------------------------------------------------ itself as a node

    @property
    @abstractmethod
    def ieee_sent(self) -> bytes:
        """Its address, as sent."""

    @property
    def nwk(self) -> int:
        """Its network address."""
        return COORDINATOR_NWK

    @property
    def endpoints(self) -> Sequence[Endpoint]:
        """What the host registered, in that order."""
        return list(self.endpoints_by_number.values())

    # ------------------------------------------------------------------ network and memory

    @property
    @abstractmethod
    def running(self) -> bool:
        """Whether the network is up."""

    @property
    @abstractmethod
    def network(self) -> Network | None:
        """The network in memory."""

    @abstractmethod
    def start(self) -> bool:
        """Run the network in memory, or form one; True when it was there already."""

    @abstractmethod
    def reset(self) -> None:
        """Restart, with the memory as it is."""

    @abstractmethod
    def memory_to_json(self) -> Json:
        """All that survives a lost supply."""

    @abstractmethod
    def take_memory(self, stored: Json) -> None:
        """Take over what `memory_to_json` gave. Raises ValueError or KeyError when damaged."""

    @abstractmethod
    def _remember(self, device: VirtualDevice) -> None:
        """Keep a child in memory."""

    @abstractmethod
    def _forget(self, device: VirtualDevice) -> None:
        """Drop a child that left."""

    def permit(self, duration_s: int) -> None:
        """Open its own door for so long; 255 is "until told otherwise", 0 closes it."""
        self.permit_until = self._until(duration_s)

    def permit_at(self, nwk: int, duration_s: int) -> None:
        """Open the door of one router, or with a broadcast those of all."""
        for device in self.joined():
            if device.routes and not device.silent and nwk in (device.nwk, *BROADCASTS):
                self.doors[device.nwk] = self._until(duration_s)

    def _until(self, duration_s: int) -> float:
        return float("inf") if duration_s == 0xFF else self.now + duration_s

    def permits(self, now: float) -> bool:
        """Whether a new device may join somewhere."""
        return self.running and any(until > now for until in self._open_doors().values())

    def parent_for(self, device: VirtualDevice, now: float) -> int | None:
        """Who of those in its reach lets a device in; the radio itself, if it does."""
        if not self.permits(now):
            return None
        doors = self._open_doors()
        in_reach = doors if device.hears is None else [device.hears.nwk]
        return next((nwk for nwk in in_reach if doors.get(nwk, 0.0) > now), None)

    def _open_doors(self) -> dict[int, float]:
        return {COORDINATOR_NWK: self.permit_until, **self.doors}

    @abstractmethod
    def has_key_of(self, device: VirtualDevice, now: float) -> bool:
        """Whether the trust centre can hand the network's key to a device: under the key of its
        install code, or under the one that all devices without a code know."""

    def noise(self, channel: int) -> int:
        """What an energy scan finds on a channel, 0 to 255; the usual Wi-Fi channels are loud."""
        if channel in self.noises:
            return self.noises[channel]
        return (90 if channel in (11, 16, 21, 26) else 20) + self.chance.randrange(40)

    # ------------------------------------------------------------------ devices

    def by_nwk(self, nwk: int) -> VirtualDevice | None:
        """The joined device with this address."""
        for device in self.devices.values():
            if device.nwk == nwk and device.joined:
                return device
        return None

    def joined(self) -> list[VirtualDevice]:
        """The devices in the network, in the order in which they came into reach."""
        return [device for device in self.devices.values() if device.joined]

    def admit(self, device: VirtualDevice, *, rejoin: bool, parent: int = COORDINATOR_NWK) -> None:
        """Take a device in; one that comes back keeps its network address and its parent."""
        if not rejoin:
            device.parent = parent
        if not rejoin or not device.joined:
            device.nwk = self._free_nwk()
        device.joined = True
        self._remember(device)
        device.changes.notify()

    def dismiss(self, device: VirtualDevice) -> None:
        """Let a device go. The host is told of it before: after it, the address is gone."""
        self._forget(device)
        device.forget()

    def ask(self, nwk: int, cluster: int, payload: bytes) -> list[tuple[int, bytes]]:
        """What the nodes addressed by a ZDO request answer, as (network address, payload)."""
        nodes: list[zdo.Node] = []
        if cluster == zdo.Cluster.MGMT_PERMIT_JOINING and payload:
            self.permit_at(nwk, payload[0])
        if nwk == COORDINATOR_NWK:
            nodes = [self]
            if cluster == zdo.Cluster.MGMT_NWK_UPDATE:
                scan = zdo.energy_scan_answer(payload, self.noise)
                return [] if scan is None else [(nwk, scan)]
        elif nwk in BROADCASTS:
            # Sleepy children do not hear broadcasts; their parent answers for their addresses.
            if cluster == zdo.Cluster.NWK_ADDR:
                nodes = [self, *self.joined()]
        else:
            device = self.by_nwk(nwk)
            nodes = [] if device is None or device.silent else [device]
        answered = ((node.nwk, zdo.answer(node, cluster, payload)) for node in nodes)
        found = [(source, answer) for source, answer in answered if answer is not None]
        for device in (self.by_nwk(source) for source, _ in found):
            if device is not None:
                device.changes.notify()
        return found

    def asked_to_leave(self, nwk: int, cluster: int) -> VirtualDevice | None:
        """The device that a ZDO request tells to leave, if it heard it."""
        if cluster != zdo.Cluster.MGMT_LEAVE:
            return None
        device = self.by_nwk(nwk)
        return None if device is None or device.silent else device

    def count(self) -> int:
        """The next number of the transport below ZCL."""
        self._counter = (self._counter + 1) & 0xFF
        return self._counter

    def _free_nwk(self) -> int:
        taken = {device.nwk for device in self.devices.values()}
        while (nwk := self.chance.randint(0x0001, 0xFFF7)) in taken:
            pass
        return nwk
