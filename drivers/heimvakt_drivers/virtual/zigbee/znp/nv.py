"""The non-volatile memory of the coordinator: what survives a reset and a lost supply.

PURE. Two address spaces, as Z-Stack 3 has them: the old items, named by one number, and the
extended tables, named by (system, item, entry). Through the extended commands the old items are
seen as entries of item 0 of system 1. Sizes of the tables are those of a CC2652 build, and the
layout of every structure has the padding of a 32-bit processor.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

ZSTACK = 1  # the system id of the stack's own items
LEGACY = 0  # the extended item that stands for the old ones
EMPTY_IEEE = b"\xff" * 8


class Item(IntEnum):
    """Old items that the coordinator itself uses. Hosts may make others."""

    EXTADDR = 0x0001
    STARTUP_OPTION = 0x0003
    NIB = 0x0021
    EXTENDED_PAN_ID = 0x002D
    BCAST_DELIVERY_TIME = 0x0030
    CONCENTRATOR_ENABLE = 0x0032
    CONCENTRATOR_DISCOVERY = 0x0033
    CONCENTRATOR_RADIUS = 0x0034
    CONCENTRATOR_RC = 0x0036
    SRC_RTG_EXPIRY_TIME = 0x0038
    NWK_ACTIVE_KEY_INFO = 0x003A
    NWK_ALTERN_KEY_INFO = 0x003B
    NWK_CHILD_AGE_ENABLE = 0x003E
    APS_USE_EXT_PANID = 0x0047
    APS_LINK_KEY_TABLE = 0x004C
    BDB_NODE_IS_ON_A_NETWORK = 0x0055
    HAS_CONFIGURED_ZSTACK3 = 0x0060  # a mark of the hosts, not of the stack
    PRECFGKEY = 0x0062
    PRECFGKEYS_ENABLE = 0x0063
    NWKKEY = 0x0082
    PANID = 0x0083
    CHANLIST = 0x0084
    LOGICAL_TYPE = 0x0087
    ZDO_DIRECT_CB = 0x008F
    TCLK_SEED = 0x0101


class Table(IntEnum):
    """Extended tables of the stack."""

    ADDRMGR = 0x0001
    TCLK = 0x0004
    APS_KEY = 0x0006
    NWK_SEC = 0x0007


TABLES: dict[Table, tuple[int, bytes]] = {
    # entries, and what an empty entry holds
    Table.ADDRMGR: (257, b"\xff" * 12),
    Table.TCLK: (200, bytes(16) + b"\xff\x00\x00\x00"),
    Table.APS_KEY: (3, bytes(24)),
    Table.NWK_SEC: (5, bytes(12)),
}

DEFAULTS: dict[Item, bytes] = {
    Item.STARTUP_OPTION: b"\x00",
    Item.EXTENDED_PAN_ID: bytes(8),
    Item.BCAST_DELIVERY_TIME: b"\x1e",
    Item.CONCENTRATOR_ENABLE: b"\x00",
    Item.CONCENTRATOR_DISCOVERY: b"\x78",
    Item.CONCENTRATOR_RADIUS: b"\x0a",
    Item.CONCENTRATOR_RC: b"\x01",
    Item.SRC_RTG_EXPIRY_TIME: b"\xff",
    Item.NWK_ACTIVE_KEY_INFO: bytes(17),
    Item.NWK_ALTERN_KEY_INFO: bytes(17),
    Item.NWK_CHILD_AGE_ENABLE: b"\x00",
    Item.APS_USE_EXT_PANID: bytes(8),
    Item.APS_LINK_KEY_TABLE: bytes(122),  # a count of two octets, then room for 20 entries of 6
    Item.PRECFGKEY: bytes(16),
    Item.PRECFGKEYS_ENABLE: b"\x01",
    Item.NWKKEY: bytes(24),
    Item.PANID: b"\xff\xff",
    Item.CHANLIST: b"\x00\x08\x00\x00",
    Item.LOGICAL_TYPE: b"\x00",
    Item.ZDO_DIRECT_CB: b"\x00",
}

ITEM_OCTETS_MAX = 1024
ITEMS_MAX = 2048
"""Limits on what a host may make: beyond them an item cannot be made (operation failed)."""


class NvMemory:
    """The memory. Give `hardware_ieee` as sent: it comes back when a host deletes the address."""

    def __init__(self, hardware_ieee: bytes, tclk_seed: bytes) -> None:
        self.hardware_ieee = hardware_ieee
        """The address burnt in, as sent."""
        self._tclk_seed = tclk_seed
        self._items: dict[int, bytes] = {}
        self._extended: dict[tuple[int, int, int], bytes] = {}
        self.restore_missing()
        self.clear_tables()

    # ------------------------------------------------------------------ the old items

    def read(self, item: int) -> bytes | None:
        """The value of an old item, None when there is none."""
        return self._items.get(item)

    def write(self, item: int, value: bytes) -> None:
        """Make or replace an old item."""
        self._items[item] = value

    def patch(self, item: int, offset: int, part: bytes) -> bool:
        """Write inside an existing item; False when it is not there or too short."""
        old = self._items.get(item)
        if old is None or offset + len(part) > len(old):
            return False
        self._items[item] = old[:offset] + part + old[offset + len(part) :]
        return True

    def create(self, item: int, length: int, start: bytes) -> bool:
        """Make an item of `length` octets that begins with `start`; False beyond the limits."""
        if not 0 < length <= ITEM_OCTETS_MAX or len(self._items) >= ITEMS_MAX:
            return False
        self._items[item] = start[:length].ljust(length, b"\xff")
        return True

    def delete(self, item: int) -> bool:
        """Remove an old item; False when there was none."""
        return self._items.pop(item, None) is not None

    # ------------------------------------------------------------------ the extended tables

    def read_extended(self, system: int, item: int, entry: int) -> bytes | None:
        """The value of an entry, None when there is none."""
        if (system, item) == (ZSTACK, LEGACY):
            return self._items.get(entry)
        return self._extended.get((system, item, entry))

    def patch_extended(self, system: int, item: int, entry: int, offset: int, part: bytes) -> bool:
        """Write inside an existing entry; False when it is not there or too short."""
        if (system, item) == (ZSTACK, LEGACY):
            return self.patch(entry, offset, part)
        old = self._extended.get((system, item, entry))
        if old is None or offset + len(part) > len(old):
            return False
        new = old[:offset] + part + old[offset + len(part) :]
        self._extended[system, item, entry] = new
        return True

    def create_extended(self, system: int, item: int, entry: int, length: int) -> bool:
        """Make an entry of `length` octets; False beyond the limits."""
        if (system, item) == (ZSTACK, LEGACY):
            return self.create(entry, length, b"")
        if not 0 < length <= ITEM_OCTETS_MAX or len(self._extended) >= ITEMS_MAX:
            return False
        self._extended[system, item, entry] = b"\xff" * length
        return True

    def delete_extended(self, system: int, item: int, entry: int) -> bool:
        """Remove an entry; False when there was none."""
        if (system, item) == (ZSTACK, LEGACY):
            return self.delete(entry)
        return self._extended.pop((system, item, entry), None) is not None

    def table(self, table: Table) -> Iterator[tuple[int, bytes]]:
        """The entries of a table in order, as (number, value)."""
        entry = 0
        while (value := self._extended.get((ZSTACK, table, entry))) is not None:
            yield entry, value
            entry += 1

    def put_entry(self, table: Table, entry: int, value: bytes) -> None:
        """Replace one entry of a table of the stack."""
        self._extended[ZSTACK, table, entry] = value

    # ------------------------------------------------------------------ the whole

    def clear_tables(self) -> None:
        """Empty every table, as a factory reset does."""
        for table, (entries, empty) in TABLES.items():
            for entry in range(entries):
                self._extended[ZSTACK, table, entry] = empty

    def forget_network(self) -> None:
        """Give the settings of the network their factory values; the network is gone."""
        for item in (Item.NIB, Item.BDB_NODE_IS_ON_A_NETWORK):
            self._items.pop(item, None)
        for item, value in DEFAULTS.items():
            self._items[item] = value
        self.clear_tables()

    def restore_missing(self) -> None:
        """Make again what the stack makes at every start if a host deleted it."""
        self._items.setdefault(Item.EXTADDR, self.hardware_ieee)
        self._items.setdefault(Item.TCLK_SEED, self._tclk_seed)
        for item, value in DEFAULTS.items():
            self._items.setdefault(item, value)

    def to_json(self) -> dict[str, dict[str, str]]:
        """Everything as hexadecimal text, for `from_json`."""
        return {
            "items": {f"{item:04x}": value.hex() for item, value in self._items.items()},
            "extended": {
                f"{system:02x}.{item:04x}.{entry:04x}": value.hex()
                for (system, item, entry), value in self._extended.items()
            },
        }

    def replace_all(self, stored: dict[str, dict[str, str]]) -> None:
        """Take over what `to_json` gave. Raises ValueError or KeyError when it is damaged."""
        items = {int(item, 16): bytes.fromhex(v) for item, v in stored["items"].items()}
        extended: dict[tuple[int, int, int], bytes] = {}
        for name, text in stored["extended"].items():
            system, item, entry = (int(part, 16) for part in name.split("."))
            extended[system, item, entry] = bytes.fromhex(text)
        self._items, self._extended = items, extended
