"""The coordinator's state: memory, network, devices, endpoints; and the frames that tell of it.

It does no I/O and reads no clock: `handle` in `dispatch` gives it the host's frames with the time,
and what is to be sent comes back as values. Facts: TI, "Z-Stack Monitor and Test API" (SWRA198),
and what Z-Stack 3 builds for the CC2652 were seen to answer.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from . import network
from .device import SLEEPY_CAPABILITIES, Outgoing, VirtualDevice
from .mt_frame import Kind, MtFrame, Subsystem
from .network import Network
from .nv import Item, NvMemory
from .octets import u8, u16
from .zdo import Binding, Endpoint, announcement, node_descriptor

COORDINATOR_NWK = 0x0000
TI_MANUFACTURER = 0x0007
DEVICES_MAX = 200
"""What the stack's tables have room for."""


class State(IntEnum):
    """The device states of the stack that a coordinator goes through."""

    HOLD = 0
    STARTING = 8
    RUNNING = 9


@dataclass(frozen=True, slots=True)
class Later:
    """A frame to be sent `delay_s` seconds from now."""

    delay_s: float
    frame: MtFrame


Output = MtFrame | Later


class Coordinator:
    """See the module. `chance` decides addresses and keys, so equal seeds give equal networks."""

    def __init__(self, nv: NvMemory, chance: random.Random, asleep_s: float) -> None:
        self.nv = nv
        self.chance = chance
        self.asleep_s = asleep_s
        """Seconds a frame for a device that does not fetch it is kept before it is given up."""
        self.state = State.HOLD
        self.now = 0.0
        """Seconds of the clock that the last `handle` was called with."""
        self.endpoints_by_number: dict[int, Endpoint] = {}
        self.groups: set[tuple[int, int]] = set()
        self.callbacks = False
        """The host asked for every ZDO message in the general form."""
        self.channels = 1 << 11
        self.permit_until = 0.0
        self.devices: dict[bytes, VirtualDevice] = {}
        self.bindings: set[Binding] = set()
        self.node_descriptor = node_descriptor(
            logical_type=0, capabilities=0x8F, manufacturer=TI_MANUFACTURER
        )
        self._counter = 0

    # ------------------------------------------------------------------ itself as a node

    @property
    def ieee_sent(self) -> bytes:
        """Its address, as sent; the one burnt in while a host has deleted the other."""
        ieee = self.nv.read(Item.EXTADDR)
        return self.nv.hardware_ieee if ieee is None else ieee

    @property
    def nwk(self) -> int:
        """Its network address."""
        return COORDINATOR_NWK

    @property
    def endpoints(self) -> Sequence[Endpoint]:
        """What the host registered, in that order."""
        return list(self.endpoints_by_number.values())

    # ------------------------------------------------------------------ network

    @property
    def running(self) -> bool:
        """Whether the network is up."""
        return self.state is State.RUNNING

    @property
    def network(self) -> Network | None:
        """The network in memory."""
        return network.read(self.nv)

    def reset(self) -> MtFrame:
        """Restart, with the memory as it is; the indication is for the host."""
        options = self.nv.read(Item.STARTUP_OPTION) or b"\x00"
        if options[0] & 0x03:
            self.nv.forget_network()
        self.nv.restore_missing()
        self.state = State.HOLD
        self.endpoints_by_number.clear()
        self.groups.clear()
        self.callbacks = False
        self.permit_until = 0.0
        return areq(Subsystem.SYS, 0x80, bytes((0, 2, 1, 2, 7, 1)))

    def start(self) -> bool:
        """Run the network in memory, or form one; True when it was there already."""
        known = self.network is not None
        if not known:
            network.form(self.nv, self.channels, self.chance.randbytes(20))
        self.state = State.RUNNING
        return known

    def permit(self, duration_s: int) -> None:
        """Open the network for so long; 255 is "until told otherwise", 0 closes it."""
        forever = duration_s == 0xFF
        self.permit_until = float("inf") if forever else self.now + duration_s

    def permits(self, now: float) -> bool:
        """Whether a new device may join."""
        return self.running and now < self.permit_until

    def noise(self, channel: int) -> int:
        """What an energy scan finds on a channel, 0 to 255; the usual Wi-Fi channels are loud."""
        return (90 if channel in (11, 16, 21, 26) else 20) + self.chance.randrange(40)

    # ------------------------------------------------------------------ devices

    def by_nwk(self, nwk: int) -> VirtualDevice | None:
        """The joined device with this address."""
        for device in self.devices.values():
            if device.nwk == nwk and device.joined:
                return device
        return None

    def admit(self, device: VirtualDevice, *, rejoin: bool) -> list[Output]:
        """Take a device in: what the host hears of it."""
        if not rejoin or not device.joined:
            device.nwk = self._free_nwk()
        device.joined = True
        network.remember_child(self.nv, device.ieee_sent, device.nwk)
        device.changes.notify()
        annce = announcement(device.nwk, device.ieee_sent, SLEEPY_CAPABILITIES)
        told: list[Output] = [
            areq(
                Subsystem.ZDO,
                0xCA,
                u16(device.nwk) + device.ieee_sent + u16(COORDINATOR_NWK),
            ),
            areq(Subsystem.ZDO, 0xC1, u16(device.nwk) + annce),
        ]
        if self.callbacks:
            told.append(self.zdo_message(device.nwk, 0x0013, annce, broadcast=True))
        return told

    def dismiss(self, device: VirtualDevice, *, asked: bool) -> list[Output]:
        """Let a device go: what the host hears of it."""
        ieee, nwk = device.ieee_sent, device.nwk
        network.forget_child(self.nv, ieee)
        device.forget()
        return [areq(Subsystem.ZDO, 0xC9, struct.pack("<H8sBBB", nwk, ieee, asked, 0, 0))]

    def _free_nwk(self) -> int:
        taken = {device.nwk for device in self.devices.values()}
        while (nwk := self.chance.randint(0x0001, 0xFFF7)) in taken:
            pass
        return nwk

    # ------------------------------------------------------------------ frames to the host

    def incoming(self, source: int, outgoing: Outgoing, lqi: int) -> MtFrame:
        """A ZCL frame that came in over the air."""
        head = struct.pack(
            "<HHHBBBBBIBB",
            0x0000,
            outgoing.cluster,
            source,
            outgoing.endpoint,
            outgoing.host_endpoint,
            0,
            lqi,
            0,
            int(self.now * 1000) & 0xFFFFFFFF,
            self.count(),
            len(outgoing.data),
        )
        return areq(Subsystem.AF, 0x81, head + outgoing.data + u16(source) + u8(29))

    def zdo_message(
        self,
        source: int,
        cluster: int,
        payload: bytes,
        *,
        broadcast: bool = False,
        sequence: int | None = None,
    ) -> MtFrame:
        """A ZDO message in the general form, without the sequence number in its payload."""
        number = self.count() if sequence is None else sequence
        target = 0xFFFD if broadcast else COORDINATOR_NWK
        head = struct.pack("<HBHBBH", source, broadcast, cluster, 0, number, target)
        return areq(Subsystem.ZDO, 0xFF, head + payload)

    def state_change(self) -> MtFrame:
        """The state, for the host."""
        return areq(Subsystem.ZDO, 0xC0, u8(self.state))

    def count(self) -> int:
        """The next number of the transport below ZCL."""
        self._counter = (self._counter + 1) & 0xFF
        return self._counter


def areq(subsystem: Subsystem, command: int, payload: bytes) -> MtFrame:
    """An indication to the host."""
    return MtFrame(Kind.AREQ, subsystem, command, payload)
