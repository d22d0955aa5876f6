"""AF commands: endpoints of the host, and its frames on their way to devices."""

from __future__ import annotations

from heimvakt_drivers.virtual.zigbee import zdo
from heimvakt_drivers.virtual.zigbee.coordinator import BROADCASTS
from heimvakt_drivers.virtual.zigbee.octets import Reader, u8
from heimvakt_drivers.virtual.zigbee.zdo import Endpoint

from .coordinator import Later, Output, ZnpCoordinator, areq
from .mt_frame import MtFrame, Subsystem
from .mt_sys import INVALID_PARAMETER, SUCCESS, Answer

APS_DUPLICATE_ENTRY = 0xB8
NWK_INVALID_REQUEST = 0xC2
NWK_NO_ROUTE = 0xCD
MAC_TRANSACTION_EXPIRED = 0xF0
GROUP_MODE, IEEE_MODE, BROADCAST_MODE = 0x01, 0x03, 0x0F


def _register(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    number, profile, device_type = reader.u8(), reader.u16(), reader.u16()
    version, _latency = reader.u8(), reader.u8()
    inputs = reader.u16_list(reader.u8())
    outputs = reader.u16_list(reader.u8())
    if number in coordinator.endpoints_by_number:
        return u8(APS_DUPLICATE_ENTRY), []
    endpoint = Endpoint(number, profile, device_type, version, inputs, outputs)
    coordinator.endpoints_by_number[number] = endpoint
    return u8(SUCCESS), []


def _delete(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    gone = coordinator.endpoints_by_number.pop(reader.u8(), None)
    return u8(SUCCESS if gone else INVALID_PARAMETER), []


def _data(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    nwk, endpoint, own_endpoint, cluster = reader.u16(), reader.u8(), reader.u8(), reader.u16()
    sequence, _options, _radius = reader.u8(), reader.u8(), reader.u8()
    data = reader.octets(reader.u8())
    return _send(coordinator, nwk, endpoint, own_endpoint, cluster, sequence, data)


def _data_ext(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
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


def _data_source_routed(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    nwk, endpoint, own_endpoint, cluster = reader.u16(), reader.u8(), reader.u8(), reader.u16()
    sequence, _options, _radius = reader.u8(), reader.u8(), reader.u8()
    reader.u16_list(reader.u8())
    data = reader.octets(reader.u8())
    return _send(coordinator, nwk, endpoint, own_endpoint, cluster, sequence, data)


def _send(
    coordinator: ZnpCoordinator,
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
    coordinator: ZnpCoordinator, nwk: int, cluster: int, sequence: int, payload: bytes
) -> list[Output]:
    """ZDO over AF: the answers come in the general form, to hosts that asked for that."""
    answers: list[Output] = []
    for source, answer in coordinator.ask(nwk, cluster, payload):
        if coordinator.callbacks:
            response = cluster | zdo.RESPONSE
            answers.append(coordinator.zdo_message(source, response, answer, sequence=sequence))
    return answers + coordinator.leave_if_asked(nwk, cluster)


HANDLERS = {
    0x00: _register,
    0x01: _data,
    0x02: _data_ext,
    0x03: _data_source_routed,
    0x04: _delete,
}
