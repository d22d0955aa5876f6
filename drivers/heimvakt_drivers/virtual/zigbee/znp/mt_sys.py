"""SYS commands: ping, version, reset, address, and the non-volatile memory."""

from __future__ import annotations

import struct

from heimvakt_drivers.virtual.zigbee.octets import Reader, u8, u16, u32

from .coordinator import Output, ZnpCoordinator

CAPABILITIES = 0x0659  # SYS, AF, ZDO, UTIL, GP, APP_CNF
REVISION = 20240710
SUCCESS, INVALID_PARAMETER, NV_UNINIT, NV_FAILED, NV_BAD_LENGTH = 0x00, 0x02, 0x09, 0x0A, 0x0C
READ_OCTETS_MAX = 244
Answer = tuple[bytes | None, list[Output]]


def _reset(coordinator: ZnpCoordinator, _: Reader) -> Answer:
    coordinator.reset()
    return None, [coordinator.reset_indication()]


def _ping(_: ZnpCoordinator, __: Reader) -> Answer:
    return u16(CAPABILITIES), []


def _version(_: ZnpCoordinator, __: Reader) -> Answer:
    return struct.pack("<BBBBBI", 2, 1, 2, 7, 1, REVISION), []


def _ext_addr(coordinator: ZnpCoordinator, _: Reader) -> Answer:
    return coordinator.ieee_sent, []


def _stack_tune(_: ZnpCoordinator, reader: Reader) -> Answer:
    reader.u8()
    return u8(reader.u8()), []


def _tx_power(_: ZnpCoordinator, reader: Reader) -> Answer:
    reader.u8()
    return u8(SUCCESS), []


def _part(value: bytes | None, offset: int, most: int) -> bytes:
    if value is None or offset >= len(value):
        return bytes((INVALID_PARAMETER, 0))
    part = value[offset : offset + min(most, READ_OCTETS_MAX)]
    return bytes((SUCCESS, len(part))) + part


def _nv_init(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    item, length = reader.u16(), reader.u16()
    start = reader.octets(reader.u8())
    if coordinator.nv.read(item) is not None:
        return u8(SUCCESS), []
    made = coordinator.nv.create(item, length, start)
    return u8(NV_UNINIT if made else NV_FAILED), []


def _nv_read(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    item, offset = reader.u16(), reader.u8()
    return _part(coordinator.nv.read(item), offset, READ_OCTETS_MAX), []


def _nv_read_ext(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    item, offset = reader.u16(), reader.u16()
    return _part(coordinator.nv.read(item), offset, READ_OCTETS_MAX), []


def _nv_write(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    item, offset = reader.u16(), reader.u8()
    return _patch(coordinator, item, offset, reader.octets(reader.u8()))


def _nv_write_ext(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    item, offset = reader.u16(), reader.u16()
    return _patch(coordinator, item, offset, reader.octets(reader.u16()))


def _patch(coordinator: ZnpCoordinator, item: int, offset: int, part: bytes) -> Answer:
    if coordinator.nv.read(item) is None:
        return u8(NV_UNINIT), []
    written = coordinator.nv.patch(item, offset, part)
    return u8(SUCCESS if written else NV_BAD_LENGTH), []


def _nv_delete(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    item, length = reader.u16(), reader.u16()
    value = coordinator.nv.read(item)
    if value is None:
        return u8(NV_UNINIT), []
    if len(value) != length:
        return u8(NV_BAD_LENGTH), []
    coordinator.nv.delete(item)
    return u8(SUCCESS), []


def _nv_length(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    return u16(len(coordinator.nv.read(reader.u16()) or b"")), []


def _place(reader: Reader) -> tuple[int, int, int]:
    return reader.u8(), reader.u16(), reader.u16()


def _ext_create(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    place, length = _place(reader), reader.u32()
    if coordinator.nv.read_extended(*place) is not None:
        return u8(SUCCESS), []
    made = coordinator.nv.create_extended(*place, length)
    return u8(SUCCESS if made else NV_FAILED), []


def _ext_delete(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    gone = coordinator.nv.delete_extended(*_place(reader))
    return u8(SUCCESS if gone else NV_UNINIT), []


def _ext_length(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    return u32(len(coordinator.nv.read_extended(*_place(reader)) or b"")), []


def _ext_read(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    place, offset, most = _place(reader), reader.u16(), reader.u8()
    return _part(coordinator.nv.read_extended(*place), offset, most), []


def _ext_write(coordinator: ZnpCoordinator, reader: Reader) -> Answer:
    place, offset = _place(reader), reader.u16()
    part = reader.octets(reader.u8())
    if coordinator.nv.read_extended(*place) is None:
        return u8(NV_UNINIT), []
    written = coordinator.nv.patch_extended(*place, offset, part)
    return u8(SUCCESS if written else NV_BAD_LENGTH), []


HANDLERS = {
    0x00: _reset,
    0x01: _ping,
    0x02: _version,
    0x04: _ext_addr,
    0x07: _nv_init,
    0x08: _nv_read,
    0x09: _nv_write,
    0x0F: _stack_tune,
    0x12: _nv_delete,
    0x13: _nv_length,
    0x14: _tx_power,
    0x1C: _nv_read_ext,
    0x1D: _nv_write_ext,
    0x30: _ext_create,
    0x31: _ext_delete,
    0x32: _ext_length,
    0x33: _ext_read,
    0x34: _ext_write,
}
