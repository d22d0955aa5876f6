"""A Z-Stack coordinator: memory, state, and the frames that tell its host of the air.

PURE, given the time. Facts: TI, "Z-Stack Monitor and Test API" (SWRA198), and what Z-Stack 3 builds
for the CC2652 were seen to answer.
"""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, cast

from heimvakt_drivers.virtual.zigbee.air import Outgoing
from heimvakt_drivers.virtual.zigbee.coordinator import (
    COORDINATOR_NWK,
    Coordinator,
    Json,
    Network,
)
from heimvakt_drivers.virtual.zigbee.device import VirtualDevice
from heimvakt_drivers.virtual.zigbee.octets import u8, u16
from heimvakt_drivers.virtual.zigbee.zdo import announcement

from . import network
from .mt_frame import Kind, MtFrame, Subsystem
from .nv import Item, NvMemory


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


class ZnpCoordinator(Coordinator):
    """See the module."""

    manufacturer: ClassVar[int] = 0x0007  # Texas Instruments

    def __init__(self, hardware_ieee: bytes, chance: random.Random, asleep_s: float) -> None:
        self.nv = NvMemory(hardware_ieee, chance.randbytes(16))
        super().__init__(hardware_ieee, chance, asleep_s)
        self.state = State.HOLD
        self.groups: set[tuple[int, int]] = set()
        self.codes: dict[bytes, bytes] = {}
        """Keys of install codes, by the address of the device that has one."""
        self.only_with_code = False
        self.callbacks = False
        """The host asked for every ZDO message in the general form."""
        self.channels = 1 << 11

    @property
    def ieee_sent(self) -> bytes:
        """Its address, as sent; the one burnt in while a host has deleted the other."""
        ieee = self.nv.read(Item.EXTADDR)
        return self.nv.hardware_ieee if ieee is None else ieee

    @property
    def running(self) -> bool:
        """Whether the network is up."""
        return self.state is State.RUNNING

    @property
    def network(self) -> Network | None:
        """The network in memory."""
        return network.read(self.nv)

    def reset(self) -> None:
        """Restart, with the memory as it is."""
        options = self.nv.read(Item.STARTUP_OPTION) or b"\x00"
        if options[0] & 0x03:
            self.nv.forget_network()
        self.nv.restore_missing()
        self.state = State.HOLD
        self.endpoints_by_number.clear()
        self.groups.clear()
        self.callbacks = False
        self.permit_until = 0.0
        self.doors.clear()
        self.codes.clear()
        self.only_with_code = False

    def start(self) -> bool:
        """Run the network in memory, or form one; True when it was there already."""
        known = self.network is not None
        if not known:
            network.form(self.nv, self.channels, self.chance.randbytes(20))
        self.state = State.RUNNING
        return known

    def has_key_of(self, device: VirtualDevice, now: float) -> bool:
        """See the base."""
        known = self.codes.get(device.ieee_sent)
        return known == device.link_key and not (self.only_with_code and known is None)

    def memory_to_json(self) -> Json:
        """See the base."""
        return cast(Json, self.nv.to_json())

    def take_memory(self, stored: Json) -> None:
        """See the base."""
        self.nv.replace_all(cast(dict[str, dict[str, str]], stored))

    def _remember(self, device: VirtualDevice) -> None:
        network.remember_child(self.nv, device.ieee_sent, device.nwk)

    def _forget(self, device: VirtualDevice) -> None:
        network.forget_child(self.nv, device.ieee_sent)

    # ------------------------------------------------------------------ frames to the host

    def reset_indication(self) -> MtFrame:
        """It has restarted."""
        return areq(Subsystem.SYS, 0x80, bytes((0, 2, 1, 2, 7, 1)))

    def joining(self, device: VirtualDevice) -> list[Output]:
        """A device was let in, and announces itself."""
        annce = announcement(device.nwk, device.ieee_sent, device.capabilities)
        told: list[Output] = [
            areq(
                Subsystem.ZDO,
                0xCA,
                u16(device.nwk) + device.ieee_sent + u16(device.parent),
            ),
            areq(Subsystem.ZDO, 0xC1, u16(device.nwk) + annce),
        ]
        if self.callbacks:
            told.append(self.zdo_message(device.nwk, 0x0013, annce, broadcast=True))
        return told

    def leaving(self, device: VirtualDevice, *, asked: bool) -> MtFrame:
        """A device leaves."""
        what = struct.pack("<H8sBBB", device.nwk, device.ieee_sent, asked, 0, 0)
        return areq(Subsystem.ZDO, 0xC9, what)

    def leave_if_asked(self, nwk: int, cluster: int) -> list[Output]:
        """A device that was asked to leave does so after its answer."""
        device = self.asked_to_leave(nwk, cluster)
        if device is None:
            return []
        told = self.leaving(device, asked=True)
        self.dismiss(device)
        return [told]

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


def areq(subsystem: Subsystem, command: int, payload: bytes) -> MtFrame:
    """An indication to the host."""
    return MtFrame(Kind.AREQ, subsystem, command, payload)
