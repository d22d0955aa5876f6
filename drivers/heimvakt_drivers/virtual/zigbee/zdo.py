"""The Zigbee device object: what a node says of itself, bindings, leaving.

PURE. Facts: Zigbee specification (05-3474), chapter 2.4: device profile clusters. An answer has
the number of its request with the upper bit set; its payload begins with a status.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from .octets import Reader, ShortDataError, u8, u16, u32

RESPONSE = 0x8000


class Cluster(IntEnum):
    """Requests that are answered here."""

    NWK_ADDR = 0x0000
    IEEE_ADDR = 0x0001
    NODE_DESC = 0x0002
    POWER_DESC = 0x0003
    SIMPLE_DESC = 0x0004
    ACTIVE_EP = 0x0005
    MATCH_DESC = 0x0006
    DEVICE_ANNCE = 0x0013
    BIND = 0x0021
    UNBIND = 0x0022
    MGMT_LQI = 0x0031
    MGMT_RTG = 0x0032
    MGMT_BIND = 0x0033
    MGMT_LEAVE = 0x0034
    MGMT_PERMIT_JOINING = 0x0036
    MGMT_NWK_UPDATE = 0x0038


class Status(IntEnum):
    """Results."""

    SUCCESS = 0x00
    INVALID_REQUEST = 0x80
    DEVICE_NOT_FOUND = 0x81
    INVALID_EP = 0x82
    NOT_SUPPORTED = 0x84
    NO_ENTRY = 0x88


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One simple descriptor."""

    number: int
    profile: int = 0x0104
    device_type: int = 0x0402
    version: int = 0
    inputs: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()

    def encode(self) -> bytes:
        """The octets of the descriptor, without the length before it."""
        head = u8(self.number) + u16(self.profile) + u16(self.device_type) + u8(self.version)
        lists = (self.inputs, self.outputs)
        return head + b"".join(u8(len(x)) + b"".join(map(u16, x)) for x in lists)


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a device sends what one of its clusters has to say. `target` is an IEEE as sent."""

    endpoint: int
    cluster: int
    target: bytes
    target_endpoint: int


BINDINGS_MAX = 16
"""What a small sensor has room for; the next one is refused with "not supported"."""


class Node(Protocol):
    """What must be known of a node to answer for it."""

    node_descriptor: bytes
    bindings: set[Binding]

    @property
    def ieee_sent(self) -> bytes:
        """The address, as sent."""

    @property
    def nwk(self) -> int:
        """The network address."""

    @property
    def endpoints(self) -> Sequence[Endpoint]:
        """The endpoints with a simple descriptor."""


def node_descriptor(*, logical_type: int, capabilities: int, manufacturer: int) -> bytes:
    """A node descriptor: 2.4 GHz, buffers of 82 octets, server mask 0 but for a coordinator."""
    server_mask = 0x2C41 if logical_type == 0 else 0x2C00
    return (
        bytes((logical_type, 0x40, capabilities))
        + u16(manufacturer)
        + u8(82)
        + u16(255)
        + u16(server_mask)
        + u16(82)
        + u8(0)
    )


def announcement(nwk: int, ieee_sent: bytes, capabilities: int) -> bytes:
    """The payload of a device announcement."""
    return u16(nwk) + ieee_sent + u8(capabilities)


def answer(node: Node, cluster: int, payload: bytes) -> bytes | None:
    """The payload of a node's answer to a request, None when there is none to give.

    Bind and unbind requests are carried out. Leaving is answered here and done by the caller.
    """
    known = _ANSWERS.get(cluster)
    if known is None:
        return u8(Status.NOT_SUPPORTED) if cluster < RESPONSE else None
    try:
        return known(node, Reader(payload))
    except ShortDataError:
        return u8(Status.INVALID_REQUEST)


def energy_scan_answer(payload: bytes, levels: Callable[[int], int]) -> bytes | None:
    """The coordinator's answer to a network update request that asks for an energy scan.

    `levels` gives 0 to 255 for a channel. None for the other uses of the request.
    """
    reader = Reader(payload)
    channels, duration = reader.u32(), reader.u8()
    if duration > 5:
        return None
    scanned = [n for n in range(11, 27) if channels >> n & 1]
    head = u8(Status.SUCCESS) + u32(channels) + u16(0) + u16(0) + u8(len(scanned))
    return head + bytes(levels(channel) for channel in scanned)


def _address(node: Node, reader: Reader) -> bytes | None:
    wanted = reader.octets(8)
    if wanted != node.ieee_sent:
        return None
    return u8(Status.SUCCESS) + node.ieee_sent + u16(node.nwk)


def _ieee(node: Node, reader: Reader) -> bytes:
    nwk = reader.u16()
    if nwk != node.nwk:
        return u8(Status.DEVICE_NOT_FOUND) + bytes(8) + u16(nwk)
    return u8(Status.SUCCESS) + node.ieee_sent + u16(nwk)


def _node_desc(node: Node, reader: Reader) -> bytes:
    return u8(Status.SUCCESS) + u16(reader.u16()) + node.node_descriptor


def _power_desc(node: Node, reader: Reader) -> bytes:
    # Mode: receiver on now and then; sources: disposable battery; level: full.
    return u8(Status.SUCCESS) + u16(reader.u16()) + bytes((0x41, 0xC4))


def _simple_desc(node: Node, reader: Reader) -> bytes:
    nwk, wanted = reader.u16(), reader.u8()
    for endpoint in node.endpoints:
        if endpoint.number == wanted:
            descriptor = endpoint.encode()
            return u8(Status.SUCCESS) + u16(nwk) + u8(len(descriptor)) + descriptor
    return u8(Status.INVALID_EP) + u16(nwk) + u8(0)


def _active_ep(node: Node, reader: Reader) -> bytes:
    numbers = bytes(endpoint.number for endpoint in node.endpoints)
    return u8(Status.SUCCESS) + u16(reader.u16()) + u8(len(numbers)) + numbers


def _match_desc(node: Node, reader: Reader) -> bytes:
    nwk, profile = reader.u16(), reader.u16()
    inputs = set(reader.u16_list(reader.u8()))
    outputs = set(reader.u16_list(reader.u8()))
    matching = bytes(
        endpoint.number
        for endpoint in node.endpoints
        if endpoint.profile == profile
        and (inputs & set(endpoint.inputs) or outputs & set(endpoint.outputs))
    )
    return u8(Status.SUCCESS) + u16(nwk) + u8(len(matching)) + matching


def _binding(reader: Reader) -> Binding | None:
    reader.octets(8)  # the device itself
    endpoint, cluster, mode = reader.u8(), reader.u16(), reader.u8()
    if mode != 3:
        return None  # groups are not supported
    return Binding(endpoint, cluster, reader.octets(8), reader.u8())


def _bind(node: Node, reader: Reader) -> bytes:
    binding = _binding(reader)
    if binding is None:
        return u8(Status.NOT_SUPPORTED)
    if binding.endpoint not in (endpoint.number for endpoint in node.endpoints):
        return u8(Status.INVALID_EP)
    if len(node.bindings | {binding}) > BINDINGS_MAX:
        return u8(Status.NOT_SUPPORTED)
    node.bindings.add(binding)
    return u8(Status.SUCCESS)


def _unbind(node: Node, reader: Reader) -> bytes:
    binding = _binding(reader)
    if binding is None or binding not in node.bindings:
        return u8(Status.NO_ENTRY)
    node.bindings.discard(binding)
    return u8(Status.SUCCESS)


def _mgmt_bind(node: Node, reader: Reader) -> bytes:
    start = reader.u8()
    order = sorted(node.bindings, key=lambda b: (b.endpoint, b.cluster, b.target))
    shown = order[start : start + 3]  # what fits one frame
    entries = b"".join(
        node.ieee_sent + u8(b.endpoint) + u16(b.cluster) + u8(3) + b.target + u8(b.target_endpoint)
        for b in shown
    )
    return bytes((Status.SUCCESS, len(order), start, len(shown))) + entries


def _mgmt_table(node: Node, reader: Reader) -> bytes:
    # Neighbours and routes are not modelled: every node has empty tables.
    return bytes((Status.SUCCESS, 0, reader.u8(), 0))


def _mgmt_leave(node: Node, reader: Reader) -> bytes:
    reader.octets(9)
    return u8(Status.SUCCESS)


_ANSWERS: dict[int, Callable[[Node, Reader], bytes | None]] = {
    Cluster.NWK_ADDR: _address,
    Cluster.IEEE_ADDR: _ieee,
    Cluster.NODE_DESC: _node_desc,
    Cluster.POWER_DESC: _power_desc,
    Cluster.SIMPLE_DESC: _simple_desc,
    Cluster.ACTIVE_EP: _active_ep,
    Cluster.MATCH_DESC: _match_desc,
    Cluster.BIND: _bind,
    Cluster.UNBIND: _unbind,
    Cluster.MGMT_BIND: _mgmt_bind,
    Cluster.MGMT_LQI: _mgmt_table,
    Cluster.MGMT_RTG: _mgmt_table,
    Cluster.MGMT_LEAVE: _mgmt_leave,
    Cluster.MGMT_PERMIT_JOINING: lambda _node, _reader: u8(Status.SUCCESS),
}
