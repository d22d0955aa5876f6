"""A real zigpy with its library for Z-Stack on a desk: octets in at the line, packets out.

No radio and no port: what a stick would say is put on the line as it is.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from functools import reduce
from operator import xor
from struct import pack, unpack_from
from types import SimpleNamespace
from typing import Any

import zigpy.types
import zigpy.zdo.types
import zigpy_znp.api  # type: ignore[import-untyped]
from zigpy.device import ZigbeeDevice
from zigpy.endpoint import Status
from zigpy_znp.uart import ZnpMtProtocol  # type: ignore[import-untyped]

from heimvakt_drivers.zigbee.listening.early import COMMANDS, TYPES
from heimvakt_drivers.zigbee.radio.hooks import Ear, Hooks
from heimvakt_drivers.zigbee.radio.radio_znp import ZnpCoordinator

t: Any = zigpy.types  # its numbers are made without type hints
OURS = t.EUI64.convert("00:12:4b:00:00:00:00:01")
HOME_AUTOMATION = 0x0104
TEMPERATURE, METERING = 0x0402, 0x0702
CLUSTERS = sorted({place[0] for place in (*COMMANDS, *TYPES)} | {TEMPERATURE, METERING})
NODE = (1, 64, 128, 4447, 127, 100, 0, 100, 0)
"""A descriptor: it does not matter of what."""
TURNS = 12
"""Of the loop; zigpy needs three for a frame."""


class Desk(ZnpCoordinator):
    """An application that believes to have a stick."""

    def __init__(self, ear: Ear, devices: Mapping[str, int], *, raw: bool) -> None:
        """`devices`: network addresses by EUI-64; `raw`: frames are read beside zigpy.

        Each device has at endpoint 1 whatever is read, on both sides, and more.
        """
        super().__init__({"device": {"path": "/dev/null"}, "ota": {"providers": []}})
        self.hooks = Hooks(ear, lambda _why: None, lambda _ieee, _new: None, Counter())
        self.sent: list[tuple[int, int, int, bytes]] = []
        """To whom, endpoint, cluster, octets."""
        self.state.node_info.ieee, self.state.node_info.nwk = OURS, t.NWK(0)
        self.add_device(OURS, t.NWK(0)).add_endpoint(1).profile_id = HOME_AUTOMATION
        self._znp = zigpy_znp.api.ZNP(self.config)
        self._znp.nvram.align_structs = True
        self._version_rsp = SimpleNamespace(CodeRevision=20240710)
        self._line_end: Any = ZnpMtProtocol(self._znp)
        self._bind_callbacks()
        if raw:
            self._line_end._transport = _Stick(self._line_end, self.sent)
            self._read_beside(self._line_end)
        self.nodes = [self._known(ieee, nwk) for ieee, nwk in devices.items()]

    async def hear(self, octets: bytes) -> None:
        """The stick says something; return when all has been done about it that is done at once."""
        self._line_end.data_received(octets)
        for _ in range(TURNS):
            await asyncio.sleep(0)

    def _known(self, ieee: str, nwk: int) -> ZigbeeDevice:
        descriptor: Any = zigpy.zdo.types.NodeDescriptor
        node = self.add_device(t.EUI64.convert(ieee), t.NWK(nwk))
        endpoint = node.add_endpoint(1)
        endpoint.profile_id = HOME_AUTOMATION
        for number in CLUSTERS:
            endpoint.add_input_cluster(number)
            endpoint.add_output_cluster(number)
        endpoint.status = Status.ZDO_INIT
        node.node_desc = descriptor(*NODE)
        return node

    async def send_packet(self, packet: Any) -> None:
        """Nobody is there: remember it."""
        octets = packet.data.serialize()
        self.sent.append(
            (int(packet.dst.address), int(packet.dst_ep or 0), int(packet.cluster_id), octets)
        )


class _Stick:
    """Takes what is put on the line: each answer to a device arrives at once."""

    def __init__(self, line_end: Any, sent: list[tuple[int, int, int, bytes]]) -> None:
        self._line_end = line_end
        self._sent = sent

    def write(self, octets: bytes) -> None:
        """A request of the host."""
        assert octets[2:4] == b"\x24\x02", "a request that no answer is"
        to, endpoint, _pan, own, cluster, sequence = unpack_from("<xH6xBHBHB", octets, 4)
        self._sent.append((to, endpoint, cluster, octets[24:-1]))
        said = frame(0x6402, b"\0") + frame(0x4480, bytes((0, own, sequence)))
        asyncio.get_running_loop().call_soon(self._line_end.data_received, said)


def message(
    sender: int,
    cluster: int,
    octets: bytes,
    *,
    endpoint: int = 1,
    to: int = 1,
    group: int = 0,
    broadcast: int = 0,
    lqi: int = 90,
    hops: int = 30,
) -> bytes:
    """A frame of the stick with what a device said."""
    head = pack(
        "<HHHBBBBBIBB", group, cluster, sender, endpoint, to, broadcast, lqi, 0, 7, 0, len(octets)
    )
    return frame(0x4481, head + octets + pack("<HB", sender, hops))


def frame(command: int, content: bytes) -> bytes:
    """Any frame of the stick."""
    body = bytes((len(content),)) + command.to_bytes(2, "big") + content
    return b"\xfe" + body + bytes((reduce(xor, body),))
