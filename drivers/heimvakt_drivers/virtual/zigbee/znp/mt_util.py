"""UTIL and APP_CNF commands: what the coordinator is, its children, and forming the network."""

from __future__ import annotations

import struct

from heimvakt_drivers.virtual.zigbee.coordinator import COORDINATOR_NWK
from heimvakt_drivers.virtual.zigbee.octets import Reader, u8, u16

from .coordinator import Output, ZnpCoordinator, areq
from .mt_frame import Subsystem
from .mt_sys import INVALID_PARAMETER, SUCCESS, Answer

MODE_FORMATION = 0x04
DERIVED_KEY = 0x02
BDB_SUCCESS, BDB_IN_PROGRESS, BDB_FORMATION_FAILURE, BDB_RESTORED = 0x00, 0x01, 0x08, 0x0D
# Address, index, relation, status, count, age; link (12 octets); end device (8); two counters.
_CHILD = struct.Struct("<HHBBBB 4BIHxx BxxxI I BBxx")
CHILD_SLEEPY, NOT_USED = 1, 0xFF
CAN_BE_ALL = 0x07


def _device_info(coordinator: ZnpCoordinator, _: Reader) -> Answer:
    children = [device.nwk for device in coordinator.joined()][:100]
    head = u8(SUCCESS) + coordinator.ieee_sent + u16(COORDINATOR_NWK)
    state = bytes((CAN_BE_ALL, coordinator.state, len(children)))
    return head + state + b"".join(map(u16, children)), []


def _accept(_: ZnpCoordinator, __: Reader) -> Answer:
    return u8(SUCCESS), []


def _child(nwk: int, index: int, relation: int) -> bytes:
    return _CHILD.pack(nwk, index, relation, 0, 0, 0, 0, 1, 180, 0, 0, 0, 0, 0, 0, 0, 0)


def _find_child(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    index = reader.u8()
    children = [device.nwk for device in coordinator.joined()]
    if index < len(children):
        return _child(children[index], index, CHILD_SLEEPY), []
    return _child(0xFFFF, 0xFFFF, NOT_USED), []


def _child_with_address(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    ieee, nwk = reader.octets(8), reader.u16()
    for index, device in enumerate(coordinator.devices.values()):
        if device.joined and (device.ieee_sent == ieee or (not any(ieee) and device.nwk == nwk)):
            return _child(device.nwk, index, CHILD_SLEEPY), []
    return _child(0xFFFE, 0xFFFF, NOT_USED), []


def _set_channels(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    primary, channels = reader.u8(), reader.u32()
    if primary:
        coordinator.channels = channels
    return u8(SUCCESS), []


def _start(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    mode = reader.u8()
    if coordinator.network is None and not mode & MODE_FORMATION:
        return u8(SUCCESS), [_notice(0x02, 0, 0)]  # no network, and none was to be made
    if coordinator.start():
        # A network that is there is restored; forming it once more then fails, as the stack says.
        notices: list[Output] = [_notice(BDB_RESTORED, 0, mode)]
        if mode & MODE_FORMATION:
            notices.append(_notice(BDB_FORMATION_FAILURE, MODE_FORMATION, 0))
        return u8(SUCCESS), [coordinator.state_change(), *notices]
    starting = areq(Subsystem.ZDO, 0xC0, u8(8))
    return u8(SUCCESS), [
        _notice(BDB_IN_PROGRESS, MODE_FORMATION, mode),
        *[starting] * 3,
        coordinator.state_change(),
        _notice(BDB_SUCCESS, MODE_FORMATION, 0),
    ]


def _install_code(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    kind, ieee = reader.u8(), reader.octets(8)
    if kind != DERIVED_KEY:
        return u8(INVALID_PARAMETER), []  # the code itself: no host that is known gives that
    coordinator.codes[ieee] = reader.octets(16)
    return u8(SUCCESS), []


def _only_with_code(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    coordinator.only_with_code = bool(reader.u8())
    return u8(SUCCESS), []


def _notice(status: int, mode: int, remaining: int) -> Output:
    return areq(Subsystem.APP_CNF, 0x80, bytes((status, mode, remaining)))


UTIL_HANDLERS = {
    0x00: _device_info,
    0x0A: _accept,  # LED
    0x49: _find_child,
    0x4A: _child_with_address,
    0x63: _accept,  # forget a child for a while
    0x64: _accept,  # and know it again
}
APP_CNF_HANDLERS = {
    0x04: _install_code,
    0x05: _start,
    0x06: _only_with_code,
    0x08: _set_channels,
}
