"""What comes in over the air: who hears it, what zigpy is given, and which strangers are asked."""

from __future__ import annotations

import asyncio
from typing import Any

import zigpy.profiles
import zigpy.types as t
import zigpy.zdo
from zigpy.application import ControllerApplication

from heimvakt_drivers.zigbee.listening.early import Said

from .hooks import Hooks

STRANGERS_MAX = 64
"""Network addresses that are remembered; no home has so many devices that it does not know."""

STRANGER_AGAIN_S = 60.0
"""How often a stranger is asked who it is. zigpy would ask the whole network at each frame."""

PROFILES = frozenset({zigpy.profiles.zha.PROFILE_ID, zigpy.profiles.zll.PROFILE_ID})
"""Whose frames zigpy reads as frames of clusters."""

IEEE_ADDR_REQ = 0x0001
"""ZDO: who has this network address?"""


class Hearing(ControllerApplication):
    """The half of a coordinator that hears; among the bases of a family the library comes after."""

    hooks: Hooks
    """Set before `startup`."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._asked: dict[int, float] = {}
        """Strangers by network address: when it was last asked for them, on the loop's clock."""

    def handle_join(self, nwk: t.NWK, ieee: t.EUI64, parent_nwk: t.NWK, **how: Any) -> None:
        """As zigpy does; then tell whether the device came under a new network address."""
        known = self.devices.get(ieee)
        before = known.nwk if known is not None else None
        super().handle_join(nwk, ieee, parent_nwk, **how)
        if how.get("handle_rejoin", True):
            self.hooks.announced(ieee, before != nwk)

    def packet_received(self, packet: t.ZigbeePacket) -> None:
        """Let the ear read a frame, or else zigpy."""
        ieee = self._sender(packet)
        if ieee is None:
            if self._may_be_asked(packet):
                self._give_to_zigpy(packet)
            return
        if packet.profile_id in PROFILES and self.hooks.ear.read(ieee, said(packet)):
            return
        self.hooks.ear.begin(ieee)
        self._give_to_zigpy(packet)
        self.hooks.ear.end(ieee, packet)

    def _give_to_zigpy(self, packet: t.ZigbeePacket) -> None:
        try:
            super().packet_received(packet)
        except (ValueError, AssertionError):  # a frame too short for its own header
            self.hooks.counted["frame that does not parse"] += 1

    def _sender(self, packet: t.ZigbeePacket) -> t.EUI64 | None:
        if packet.src is None:
            return None
        try:
            ieee: t.EUI64 = self.get_device_with_address(packet.src).ieee
        except (KeyError, ValueError):
            return None
        return ieee

    async def _discover_unknown_device(self, nwk: t.NWK) -> None:
        """Ask a stranger itself who it is: zigpy asks with a broadcast, which no sensor that sleeps
        can hear. It has just sent, so it is awake; its answer lets it in."""
        sequence: int = self.get_sequence()
        packet: Any = t.ZigbeePacket  # it converts what it is given, which its types do not say
        await self.send_packet(
            packet(
                src=t.AddrModeAddress(t.AddrMode.NWK, self.state.node_info.nwk),
                src_ep=zigpy.zdo.ZDO_ENDPOINT,
                dst=t.AddrModeAddress(t.AddrMode.NWK, nwk),
                dst_ep=zigpy.zdo.ZDO_ENDPOINT,
                tsn=sequence,
                profile_id=0,
                cluster_id=IEEE_ADDR_REQ,
                data=t.SerializableBytes(bytes((sequence,)) + nwk.serialize() + bytes(2)),
            )
        )

    def _may_be_asked(self, packet: t.ZigbeePacket) -> bool:
        """Whether zigpy may have the frame of a stranger, and ask the network who it is."""
        if zigpy.zdo.ZDO_ENDPOINT in (packet.src_ep, packet.dst_ep):
            return True  # an announcement: it says itself who it is
        self.hooks.counted["frame of an unknown device"] += 1
        now = asyncio.get_running_loop().time()
        assert packet.src is not None
        address = int(packet.src.address) if isinstance(packet.src.address, int) else -1
        if now - self._asked.get(address, float("-inf")) < STRANGER_AGAIN_S:
            return False
        if len(self._asked) >= STRANGERS_MAX:
            del self._asked[next(iter(self._asked))]
        self._asked[address] = now
        return True


def said(packet: t.ZigbeePacket) -> Said:
    """A packet of zigpy's as the ear takes it."""
    assert packet.dst is not None
    mode = packet.dst.addr_mode
    to_all, to_group = mode is t.AddrMode.Broadcast, mode is t.AddrMode.Group
    is_secured = t.TransmitOptions.APS_Encryption in packet.tx_options
    to: Any = packet.dst.address
    group = int(to) if to_group else 0
    return Said(
        endpoint=packet.src_ep or 0,
        cluster=int(packet.cluster_id or 0),
        octets=packet.data.serialize(),
        lqi=packet.lqi,
        rssi=packet.rssi,
        way=(packet.dst_ep, to_all, group, is_secured, packet.radius),
    )
