"""Commands about the network: form it, bring it up, leave it, open it, and look at its channels."""

from __future__ import annotations

import struct

from heimvakt_drivers.virtual.zigbee.octets import Reader, u8

from .codes import Handler, Status
from .coordinator import EzspCoordinator
from .reply import Handles, Reply, Told, done, plain, status
from .tokens import COORDINATOR, PARAMETERS_OCTETS, Parameters

JOINED, NO_NETWORK = 0x02, 0x00
HAVE_NETWORK_KEY, HAVE_PRECONFIGURED_KEY, KEEP_COUNTERS = 0x0200, 0x0100, 0x1000
HAVE_LINK_KEY, CURRENT_BITS = 0x0010, 0x0087
ENERGY_SCAN = 0
TRANSIENT_KEYS_MAX = 10
FULL = 0x0025  # of the wider kind (sl_status) that the commands about keys have
NONE = Parameters(bytes(8), 0xFFFF, 0, 0, 0, 0, 0, 0)


def _state(coordinator: EzspCoordinator, _: Reader) -> Reply:
    return u8(JOINED if coordinator.running else NO_NETWORK), ()


def _init(coordinator: EzspCoordinator, _: Reader) -> Reply:
    if coordinator.running:
        return status(Status.INVALID_CALL)
    if coordinator.tokens.parameters is None:
        return status(Status.NOT_JOINED)
    coordinator.start()
    return done(coordinator.stack_status(Status.NETWORK_UP))


def _form(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    wanted = Parameters.decode(reader.octets(PARAMETERS_OCTETS))
    if coordinator.running:
        return status(Status.INVALID_CALL)
    if not coordinator.secured:
        return status(Status.SECURITY_STATE_NOT_SET)
    if wanted.channel not in range(11, 27):
        return status(Status.BAD_ARGUMENT)
    coordinator.form(wanted)
    return done(coordinator.stack_status(Status.NETWORK_UP))


def _leave(coordinator: EzspCoordinator, _: Reader) -> Reply:
    if not coordinator.running:
        return status(Status.INVALID_CALL)
    coordinator.tokens.forget_network()
    coordinator.up = coordinator.secured = False
    return done(coordinator.stack_status(Status.NETWORK_DOWN))


def _parameters(coordinator: EzspCoordinator, _: Reader) -> Reply:
    has = coordinator.tokens.parameters
    if has is None or not coordinator.running:
        return bytes((Status.NOT_JOINED, 0)) + NONE.encode(), ()
    return bytes((Status.SUCCESS, COORDINATOR)) + has.encode(), ()


def _children(coordinator: EzspCoordinator, _: Reader) -> Reply:
    count = min(len(coordinator.tokens.children), 0xFF)
    return struct.pack("<B8sH", count, bytes(8), 0xFFFF), ()


def _secure(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    bits, key = reader.u16(), reader.octets(16)
    network_key, sequence = reader.octets(16), reader.u8()
    reader.octets(8)  # of another trust centre: this stick is its own
    if coordinator.running:
        return status(Status.INVALID_CALL)
    tokens, chance = coordinator.tokens, coordinator.chance
    tokens.security = bits & CURRENT_BITS
    tokens.trust_center_key = key if bits & HAVE_PRECONFIGURED_KEY else chance.randbytes(16)
    tokens.network_key = network_key if bits & HAVE_NETWORK_KEY else chance.randbytes(16)
    tokens.network_key_sequence = sequence
    if not bits & KEEP_COUNTERS:
        tokens.network_counter = tokens.link_counter = 0
    coordinator.secured = True
    return done()


def _security(coordinator: EzspCoordinator, _: Reader) -> Reply:
    tokens = coordinator.tokens
    if not coordinator.running:
        return struct.pack("<BH8s", Status.NOT_JOINED, 0, bytes(8)), ()
    bits = tokens.security | HAVE_LINK_KEY
    return struct.pack("<BH8s", Status.SUCCESS, bits, tokens.trust_center_ieee), ()


def _permit(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    duration_s = reader.u8()
    if not coordinator.running:
        return status(Status.INVALID_CALL)
    coordinator.permit(duration_s)
    opened = Status.NETWORK_OPENED if duration_s else Status.NETWORK_CLOSED
    return done(coordinator.stack_status(opened))


def _scan(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    kind, mask = reader.u8(), reader.u32()
    told: list[Told] = []
    if kind == ENERGY_SCAN:
        for channel in range(11, 27):
            if mask >> channel & 1:
                rssi = coordinator.noise(channel) * 40 // 128 - 100
                found = struct.pack("<Bb", channel, rssi)
                told.append(coordinator.callback(Handler.ENERGY_SCAN_RESULT, found))
    end = bytes((0, Status.SUCCESS))
    return done(*told, coordinator.callback(Handler.SCAN_COMPLETE, end))


def _channel(coordinator: EzspCoordinator, _: Reader) -> Reply:
    network = coordinator.network
    return u8(0 if network is None else network.channel), ()


def _let_in(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    """A key for one that is to join; the address of all ones stands for anybody."""
    ieee = reader.octets(8)
    key = reader.octets(16)
    reader.u8()  # flags
    lives_s = coordinator.configuration.get(0x36, 300)
    keys = coordinator.transient_keys
    if ieee not in keys and len(keys) >= TRANSIENT_KEYS_MAX:
        return struct.pack("<I", FULL), ()
    keys[ieee] = key, coordinator.now + lives_s
    return struct.pack("<I", 0), ()


def _forget_transient_keys(coordinator: EzspCoordinator, _: Reader) -> Reply:
    coordinator.transient_keys.clear()
    return b"", ()


HANDLERS: dict[int, Handles] = {
    0x0010: plain(u8(Status.SUCCESS)),  # many-to-one routes: every device is a child
    0x0017: _init,
    0x0018: _state,
    0x001A: _scan,
    0x001D: plain(u8(Status.SUCCESS)),
    0x001E: _form,
    0x0020: _leave,
    0x0022: _permit,
    0x0028: _parameters,
    0x0029: _children,
    0x005A: plain(bytes(4)),  # how source routes are found
    0x0068: _secure,
    0x0069: _security,
    0x006B: _forget_transient_keys,
    0x00BA: _channel,
    0x0111: _let_in,
}
