"""An EmberZNet coordinator: memory, state, and the callbacks that tell its host of the air.

PURE, given the time. Facts: Silicon Labs, UG100 "EZSP Reference Guide", and what EmberZNet 7.4 was
seen to answer.
"""

from __future__ import annotations

import random
import struct
from typing import ClassVar

from heimvakt_drivers.virtual.zigbee.air import Outgoing
from heimvakt_drivers.virtual.zigbee.coordinator import (
    COORDINATOR_NWK,
    Coordinator,
    Json,
    Network,
)
from heimvakt_drivers.virtual.zigbee.device import VirtualDevice
from heimvakt_drivers.virtual.zigbee.octets import u8, u16
from heimvakt_drivers.virtual.zigbee.zdo import Cluster, announcement

from .codes import Aps, Handler, Incoming, Status, Update
from .frame import Callback
from .tokens import CHILDREN_MAX, EMPTY_IEEE, WRITTEN, Child, Parameters, Tokens

KEY_OF_ALL = b"ZigBeeAlliance09"
"""The link key that every device without an install code knows; a public fact of the standard."""
ALLOW_JOINS = 0x01
TRUST_CENTER_POLICY = 0x00
ANY_DEVICE = EMPTY_IEEE
TRANSIENT_KEY_S = 300.0
ROUTER, END_DEVICE, SLEEPY_END_DEVICE = 0x02, 0x03, 0x04
ALWAYS_LISTENS = 0x08
NO_INDEX = 0xFF
COUNTERS = 41
HASHED_GLOBAL_LINK_KEY = 0x0084
ALL_CHANNELS = 0x07FFF800


