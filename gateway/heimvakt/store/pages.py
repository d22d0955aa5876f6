"""Read rows straight from the pages of a database, where the pages that lead to them are damaged.

Rows that were deleted or replaced may be among them, since their bytes stay until a page is used
again: whoever asks must know which of two is the later one.

https://www.sqlite.org/fileformat2.html#b_tree_pages
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE_SIZE = 1_024
"""Of every database that we make."""
_LEAF_OF_TABLE = 0x0D
_LEAF_OF_INDEX, _INTERIOR_OF_INDEX = 0x0A, 0x02
_HEADER = {_LEAF_OF_TABLE: 8, _LEAF_OF_INDEX: 8, _INTERIOR_OF_INDEX: 12}
"""Bytes before the places of the rows, by the kind of a page that holds rows."""
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
"""Bytes of an integer by its serial type."""

Row = tuple[int | None, tuple[Any, ...]]


def rows_in_pages(database: Path) -> Iterator[Row]:
    """Row id and values of every row that can be read, whatever its table; a table that is kept in
    the order of its key has no row ids."""
    with database.open("rb") as file:
        for number in range(database.stat().st_size // PAGE_SIZE):
            file.seek(number * PAGE_SIZE)
            page = file.read(PAGE_SIZE)
            # The first page begins with the header of the file.
            at = 100 if number == 0 else 0
            if len(page) < PAGE_SIZE or page[at] not in _HEADER:
                continue
            first = at + _HEADER[page[at]]
            (count,) = struct.unpack_from(">H", page, at + 3)
            for index in range(min(count, PAGE_SIZE // 4)):
                try:
                    (cell,) = struct.unpack_from(">H", page, first + 2 * index)
                    yield _read_cell(file, page, page[at], cell)
                except (IndexError, ValueError, struct.error):
                    continue  # this cell is not what it was


def _read_cell(file: Any, page: bytes, kind: int, at: int) -> Row:
    rowid = None
    if kind == _INTERIOR_OF_INDEX:
        at += 4  # the page below it
    size, at = _varint(page, at)
    if kind == _LEAF_OF_TABLE:
        rowid, at = _varint(page, at)
    if size > 1 << 24:
        raise ValueError("no row of ours is so large")
    usable = PAGE_SIZE - 35 if kind == _LEAF_OF_TABLE else (PAGE_SIZE - 12) * 64 // 255 - 23
    local = size
    if size > usable:
        least = (PAGE_SIZE - 12) * 32 // 255 - 23
        local = least + (size - least) % (PAGE_SIZE - 4)
        local = local if local <= usable else least
    payload = page[at : at + local]
    if local < size:
        (follows,) = struct.unpack_from(">I", page, at + local)
        payload += _overflow(file, follows, size - local)
    if len(payload) != size:
        raise ValueError("the row is cut off")
    return rowid, tuple(_values(payload))


def _overflow(file: Any, page: int, size: int) -> bytes:
    parts: list[bytes] = []
    while size > 0:
        if page < 1:
            raise ValueError("the row is cut off")
        file.seek((page - 1) * PAGE_SIZE)
        data = file.read(PAGE_SIZE)
        (page,) = struct.unpack_from(">I", data)
        parts.append(data[4 : 4 + size])
        size -= PAGE_SIZE - 4
    return b"".join(parts)


def _values(payload: bytes) -> Iterator[Any]:
    end, at = _varint(payload, 0)
    where = end
    while at < end:
        kind, at = _varint(payload, at)
        if kind in _INTEGERS:
            size = _INTEGERS[kind]
            value: Any = int.from_bytes(payload[where : where + size], "big", signed=True)
        elif kind in (0, 8, 9):
            size, value = 0, {0: None, 8: 0, 9: 1}[kind]
        elif kind >= 13 and kind % 2:
            size = (kind - 13) // 2
            value = payload[where : where + size].decode(errors="replace")
        else:
            raise ValueError("we store no such thing")
        where += size
        yield value
    if where != len(payload):
        raise ValueError("the row is longer than its values")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index in range(8):
        byte = data[at + index]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + index + 1
    return value << 8 | data[at + 8], at + 9
