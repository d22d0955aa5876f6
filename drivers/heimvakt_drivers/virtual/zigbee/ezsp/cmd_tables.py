"""Commands about keys, children, addresses and groups: what a host reads into its backup."""

from __future__ import annotations

import struct

from heimvakt_drivers.virtual.zigbee.octets import Reader, u8, u16

from .codes import Status
from .coordinator import NO_INDEX, SLEEPY_END_DEVICE, EzspCoordinator
from .reply import Handles, Reply, done, plain, status
from .tokens import CHILDREN_MAX, EMPTY_IEEE, LINK_KEYS_MAX, Child

CONTEXT_OCTETS = 17
NETWORK_KEY, TRUST_CENTER_KEY = 0x01, 0x02
OK, NOT_FOUND, INVALID_INDEX = (n.to_bytes(4, "little") for n in (0x0000, 0x002D, 0x0027))
"""Of the wider kind (sl_status) that the commands about keys have."""

NO_NODE = 0xFFFF
_CHILD = struct.Struct("<8sBHBBBI")
_META = struct.Struct("<HIIH")
ADDRESS_TABLE, MULTICAST_TABLE = 16, 16
UNTOUCHED = 0x00
"""The flag of a child that a host put there; it must set the other one itself, in the token."""


# ---------------------------------------------------------------------- keys


