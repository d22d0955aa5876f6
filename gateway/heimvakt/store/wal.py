"""Read the write-ahead log as SQLite does, but say when something is missing from it.

SQLite takes the log up to the first frame whose checksum is wrong, and silently leaves out what
follows. After a power cut that is right: the last transaction was never finished. With a damaged
disk it loses transactions that were finished. What follows the frame tells the two apart: each
transaction is flushed before the next begins, so no more than one can be unfinished.

https://www.sqlite.org/fileformat2.html#the_write_ahead_log
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
_MAGIC = 0x377F0682
"""With the lowest bit set, checksums are over big-endian words."""
_WORD = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class _Frame:
    commits: bool
    of_this_log: bool
    """It has the salt of the header: it was not left over from an older log."""
    checked: bool


def find_loss(path: Path) -> str | None:
    """Why finished transactions are missing from the log at `path`; None if none are."""
    data = path.read_bytes()
    if len(data) < _HEADER.size:
        return "its log is cut off"
    magic, _, page_size, _, salt1, salt2, sum1, sum2 = _HEADER.unpack_from(data)
    order = ">" if magic & 1 else "<"
    sums = _checksum(data[: _HEADER.size - 8], order, 0, 0)
    if magic & ~1 != _MAGIC or sums != (sum1, sum2):
        return "the beginning of its log is damaged"
    lost = 0
    intact = True
    for frame in _frames(data, page_size, (salt1, salt2), order, sums):
        intact = intact and frame.checked
        if not intact and frame.of_this_log and frame.commits:
            lost += 1
    return f"{lost} transactions in its log are damaged" if lost > 1 else None


def _frames(
    data: bytes, page_size: int, salt: tuple[int, int], order: str, sums: tuple[int, int]
) -> Iterator[_Frame]:
    intact = True
    size = _FRAME.size + page_size
    for start in range(_HEADER.size, len(data) - size + 1, size):
        _, pages, salt1, salt2, sum1, sum2 = _FRAME.unpack_from(data, start)
        if intact:
            sums = _checksum(data[start : start + 8], order, *sums)
            sums = _checksum(data[start + _FRAME.size : start + size], order, *sums)
        intact = intact and (salt1, salt2) == salt and sums == (sum1, sum2)
        yield _Frame(commits=pages > 0, of_this_log=(salt1, salt2) == salt, checked=intact)


def _checksum(data: bytes, order: str, s0: int, s1: int) -> tuple[int, int]:
    words = iter(struct.unpack(f"{order}{len(data) // 4}I", data))
    for x0, x1 in zip(words, words, strict=True):
        s0 = (s0 + x0 + s1) & _WORD
        s1 = (s1 + x1 + s0) & _WORD
    return s0, s1
