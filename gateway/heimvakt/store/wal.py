"""Read the write-ahead log as SQLite does, but say when something is missing from it.

SQLite takes the log up to the first frame whose checksum is wrong, and silently leaves out what
follows. That is right for a transaction that was cut off before its last frame; one whose last
frame is there may have been finished and told, and an alarm may be in it.

https://www.sqlite.org/fileformat2.html#the_write_ahead_log
"""

from __future__ import annotations

import errno
import os
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
_MAGIC = 0x377F0682
"""With the lowest bit set, checksums are over big-endian words."""
_WORD = 0xFFFFFFFF
_NEVER_WRITTEN = (0, 0)
"""The salt of a frame that is zeros still."""
_BLOCK_BYTES = 4_096
"""Zeros are written a page at a time: what is written in larger pieces some kernels keep in larger
pieces, and count, and may write, a whole one for each commit."""
PAGES_MAX = 1_000_000
"""4 GB: a page number above this is damage."""
OLDER_MAX = 1 << 24
"""Logs that a home can have begun before one of them was overwritten."""


@dataclass(frozen=True, slots=True)
class _Frame:
    page: int
    commits: bool
    salt: tuple[int, int]
    """Frames of an older log, which this one has not overwritten yet, have another."""
    checked: bool
    data: bytes


def lay_out(path: Path, size: int) -> bool:
    """Give the log at `path` all of its room, so that it need not grow; whether that was to be done
    and could be.

    Zeros are what nothing has been written to yet. They are written, and not only asked for: then a
    commit changes nothing that the file system keeps a journal of.
    """
    try:
        with path.open("r+b", buffering=0) as log:
            there = os.fstat(log.fileno()).st_size
            if there >= size:
                return False
            _write_zeros(log.fileno(), there, size)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        return False
    return True


def keep(path: Path) -> None:
    """Keep the bytes of a log that SQLite is about to remove."""
    with suppress(OSError):  # it is gone, or the file system knows no second name
        _kept(path).hardlink_to(path)


def bring_back(path: Path) -> None:
    """Use the bytes of a log that was kept, if there is no other: on a full disk there are no more.

    Before SQLite opens it. What they say is wiped out: it is nothing to a new log.
    """
    kept = _kept(path)
    if kept.exists() and not path.exists():
        _wipe(kept)
        kept.rename(path)
    kept.unlink(missing_ok=True)


def is_blank(path: Path) -> bool:
    """Whether nothing was ever written to the log, or there is none."""
    try:
        with path.open("rb") as log:
            return not any(any(block) for block in iter(lambda: log.read(_BLOCK_BYTES), b""))
    except FileNotFoundError:
        return True


def _kept(path: Path) -> Path:
    return path.with_name(path.name + ".kept")


def _wipe(path: Path) -> None:
    """Zeros in place of what is there: the frames of an older life are nothing to a newer one."""
    with path.open("r+b", buffering=0) as log:
        _write_zeros(log.fileno(), 0, path.stat().st_size)


def _write_zeros(file: int, start: int, end: int) -> None:
    for at in range(start, end, _BLOCK_BYTES):
        os.pwrite(file, bytes(min(_BLOCK_BYTES, end - at)), at)
    os.fsync(file)


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
    for frame in _frames(data, page_size, (salt1, salt2), order, sums):
        if frame.salt == (salt1, salt2):
            lost += frame.commits and not frame.checked
        elif not _is_older(frame.salt, salt1):
            lost += 1
    return f"transactions in its log are damaged: {lost}" if lost else None


def _is_older(salt: tuple[int, int], current: int) -> bool:
    """Whether it is of a log before this one, or was never written; each counts one more."""
    return salt == _NEVER_WRITTEN or 0 < (current - salt[0]) & _WORD < OLDER_MAX


def take_over(log: Path, database: Path) -> None:
    """Write what is in a log into its database, also what SQLite does not trust."""
    data = log.read_bytes()
    with database.open("r+b") as file:
        page_size = _page_size(file.read(18), data)
        frames = [
            frame
            for frame in _frames(data, page_size, (0, 0), "<", (0, 0))
            if frame.salt != _NEVER_WRITTEN
        ]
        if not frames:
            return
        (salt, _), *_ = Counter(frame.salt for frame in frames).most_common(1)
        ours = [frame for frame in frames if frame.salt == salt]
        while ours and not ours[-1].commits:
            ours.pop()  # of a transaction that never came to its end
        for frame in ours:
            if 0 < frame.page <= PAGES_MAX:
                file.seek((frame.page - 1) * page_size)
                file.write(frame.data)


def _page_size(header: bytes, log: bytes) -> int:
    for size in (int.from_bytes(header[16:18], "big"), int.from_bytes(log[8:12], "big")):
        if 512 <= size <= 32_768 and size & (size - 1) == 0:
            return size
    return 1_024


def _frames(
    data: bytes, page_size: int, salt: tuple[int, int], order: str, sums: tuple[int, int]
) -> Iterator[_Frame]:
    intact = True
    size = _FRAME.size + page_size
    for start in range(_HEADER.size, len(data) - size + 1, size):
        page, pages, salt1, salt2, sum1, sum2 = _FRAME.unpack_from(data, start)
        body = data[start + _FRAME.size : start + size]
        if intact := intact and (salt1, salt2) == salt:
            sums = _checksum(body, order, *_checksum(data[start : start + 8], order, *sums))
            intact = sums == (sum1, sum2)
        yield _Frame(page, pages > 0, (salt1, salt2), intact, body)


def _checksum(data: bytes, order: str, s0: int, s1: int) -> tuple[int, int]:
    words = iter(struct.unpack(f"{order}{len(data) // 4}I", data))
    for x0, x1 in zip(words, words, strict=True):
        s0 = (s0 + x0 + s1) & _WORD
        s1 = (s1 + x1 + s0) & _WORD
    return s0, s1
