"""The network in non-volatile memory: form it, read it back, write children and their keys.

PURE. Facts: the layout of the stack's network information base (116 octets with the padding of a
32-bit processor), of address manager entries (12), link key entries (20) and network security
material (12), all as Z-Stack 3 keeps them.
"""

from __future__ import annotations

import struct

from heimvakt_drivers.virtual.zigbee.coordinator import Network

from .nv import DEFAULTS, EMPTY_IEEE, TABLES, Item, NvMemory, Table

# Fifteen octets of stack parameters, then fields by name. "x" is padding.
_NIB = struct.Struct("<15sx H 3Bx H Bx H 8s H Bx I 4B 2I B 8s B 17s 17s 9B x H H B x")
_PARAMETERS = bytes((0, 5, 2, 20, 15, 20, 0, 30, 1, 3, 0, 1, 5, 0, 0x83))
_ALL_CHANNELS = range(11, 27)
ASSOCIATED_AND_SECURED = 0x03


def form(nv: NvMemory, channels: int, chance: bytes) -> Network:
    """Form a network from the settings a host wrote; `chance` is 20 octets of it.

    PAN id 0xFFFF means "any", an extended PAN id of zeros means "the own address", a key of zeros
    means "make one". `channels` is a mask with bit 11 for channel 11.
    """
    wanted = _number(nv, Item.PANID)
    pan_id = wanted if wanted != 0xFFFF else int.from_bytes(chance[:2], "little") & 0x3FFF | 1
    extended = _value(nv, Item.APS_USE_EXT_PANID)
    if extended in (bytes(8), EMPTY_IEEE):
        extended = _value(nv, Item.EXTADDR)
    key = _value(nv, Item.PRECFGKEY)
    if key == bytes(16):
        key = chance[4:20]
        nv.write(Item.PRECFGKEY, key)
    offered = [n for n in _ALL_CHANNELS if channels >> n & 1] or [11]
    channel = offered[chance[2] % len(offered)]
    nv.write(Item.NIB, _nib(nv, pan_id, extended, channel, channels))
    nv.write(Item.BDB_NODE_IS_ON_A_NETWORK, b"\x01")
    nv.write(Item.EXTENDED_PAN_ID, extended)
    for item in (Item.NWK_ACTIVE_KEY_INFO, Item.NWK_ALTERN_KEY_INFO):
        nv.write(item, b"\x00" + key)
    nv.write(Item.NWKKEY, b"\x00" + key + b"\xff" * 3 + bytes(4))
    nv.put_entry(Table.NWK_SEC, 0, bytes(4) + extended)
    return Network(pan_id, extended, channel, 0)


def read(nv: NvMemory) -> Network | None:
    """The network in memory, None when none was formed."""
    stored = nv.read(Item.NIB)
    if stored is None or len(stored) != _NIB.size:
        return None
    if nv.read(Item.BDB_NODE_IS_ON_A_NETWORK) != b"\x01":
        return None
    fields = _NIB.unpack(stored)
    own, channel, pan_id, extended = fields[5], fields[6], fields[9], fields[19]
    if channel == 0 or pan_id == 0xFFFF:
        return None
    return Network(pan_id, extended, channel, own)


def remember_child(nv: NvMemory, ieee: bytes, nwk: int) -> bool:
    """Keep a joined device, as the stack does; False when the table is full."""
    address = struct.pack("<BxH8s", ASSOCIATED_AND_SECURED, nwk, ieee)
    if not _put(nv, Table.ADDRMGR, ieee, 4, address):
        return False
    link_key = struct.pack("<II8sBBBx", 0, 0, ieee, 2, 0, 0)
    return _put(nv, Table.TCLK, ieee, 8, link_key)


def forget_child(nv: NvMemory, ieee: bytes) -> None:
    """Drop a device that left."""
    for table, offset in ((Table.ADDRMGR, 4), (Table.TCLK, 8)):
        empty = _empty_of(table)
        for entry, value in list(nv.table(table)):
            if value[offset : offset + 8] == ieee:
                nv.put_entry(table, entry, empty)


def _nib(nv: NvMemory, pan_id: int, extended: bytes, channel: int, channels: int) -> bytes:
    spare = b"\xff" * 17
    return _NIB.pack(
        *(_PARAMETERS, 7, 2, 13, 30),
        *(0x0000, channel, 0x0000, _value(nv, Item.EXTADDR), pan_id),
        *(9, channels & 0x07FFF800 or 1 << channel),
        *(15, 15, 0, 0),
        *(0, 0, 1, extended, 1, spare, spare),
        *(0, 0, 15, 3, 0, 1, 120, 10, 1),
        *(0x0000, 0, 0),
    )


def _put(nv: NvMemory, table: Table, ieee: bytes, offset: int, value: bytes) -> bool:
    free: int | None = None
    for entry, old in nv.table(table):
        held = old[offset : offset + 8]
        if held == ieee:
            nv.put_entry(table, entry, value)
            return True
        if free is None and held in (EMPTY_IEEE, bytes(8)):
            free = entry
    if free is None:
        return False
    nv.put_entry(table, free, value)
    return True


def _empty_of(table: Table) -> bytes:
    return TABLES[table][1]


def _value(nv: NvMemory, item: Item) -> bytes:
    value = nv.read(item)
    return value if value is not None else DEFAULTS.get(item, bytes(8))


def _number(nv: NvMemory, item: Item) -> int:
    return int.from_bytes(_value(nv, item), "little")
