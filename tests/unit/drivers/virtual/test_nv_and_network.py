"""The memory, and the network that is formed in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heimvakt_drivers.virtual.zigbee.znp import network
from heimvakt_drivers.virtual.zigbee.znp.nv import ITEM_OCTETS_MAX, TABLES, Item, NvMemory, Table

IEEE = bytes.fromhex("0102030405060708")
CHANCE = bytes(range(20))


@pytest.fixture
def nv() -> NvMemory:
    return NvMemory(IEEE, bytes(16))


def test_a_new_memory_has_no_network(nv: NvMemory) -> None:
    assert network.read(nv) is None


def test_tables_have_the_sizes_that_hosts_expect(nv: NvMemory) -> None:
    for table, (entries, empty) in TABLES.items():
        assert len(list(nv.table(table))) == entries
        assert {len(value) for _, value in nv.table(table)} == {len(empty)}
    assert {t: (n, len(e)) for t, (n, e) in TABLES.items()} == {
        Table.ADDRMGR: (257, 12),
        Table.TCLK: (200, 20),
        Table.APS_KEY: (3, 24),
        Table.NWK_SEC: (5, 12),
    }


def test_a_network_is_formed_as_the_host_wished(nv: NvMemory) -> None:
    nv.write(Item.PANID, b"\x62\x1a")
    nv.write(Item.APS_USE_EXT_PANID, bytes(range(8)))
    nv.write(Item.PRECFGKEY, bytes(range(16)))
    formed = network.form(nv, 1 << 20, CHANCE)
    assert (formed.pan_id, formed.extended_pan_id, formed.channel) == (0x1A62, bytes(range(8)), 20)
    assert network.read(nv) == formed
    assert nv.read(Item.NWK_ACTIVE_KEY_INFO) == b"\x00" + bytes(range(16))
    nib = nv.read(Item.NIB)
    assert nib is not None
    assert len(nib) == 116


def test_what_was_left_open_is_chosen(nv: NvMemory) -> None:
    formed = network.form(nv, 0, CHANCE)
    assert 0 < formed.pan_id < 0xFFFF
    assert formed.extended_pan_id == IEEE
    assert formed.channel == 11


def test_forgetting_the_network_keeps_the_address(nv: NvMemory) -> None:
    network.form(nv, 1 << 15, CHANCE)
    network.remember_child(nv, bytes(range(8, 16)), 0x1234)
    nv.forget_network()
    assert network.read(nv) is None
    assert nv.read(Item.EXTADDR) == IEEE
    assert {value for _, value in nv.table(Table.ADDRMGR)} == {TABLES[Table.ADDRMGR][1]}


def test_an_address_that_was_deleted_comes_back(nv: NvMemory) -> None:
    nv.delete(Item.EXTADDR)
    nv.restore_missing()
    assert nv.read(Item.EXTADDR) == IEEE


def test_children_are_kept_once_and_forgotten(nv: NvMemory) -> None:
    child = bytes(range(8, 16))
    before = dict(nv.table(Table.ADDRMGR))
    network.remember_child(nv, child, 0x1234)
    network.remember_child(nv, child, 0x4321)
    kept = [value for _, value in nv.table(Table.ADDRMGR) if child in value]
    assert kept == [b"\x03\x00\x21\x43" + child]
    network.forget_child(nv, child)
    assert dict(nv.table(Table.ADDRMGR)) == before


def test_a_full_table_refuses_the_next_child(nv: NvMemory) -> None:
    taken = [network.remember_child(nv, n.to_bytes(8, "little"), n) for n in range(1, 202)]
    assert taken == [True] * 200 + [False]


def test_items_have_limits(nv: NvMemory) -> None:
    assert not nv.create(0x0F00, ITEM_OCTETS_MAX + 1, b"")
    assert not nv.create(0x0F00, 0, b"")
    assert not nv.patch(Item.PANID, 1, b"ab")


def test_old_items_are_seen_through_the_new_commands(nv: NvMemory) -> None:
    assert nv.read_extended(1, 0, Item.EXTADDR) == IEEE
    assert nv.create_extended(1, 0, 0x0F01, 4)
    assert nv.patch_extended(1, 0, 0x0F01, 1, b"ab")
    assert nv.read(0x0F01) == b"\xffab\xff"
    assert nv.delete_extended(1, 0, 0x0F01)


@given(st.dictionaries(st.integers(0, 0xFFFF), st.binary(min_size=1, max_size=20), max_size=5))
def test_everything_survives_a_file(items: dict[int, bytes]) -> None:
    nv = NvMemory(IEEE, bytes(16))
    for item, value in items.items():
        nv.write(item, value)
    other = NvMemory(bytes(8), bytes(16))
    other.replace_all(nv.to_json())
    assert other.to_json() == nv.to_json()