def _export_key(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    kind = reader.octets(CONTEXT_OCTETS)[0]
    tokens = coordinator.tokens
    keys = {NETWORK_KEY: tokens.network_key, TRUST_CENTER_KEY: tokens.trust_center_key}
    if kind not in keys:
        return bytes(16) + NOT_FOUND, ()
    return keys[kind] + OK, ()


def _network_key_info(coordinator: EzspCoordinator, _: Reader) -> Reply:
    tokens = coordinator.tokens
    there = tokens.parameters is not None
    info = struct.pack("<BBBBI", there, 0, tokens.network_key_sequence, 0, tokens.network_counter)
    return OK + info, ()


def _link_key(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    ieee, key = coordinator.tokens.link_keys.get(reader.u8(), (bytes(8), b""))
    found = OK if key else NOT_FOUND
    return ieee + (key or bytes(16)) + _META.pack(0, 0, 0, 0) + found, ()


def _link_key_of(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    place = _place_of_key(coordinator, reader.octets(8))
    if place is None:
        return bytes(16) + u8(NO_INDEX) + _META.pack(0, 0, 0, 0) + NOT_FOUND, ()
    _, key = coordinator.tokens.link_keys[place]
    return key + u8(place) + _META.pack(0, 0, 0, 0) + OK, ()


def _put_link_key(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    place, ieee, key = reader.u8(), reader.octets(8), reader.octets(16)
    if place >= LINK_KEYS_MAX:
        return INVALID_INDEX, ()
    coordinator.tokens.link_keys[place] = (ieee, key)
    return OK, ()


def _find_link_key(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    place = _place_of_key(coordinator, reader.octets(8))
    return u8(NO_INDEX if place is None else place), ()


def _erase_link_key(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    gone = coordinator.tokens.link_keys.pop(reader.u8(), None)
    return status(Status.SUCCESS if gone else Status.INDEX_OUT_OF_RANGE)


def _clear_link_keys(coordinator: EzspCoordinator, _: Reader) -> Reply:
    coordinator.tokens.link_keys.clear()
    return done()


def _place_of_key(coordinator: EzspCoordinator, ieee: bytes) -> int | None:
    keys = coordinator.tokens.link_keys
    return next((place for place, (partner, _) in keys.items() if partner == ieee), None)


# ---------------------------------------------------------------------- children


def _child(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    place, children = reader.u8(), coordinator.tokens.children
    if place >= len(children):
        return u8(Status.NOT_JOINED) + _CHILD.pack(EMPTY_IEEE, 0, NO_NODE, 0, 0, 0, 0), ()
    child = children[place]
    data = _CHILD.pack(child.ieee, SLEEPY_END_DEVICE, child.nwk, 0, 0, 8, 0)
    return u8(Status.SUCCESS) + data, ()


def _put_child(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    place, children = reader.u8(), coordinator.tokens.children
    ieee, _kind, nwk, *_ = _CHILD.unpack(reader.octets(_CHILD.size))
    if place > len(children) or place >= CHILDREN_MAX:
        return status(Status.INDEX_OUT_OF_RANGE)
    children[place : place + 1] = [Child(ieee, nwk, UNTOUCHED)]
    return done()


def _child_nwk(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    place, children = reader.u8(), coordinator.tokens.children
    return u16(children[place].nwk if place < len(children) else NO_NODE), ()


# ---------------------------------------------------------------------- addresses


def _nwk_of(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    ieee = reader.octets(8)
    if ieee == coordinator.ieee_sent:
        return u16(coordinator.nwk), ()
    device = coordinator.devices.get(ieee)
    return u16(device.nwk if device is not None and device.joined else NO_NODE), ()


def _ieee_of(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    nwk = reader.u16()
    device = coordinator.by_nwk(nwk)
    if nwk == coordinator.nwk:
        return u8(Status.SUCCESS) + coordinator.ieee_sent, ()
    if device is None:
        return u8(Status.NOT_FOUND) + EMPTY_IEEE, ()
    return u8(Status.SUCCESS) + device.ieee_sent, ()


def _address_nwk(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    return u16(coordinator.addresses.get(reader.u8(), (b"", NO_NODE))[1]), ()


def _address_ieee(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    return coordinator.addresses.get(reader.u8(), (EMPTY_IEEE, NO_NODE))[0], ()


def _put_address(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    place, ieee, nwk, patient = reader.u8(), reader.octets(8), reader.u16(), reader.u8()
    old_ieee, old_nwk = coordinator.addresses.get(place, (EMPTY_IEEE, NO_NODE))
    was_patient = old_ieee in coordinator.patient
    good = place < ADDRESS_TABLE
    if good:
        coordinator.addresses[place] = (ieee, nwk)
        _be_patient(coordinator, ieee, bool(patient))
    code = Status.SUCCESS if good else Status.INDEX_OUT_OF_RANGE
    return struct.pack("<B8sHB", code, old_ieee, old_nwk, was_patient), ()


def _put_patience(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    _be_patient(coordinator, reader.octets(8), bool(reader.u8()))
    return b"", ()


def _patience(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    return u8(reader.octets(8) in coordinator.patient), ()


def _be_patient(coordinator: EzspCoordinator, ieee: bytes, patient: bool) -> None:
    if not patient:
        coordinator.patient.discard(ieee)
    elif len(coordinator.patient) < CHILDREN_MAX:
        coordinator.patient.add(ieee)


# ---------------------------------------------------------------------- groups


def _group(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    place = reader.u8()
    if place >= MULTICAST_TABLE:
        return u8(Status.INDEX_OUT_OF_RANGE) + bytes(4), ()
    return u8(Status.SUCCESS) + coordinator.groups.get(place, bytes(4)), ()


def _put_group(coordinator: EzspCoordinator, reader: Reader) -> Reply:
    place, entry = reader.u8(), reader.octets(4)
    if place >= MULTICAST_TABLE:
        return status(Status.INDEX_OUT_OF_RANGE)
    coordinator.groups[place] = entry
    return done()


HANDLERS: dict[int, Handles] = {
    0x004A: _child,
    0x005E: _address_ieee,
    0x005F: _address_nwk,
    0x0060: _nwk_of,
    0x0061: _ieee_of,
    0x0063: _group,
    0x0064: _put_group,
    0x0075: _find_link_key,
    0x0076: _erase_link_key,
    0x007A: plain(u8(0)),  # neighbours that route: none
    0x007E: _put_patience,
    0x007F: _patience,
    0x0082: _put_address,
    0x00AC: _put_child,
    0x00B1: _clear_link_keys,
    0x00E2: plain(b""),  # green power: sinks, of which there are none
    0x0106: _child_nwk,
    0x010D: _link_key_of,
    0x010E: _put_link_key,
    0x010F: _link_key,
    0x0114: _export_key,
    0x0116: _network_key_info,
}