class EzspCoordinator(Coordinator):
    """See the module."""

    manufacturer: ClassVar[int] = 0x1049  # Silicon Labs

    def __init__(self, hardware_ieee: bytes, chance: random.Random, asleep_s: float) -> None:
        super().__init__(hardware_ieee, chance, asleep_s)
        self.tokens = Tokens()
        self.reset()

    def reset(self) -> None:
        """Restart, with the memory as it is."""
        self.up = False
        self.version_set = False
        self.last_sequence = 0
        """Of the host's last command."""
        self.endpoints_by_number.clear()
        self.permit_until = 0.0
        self.doors.clear()
        self.configuration: dict[int, int] = {}
        """What the host set."""
        self.values: dict[int, bytes] = {}
        self.policies: dict[int, int] = {TRUST_CENTER_POLICY: ALLOW_JOINS}
        self.groups: dict[int, bytes] = {}
        """Entries of the multicast table."""
        self.addresses: dict[int, tuple[bytes, int]] = {}
        """Entries of the address table."""
        self.patient: set[bytes] = set()
        """Devices whose acknowledgements the host lets be slow."""
        self.transient_keys: dict[bytes, tuple[bytes, float]] = {}
        """Who may join by a key that the host gave, and until when."""
        self.secured = False
        """The host said how the network that it will form is to be secured."""
        self.counters = [0] * COUNTERS
        self._ieee = self._own_ieee()
        kept = [child for child in self.tokens.children if child.flags == WRITTEN]
        self.tokens.children[:] = kept

    def _own_ieee(self) -> bytes:
        custom = self.tokens.custom_ieee
        return self.hardware_ieee if custom == EMPTY_IEEE else custom

    # ------------------------------------------------------------------ itself, and its network

    @property
    def ieee_sent(self) -> bytes:
        """Its address, as sent; a new one counts from the next reset on."""
        return self._ieee

    @property
    def running(self) -> bool:
        """Whether the network is up."""
        return self.up

    @property
    def network(self) -> Network | None:
        """The network in memory."""
        has = self.tokens.parameters
        if has is None:
            return None
        return Network(has.pan_id, has.extended_pan_id, has.channel, COORDINATOR_NWK)

    def start(self) -> bool:
        """Run the network in memory, or form one; True when it was there already."""
        known = self.tokens.parameters is not None
        if not known:
            self.tokens.security = HASHED_GLOBAL_LINK_KEY
            self.tokens.network_key = self.chance.randbytes(16)
            self.tokens.trust_center_key = self.chance.randbytes(16)
            self.form(Parameters(bytes(8), 0xFFFF, 8, 11, 0, 0, 0, ALL_CHANNELS))
        self.up = True
        return known

    def form(self, wanted: Parameters) -> None:
        """Form a network; PAN id 0xFFFF and an extended one of zeros mean "any"."""
        pan_id = wanted.pan_id
        if pan_id == 0xFFFF:
            pan_id = self.chance.randint(0x0001, 0x3FFF)
        extended = wanted.extended_pan_id
        if extended in (bytes(8), EMPTY_IEEE):
            extended = self.chance.randbytes(8)
        self.tokens.parameters = Parameters(
            extended,
            pan_id,
            wanted.tx_power,
            wanted.channel,
            wanted.join_method,
            wanted.manager,
            0,  # the stack begins to count anew, whatever the host says
            wanted.channels or ALL_CHANNELS,
        )
        self.tokens.trust_center_ieee = self.ieee_sent
        self.up = True

    def permits(self, now: float) -> bool:
        """Whether a new device may join: for time, by the policy, and with a key that it has."""
        keys = any(until > now for _, until in self.transient_keys.values())
        allowed = self.policies.get(TRUST_CENTER_POLICY, 0) & ALLOW_JOINS
        return super().permits(now) and bool(allowed) and keys

    def has_key_of(self, device: VirtualDevice, now: float) -> bool:
        """See the base."""
        keys = {who: key for who, (key, until) in self.transient_keys.items() if until > now}
        known = keys.get(device.ieee_sent, keys.get(EMPTY_IEEE))
        return known == (device.link_key or KEY_OF_ALL)

    def memory_to_json(self) -> Json:
        """See the base."""
        return self.tokens.to_json()

    def take_memory(self, stored: Json) -> None:
        """See the base."""
        self.tokens = Tokens.from_json(stored)
        self.reset()

    def _remember(self, device: VirtualDevice) -> None:
        self._forget(device)
        if _role(device) != ROUTER and len(self.tokens.children) < CHILDREN_MAX:
            self.tokens.children.append(Child(device.ieee_sent, device.nwk))

    def _forget(self, device: VirtualDevice) -> None:
        children = self.tokens.children
        children[:] = [child for child in children if child.ieee != device.ieee_sent]

    # ------------------------------------------------------------------ callbacks for the host

    def callback(self, handler: Handler, parameters: bytes) -> Callback:
        """Something that the host is told without having asked."""
        return Callback(self.last_sequence, handler, parameters)

    def stack_status(self, status: Status) -> Callback:
        """The network, or its door, is up or down."""
        return self.callback(Handler.STACK_STATUS, u8(status))

    def joining(self, device: VirtualDevice, *, rejoin: bool) -> list[Callback]:
        """A device was let in, and announces itself."""
        update = Update.SECURED_REJOIN if rejoin else Update.UNSECURED_JOIN
        aps = Aps(0x0000, Cluster.DEVICE_ANNCE, 0, 0, sequence=self.count())
        annce = announcement(device.nwk, device.ieee_sent, device.capabilities)
        data = u8(self.count()) + annce
        return [
            *self._child(device, joining=True),
            self._trust_center(device, update),
            self.message(Incoming.BROADCAST, device.nwk, aps, data, device.lqi),
        ]

    def leaving(self, device: VirtualDevice) -> list[Callback]:
        """A device leaves."""
        return [*self._child(device, joining=False), self._trust_center(device, Update.LEFT)]

    def leave_if_asked(self, nwk: int, cluster: int) -> list[Callback]:
        """A device that was asked to leave does so after its answer."""
        device = self.asked_to_leave(nwk, cluster)
        if device is None:
            return []
        told = self.leaving(device)
        self.dismiss(device)
        return told

    def incoming(self, source: int, outgoing: Outgoing, lqi: int) -> Callback:
        """A ZCL frame that came in over the air."""
        aps = Aps(
            self._profile(source, outgoing.endpoint),
            outgoing.cluster,
            outgoing.endpoint,
            outgoing.host_endpoint,
            sequence=self.count(),
        )
        return self.message(Incoming.UNICAST, source, aps, outgoing.data, lqi)

    def message(
        self, how: Incoming, source: int, aps: Aps, data: bytes, lqi: int = 255
    ) -> Callback:
        """A message that came in."""
        rssi = lqi * 70 // 255 - 100
        head = struct.pack("<BbHBB", lqi, rssi, source, NO_INDEX, NO_INDEX)
        contents = u8(len(data)) + data
        return self.callback(Handler.INCOMING_MESSAGE, u8(how) + aps.encode() + head + contents)

    def _profile(self, nwk: int, endpoint: int) -> int:
        device = self.by_nwk(nwk)
        endpoints = () if device is None else device.endpoints
        return next((e.profile for e in endpoints if e.number == endpoint), 0x0104)

    def _child(self, device: VirtualDevice, *, joining: bool) -> list[Callback]:
        places = [child.ieee for child in self.tokens.children]
        if device.ieee_sent not in places:
            return []
        place = places.index(device.ieee_sent)
        what = struct.pack("<BBH8sB", place, joining, device.nwk, device.ieee_sent, _role(device))
        return [self.callback(Handler.CHILD_JOIN, what)]

    def _trust_center(self, device: VirtualDevice, update: Update) -> Callback:
        decision = 0 if update is Update.UNSECURED_JOIN else 3  # its key was known; nothing to do
        what = u16(device.nwk) + device.ieee_sent + bytes((update, decision))
        return self.callback(Handler.TRUST_CENTER_JOIN, what + u16(device.parent))


def _role(device: VirtualDevice) -> int:
    if device.routes:
        return ROUTER
    return END_DEVICE if device.capabilities & ALWAYS_LISTENS else SLEEPY_END_DEVICE
