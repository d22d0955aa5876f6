"""Commands about the stick itself: its version, what it is set to, its tokens and its endpoints."""

from __future__ import annotations

import struct

from heimvakt_drivers.virtual.zigbee.octets import Reader, u8, u16
from heimvakt_drivers.virtual.zigbee.zdo import Endpoint

from .codes import Status
from .coordinator import COUNTERS, EzspCoordinator
from .reply import Handles, Reply, done, plain, status
from .tokens import EMPTY_IEEE

PROTOCOL, MESH, STACK = 13, 2, 0x7430
VERSION_INFO = struct.pack("<HBBBBB", 0, 7, 4, 3, 0, 0xAA)
EZSP_SUCCESS, INVALID_VALUE, INVALID_ID, INVALID_CALL = 0x00, 0x36, 0x37, 0x38

CONFIGURATION = {
    0x01: 255,  # packet buffers
    0x02: 26,  # neighbours
    0x03: 32,  # unicasts under way
    0x04: 32,  # bindings
    0x05: 16,  # addresses
    0x06: 16,  # multicast groups
    0x07: 16,  # routes
    0x08: 8,  # discoveries
    0x0C: 0,  # stack profile
    0x0D: 5,  # security level
    0x10: 30,  # hops
    0x11: 32,  # children
    0x12: 3000,  # how long a frame waits for a sleeping child, ms
    0x13: 8,  # after how long a child that does not poll is forgotten
    0x17: 0,  # power of sending
    0x18: 0,  # whether it relays nothing
    0x19: 2,  # addresses that the trust centre keeps
    0x1A: 100,  # source routes
    0x1C: 1,  # fragments under way
    0x1D: 0,
    0x1E: 12,  # link keys
    0x1F: 1600,  # how long an acknowledgement of a device may take, ms
    0x20: 3,
    0x22: 2,  # conflicts of PAN ids before they are told
    0x2A: 0,  # which requests to the device object the host gets
    0x2B: 15,  # broadcasts remembered
    0x2D: 1,  # networks
    0x34: 8,
    0x35: 13,
    0x36: 300,  # how long a transient key lives, s
    0x37: 0,
    0x38: 90,
    0x39: 0,
    0x40: 0,
    0x41: 5,  # green power: proxies
    0x42: 0,  # green power: sinks
}
VERSION_INFO_VALUE, FREE_BUFFERS, NWK_COUNTER, APS_COUNTER = 0x11, 0x03, 0x23, 0x24
VALUES = {
    0x05: b"\x52",  # octets of an incoming transfer
    0x06: b"\x52",
    FREE_BUFFERS: b"\xf0",
    0x07: b"\x01",  # whether tokens are written at once
    0x0A: bytes(2),  # more bits of security
    0x0C: b"\x00",
    VERSION_INFO_VALUE: VERSION_INFO,
    0x15: bytes(2),  # how loud a channel is that is taken
    0x29: b"\x00",
    0x3A: b"\x00",
    0x3E: b"\x00",
    0x3F: b"\x03",
    0x44: b"\x01",
    0x45: b"\x00",
    0x46: b"\x02",
    0x47: b"\x00",
    0x48: b"\x00",
}
MFG_TOKENS = {
    0x00: b"\xff\xff",  # version
    0x01: b"Heimvakt".ljust(16, b"\x00"),
    0x02: b"virtual stick".ljust(16, b"\xff"),
    0x03: b"\xff\xff",  # maker
    0x04: b"\x00\xff",  # radio
    0x0C: EMPTY_IEEE,  # an address that can be burnt in once
}
ENDPOINT_FLAGS = 0x00


