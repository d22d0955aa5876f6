"""AF commands: endpoints of the host, and its frames on their way to devices."""

from __future__ import annotations

from . import zdo
from .coordinator import COORDINATOR_NWK, Coordinator, Later, Output, areq
from .mt_frame import MtFrame, Subsystem
from .mt_sys import INVALID_PARAMETER, SUCCESS, Answer
from .octets import Reader, u8
from .zdo import Endpoint

APS_DUPLICATE_ENTRY = 0xB8
NWK_INVALID_REQUEST = 0xC2
NWK_NO_ROUTE = 0xCD
MAC_TRANSACTION_EXPIRED = 0xF0
BROADCASTS = range(0xFFF8, 0x10000)
GROUP_MODE, IEEE_MODE, BROADCAST_MODE = 0x01, 0x03, 0x0F


def _register(coordinator: Coordinator, reader: Reader) -> Answer:
    number, profile, device_type = reader.u8(), reader.u16(), reader.u16()
    version, _latency = reader.u8(), reader.u8()
    inputs = reader.u16_list(reader.u8())
    outputs = reader.u16_list(reader.u8())
    if number in coordinator.endpoints_by_number:
        return u8(APS_DUPLICATE_ENTRY), []
    endpoint = Endpoint(number, profile, device_type, version, inputs, outputs)
    coordinator.endpoints_by_number[number] = endpoint
    return u8(SUCCESS), []


def _delete(coordinator: Coordinator, reader: Reader) -> Answer:
    gone = coordinator.endpoints_by_number.pop(reader.u8(), None)
    return u8(SUCCESS if gone else INVALID_PARAMETER), []


def _data(coordinator: Coordinator, reader: Reader) -> Answer:
    nwk, endpoint, own_endpoint, cluster = reader.u16(), reader.u8(), reader.u8(), reader.u16()
    sequence, _options, _radius = reader.u8(), reader.u8(), reader.u8()
    data = reader.octets(reader.u8())
    return _send(coordinator, nwk, endpoint, own_endpoint, cluster, sequence, data)


def _data_ext(coordinator: Coordinator, reader: Reader) -> Answer:
    mode, address, endpoint = reader.u8(), reader.octets(8), reader.u8()
    _pan, own_endpoint, cluster = reader.u16(), reader.u8(), reader.u16()
    sequence, _options, _radius = reader.u8(), reader.u8(), reader.u8()
    data = reader.octets(reader.u16())
    if mode == IEEE_MODE:
        device = coordinator.devices.get(address)
        nwk = device.nwk if device is not None else 0xFFFE
    elif mode in (GROUP_MODE, BROADCAST_MODE):
        nwk = 0xFFFF
    else:
        nwk = int.from_bytes(address[:2], "little")
    return _send(coordinator, nwk, endpoint, own_endpoint, cluster, sequence, data)


def _data_source_routed(coordinator: Coordinator, reader: Reader) -> Answer:
    nwk, endpoint, own_endpoint, cluster = reader.u16(), reader.u8(), reader.u8(), reader.u16()
    sequence, _options, _radius = reader.u8(), reader.u8(), reader.u8()
    reader.u16_list(reader.u8())
    data = reader.octets(reader.u8())
    return _send(coordinator, nwk, endpoint, own_endpoint, cluster, sequence, data)


def _send(
    coordinator: Coordinator,
    nwk: int,
    endpoint: int,
    own_endpoint: int,
    cluster: int,
    sequence: int,
    data: bytes,
) -> Answer:
    if not coordinator.running:
        return u8(NWK_INVALID_REQUEST), []
    if endpoint == 0:
        reader = Reader(data)
        number = reader.u8()
        return u8(SUCCESS), _device_object(coordinator, nwk, cluster, number, reader.rest())
    if own_endpoint not in coordinator.endpoints_by_number:
        return u8(INVALID_PARAMETER), []
    if nwk in BROADCASTS:
        return u8(SUCCESS), [_confirm(SUCCESS, own_endpoint, sequence)]
    device = coordinator.by_nwk(nwk)
    if device is None:
        return u8(SUCCESS), [_confirm(NWK_NO_ROUTE, own_endpoint, sequence)]
    if device.silent:
        expired = _confirm(MAC_TRANSACTION_EXPIRED, own_endpoint, sequence)
        return u8(SUCCESS), [Later(coordinator.asleep_s, expired)]
    answers = device.receive(cluster, endpoint, own_endpoint, data)
    frames = [coordinator.incoming(nwk, answer, device.lqi) for answer in answers]
    return u8(SUCCESS), [_confirm(SUCCESS, own_endpoint, sequence), *frames]


def _confirm(status: int, endpoint: int, sequence: int) -> MtFrame:
    return areq(Subsystem.AF, 0x80, bytes((status, endpoint, sequence)))


def _device_object(
    coordinator: Coordinator, nwk: int, cluster: int, sequence: int, payload: bytes
) -> list[Output]:
    """ZDO over AF: the answers come in the general form, to hosts that asked for that."""
    answers: list[Output] = []
    for source, answer in ask_nodes(coordinator, nwk, cluster, payload):
        if coordinator.callbacks:
            response = cluster | zdo.RESPONSE
            answers.append(coordinator.zdo_message(source, response, answer, sequence=sequence))
    return answers + leave_if_asked(coordinator, nwk, cluster)


def ask_nodes(
    coordinator: Coordinator, nwk: int, cluster: int, payload: bytes
) -> list[tuple[int, bytes]]:
    """What the nodes addressed by a ZDO request answer, as (network address, payload)."""
    nodes: list[zdo.Node] = []
    if nwk == COORDINATOR_NWK:
        nodes = [coordinator]
        if cluster == zdo.Cluster.MGMT_NWK_UPDATE:
            scan = zdo.energy_scan_answer(payload, coordinator.noise)
            return [] if scan is None else [(nwk, scan)]
    elif nwk in BROADCASTS:
        # Sleepy children do not hear broadcasts; their parent answers for their addresses.
        if cluster == zdo.Cluster.NWK_ADDR:
            nodes = [coordinator, *(d for d in coordinator.devices.values() if d.joined)]
    else:
        device = coordinator.by_nwk(nwk)
        nodes = [] if device is None or device.silent else [device]
    answered = ((node.nwk, zdo.answer(node, cluster, payload)) for node in nodes)
    found = [(source, answer) for source, answer in answered if answer is not None]
    for device in (coordinator.by_nwk(source) for source, _ in found):
        if device is not None:
            device.changes.notify()
    return found


def leave_if_asked(coordinator: Coordinator, nwk: int, cluster: int) -> list[Output]:
    """A device that was asked to leave does so after its answer."""
    device = coordinator.by_nwk(nwk)
    if cluster != zdo.Cluster.MGMT_LEAVE or device is None or device.silent:
        return []
    return coordinator.dismiss(device, asked=True)


HANDLERS = {
    0x00: _register,
    0x01: _data,
    0x02: _data_ext,
    0x03: _data_source_routed,
    0x04: _delete,
}
