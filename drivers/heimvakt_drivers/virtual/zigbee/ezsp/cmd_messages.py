"""Commands that send: to one device, to all, to a group; and telling a device to leave."""

from __future__ import annotations

from enum import IntEnum

from heimvakt_drivers.virtual.zigbee import zdo
from heimvakt_drivers.virtual.zigbee.coordinator import BROADCASTS
from heimvakt_drivers.virtual.zigbee.octets import Reader, u8, u16

from .codes import Aps, Handler, Incoming, Status
from .coordinator import EzspCoordinator
from .frame import Callback, Later
from .reply import Handles, Reply, Told, done, plain, status

ZDO = 0
"""The endpoint of the device object."""

PAYLOAD_MAX = 82
CONTENTS_POLICY, WITH_CONTENTS = 0x04, 0x01


class Outgoing(IntEnum):
    """How a message goes."""

    DIRECT = 0
    MULTICAST = 3
    BROADCAST = 6


def _unicast(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    kind, nwk = reader.u8(), reader.u16()
    aps, tag, data = _message(reader)
    if refused := _refused(coordinator, aps, data):
        return bytes((refused, 0)), ()
    if kind != Outgoing.DIRECT:
        return bytes((Status.INVALID_CALL, 0)), ()
    aps = _numbered(coordinator, aps)
    answer = bytes((Status.SUCCESS, aps.sequence))

    def sent(result: Status) -> Callback:
        return _sent(coordinator, Outgoing.DIRECT, nwk, aps, tag, result, data)

    device = coordinator.by_nwk(nwk)
    if device is not None and device.silent:
        return answer, [Later(coordinator.asleep_s, sent(Status.DELIVERY_FAILED))]
    if aps.destination == ZDO and (device is not None or nwk == coordinator.nwk):
        return answer, [sent(Status.SUCCESS), *_device_object(coordinator, nwk, aps, data)]
    if device is None:
        return answer, [sent(Status.DELIVERY_FAILED)]
    answers = device.receive(aps.cluster, aps.destination, aps.source, data)
    heard = [
        coordinator.incoming(nwk, outgoing, device.lqi)
        for outgoing in answers
        if outgoing.host_endpoint in coordinator.endpoints_by_number
    ]
    return answer, [sent(Status.SUCCESS), *heard]


def _broadcast(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    nwk = reader.u16()
    head = reader.octets(11)
    reader.u8()  # radius
    aps, tag, data = _message(Reader(head + reader.rest()))
    if refused := _refused(coordinator, aps, data):
        return bytes((refused, 0)), ()
    if nwk not in BROADCASTS:
        return bytes((Status.BAD_ARGUMENT, 0)), ()
    aps = _numbered(coordinator, aps)
    told: list[Told] = [_sent(coordinator, Outgoing.BROADCAST, nwk, aps, tag, Status.SUCCESS, data)]
    if aps.destination == ZDO:
        told += _device_object(coordinator, nwk, aps, data)
    return bytes((Status.SUCCESS, aps.sequence)), told


def _multicast(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    head = reader.octets(11)
    reader.octets(2)  # hops, and hops beyond the group
    aps, tag, data = _message(Reader(head + reader.rest()))
    if refused := _refused(coordinator, aps, data):
        return bytes((refused, 0)), ()
    aps = _numbered(coordinator, aps)
    sent = _sent(coordinator, Outgoing.MULTICAST, aps.group, aps, tag, Status.SUCCESS, data)
    return bytes((Status.SUCCESS, aps.sequence)), [sent]


def _remove(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    reader.octets(10)  # its parent, which here is the stick itself
    device = coordinator.devices.get(reader.octets(8))
    if device is None or not device.joined:
        return status(Status.NOT_FOUND)
    told = coordinator.leaving(device)
    coordinator.dismiss(device)
    return done(*told)


def _message(reader: Reader) -> tuple[Aps, int, bytes]:
    aps = Aps(
        reader.u16(),
        reader.u16(),
        reader.u8(),
        reader.u8(),
        reader.u16(),
        reader.u16(),
        reader.u8(),
    )
    return aps, reader.u8(), reader.octets(reader.u8())


def _numbered(coordinator: EzspCoordinator, aps: Aps) -> Aps:
    """The stack gives the number, whatever the host says."""
    head = aps.profile, aps.cluster, aps.source, aps.destination, aps.options, aps.group
    return Aps(*head, coordinator.count())


def _refused(coordinator: EzspCoordinator, aps: Aps, data: bytes) -> Status | None:
    if not coordinator.running:
        return Status.NETWORK_DOWN
    return Status.MESSAGE_TOO_LONG if len(data) > PAYLOAD_MAX else None


def _sent(
    coordinator: EzspCoordinator,
    how: Outgoing,
    nwk: int,
    aps: Aps,
    tag: int,
    result: Status,
    data: bytes,
) -> Callback:
    policy = coordinator.policies.get(CONTENTS_POLICY)
    contents = data if policy == WITH_CONTENTS else b""
    what = u8(how) + u16(nwk) + aps.encode() + bytes((tag, result))
    return coordinator.callback(Handler.MESSAGE_SENT, what + u8(len(contents)) + contents)


def _device_object(coordinator: EzspCoordinator, nwk: int, aps: Aps, data: bytes) -> list[Callback]:
    """What the device objects of the nodes answer, and what comes of it."""
    reader = Reader(data)
    number = u8(reader.u8())
    request = reader.rest()
    answers = [
        coordinator.message(
            Incoming.UNICAST,
            source,
            Aps(0x0000, aps.cluster | zdo.RESPONSE, 0, 0, sequence=coordinator.count()),
            number + answer,
        )
        for source, answer in coordinator.ask(nwk, aps.cluster, request)
    ]
    return answers + coordinator.leave_if_asked(nwk, aps.cluster)


HANDLERS: dict[int, Handles] = {
    0x0033: plain(u8(PAYLOAD_MAX)),
    0x0034: _unicast,
    0x0036: _broadcast,
    0x0038: _multicast,
    0x0041: plain(u8(Status.SUCCESS)),  # many-to-one routes
    0x00A8: _remove,
}