def _version(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    coordinator.version_set = reader.u8() == PROTOCOL
    return struct.pack("<BBH", PROTOCOL, MESH, STACK), ()


def _echo(_: EzspCoordinator, reader: Reader) -> Reply:
    return _sized(reader.octets(reader.u8())), ()


def _get_configuration(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    wanted = reader.u8()
    if wanted not in CONFIGURATION:
        return u8(INVALID_ID) + u16(0), ()
    value = coordinator.configuration.get(wanted, CONFIGURATION[wanted])
    return u8(EZSP_SUCCESS) + u16(value), ()


def _set_configuration(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    wanted, value = reader.u8(), reader.u16()
    if wanted not in CONFIGURATION:
        return u8(INVALID_ID), ()
    if coordinator.running:
        return u8(INVALID_CALL), ()
    coordinator.configuration[wanted] = value
    return u8(EZSP_SUCCESS), ()


def _get_value(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    wanted = reader.u8()
    tokens = coordinator.tokens
    counters = {NWK_COUNTER: tokens.network_counter, APS_COUNTER: tokens.link_counter}
    if wanted in counters:
        return u8(EZSP_SUCCESS) + _sized(counters[wanted].to_bytes(4, "little")), ()
    value = coordinator.values.get(wanted, VALUES.get(wanted))
    if value is None:
        return u8(INVALID_ID) + u8(0), ()
    return u8(EZSP_SUCCESS) + _sized(value), ()


def _set_value(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    wanted, value = reader.u8(), reader.octets(reader.u8())
    if wanted in (NWK_COUNTER, APS_COUNTER):
        if coordinator.running or len(value) != 4:
            return u8(INVALID_CALL), ()
        number = int.from_bytes(value, "little")
        if wanted == NWK_COUNTER:
            coordinator.tokens.network_counter = number
        else:
            coordinator.tokens.link_counter = number
    elif wanted not in VALUES or wanted == VERSION_INFO_VALUE:
        return u8(INVALID_ID), ()
    else:
        coordinator.values[wanted] = value
    return u8(EZSP_SUCCESS), ()


def _get_extended_value(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    wanted, of = reader.u8(), reader.u32()
    if wanted != ENDPOINT_FLAGS:
        return u8(INVALID_ID) + u8(0), ()
    known = of in coordinator.endpoints_by_number
    return u8(EZSP_SUCCESS if known else INVALID_VALUE) + _sized(u16(known)), ()


def _get_policy(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    return u8(EZSP_SUCCESS) + u16(coordinator.policies.get(reader.u8(), 0)), ()


def _set_policy(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    policy, decision = reader.u8(), reader.u8()
    coordinator.policies[policy] = decision
    return u8(EZSP_SUCCESS), ()


def _add_endpoint(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    number, profile, device_type = reader.u8(), reader.u16(), reader.u16()
    version, inputs, outputs = reader.u8(), reader.u8(), reader.u8()
    if coordinator.running or number in coordinator.endpoints_by_number:
        return u8(INVALID_CALL), ()
    coordinator.endpoints_by_number[number] = Endpoint(
        number,
        profile,
        device_type,
        version,
        reader.u16_list(inputs),
        reader.u16_list(outputs),
    )
    return u8(EZSP_SUCCESS), ()


def _get_mfg_token(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    return _sized(MFG_TOKENS.get(reader.u8(), b"")), ()


def _get_token(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    value = coordinator.tokens.read(reader.u32(), reader.u32())
    if value is None:
        return status(Status.NOT_FOUND)
    return u8(Status.SUCCESS) + len(value).to_bytes(4, "little") + value, ()


def _set_token(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    token, index = reader.u32(), reader.u32()
    written = coordinator.tokens.write(token, index, reader.octets(reader.u32()))
    return done() if written else status(Status.NOT_FOUND)


def _forget_all(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    keeps_counters = reader.u8()
    tokens = coordinator.tokens
    counters = tokens.network_counter, tokens.link_counter
    tokens.forget_all()
    if keeps_counters:
        tokens.network_counter, tokens.link_counter = counters
    coordinator.up = False
    return b"", ()


def _ieee(coordinator: EzspCoordinator, _: Reader) -> Reply:
    return coordinator.ieee_sent, ()


def _node_id(coordinator: EzspCoordinator, _: Reader) -> Reply:
    return u16(coordinator.nwk if coordinator.running else 0xFFFE), ()


def _random(coordinator: EzspCoordinator, _: Reader) -> Reply:
    return u8(Status.SUCCESS) + coordinator.chance.randbytes(2), ()


def _read_counters(coordinator: EzspCoordinator, _: Reader) -> Reply:
    return b"".join(map(u16, coordinator.counters)), ()


def _read_and_clear_counters(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    answer = _read_counters(coordinator, reader)
    coordinator.counters = [0] * COUNTERS
    return answer


def _sized(value: bytes) -> bytes:
    return u8(len(value)) + value


HANDLERS: dict[int, Handles] = {
    0x0000: _version,
    0x0002: _add_endpoint,
    0x0003: _get_extended_value,
    0x0005: plain(b""),  # nop
    0x000B: _get_mfg_token,
    0x000C: plain(u8(Status.INVALID_CALL)),  # burning is for factories
    0x0015: plain(b""),  # the maker's code in the node descriptor
    0x0016: plain(b""),
    0x0026: _ieee,
    0x0027: _node_id,
    0x0047: plain(u8(Status.INVALID_CALL) + u8(0)),  # no commands of a maker's own
    0x0049: _random,
    0x0052: _get_configuration,
    0x0053: _set_configuration,
    0x0055: _set_policy,
    0x0056: _get_policy,
    0x0065: _read_and_clear_counters,
    0x0077: _forget_all,
    0x0081: _echo,
    0x0099: plain(u8(Status.SUCCESS)),  # power of sending
    0x00AA: _get_value,
    0x00AB: _set_value,
    0x00F1: _read_counters,
    0x0102: _get_token,
    0x0103: _set_token,
}
