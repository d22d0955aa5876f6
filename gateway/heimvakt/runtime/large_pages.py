"""Put what a gateway keeps to its end on large pages, where the kernel has them.

Between two presses a processor does other things; then it has to look up anew where each of some
thousand small pages lies that a press makes use of. Of pages of 2 MiB there is a handful: that is a
twentieth to a tenth of the time from a press to the centre, and of the processor's (ADR 26).

It is done once, when the gateway is settled, a page at a time: each is copied, in 5 ms here. What
has a hole is left as it is, because a large page has none: no gateway takes more memory for this.
The kernel takes a large page apart again where it is short of memory.
"""

from __future__ import annotations

import asyncio
import ctypes
import mmap
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import structlog

COLLAPSE = 25
"""`MADV_COLLAPSE` of <linux/mman.h>, since Linux 6.1. One before refuses it."""
KERNEL = Path("/sys/kernel/mm/transparent_hugepage")
OWN = Path("/proc/self")
ENTRY = 8
"""Octets for a page in `pagemap` (Linux, admin-guide/mm/pagemap); the highest bit: it is there."""
PRESENT = 1 << 63
BETWEEN_S = 0.02
"""Between two of them, for everybody else."""

log = structlog.get_logger("memory")


async def use_large_pages() -> int:
    """Returns how many octets were put on large pages. Harmless where the kernel has none, was told
    to give none, or does not say where memory lies."""
    size = _size()
    if size is None:
        return 0
    try:
        moved = await _move(size)
    except OSError as error:
        log.info("no large pages", why=str(error))
        return 0
    log.debug("on large pages", mib=moved >> 20)
    return moved


async def _move(size: int) -> int:
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    moved = 0
    with (OWN / "pagemap").open("rb", buffering=0) as pages:
        for at in tuple(
            _pieces((OWN / "maps").read_text(encoding="utf-8", errors="replace"), size)
        ):
            if _is_whole(pages, at, size) and advise(at, size, COLLAPSE) == 0:
                moved += size
                await asyncio.sleep(BETWEEN_S)
    return moved


def _size() -> int | None:
    """Of a large page; None: there is none."""
    try:
        if "[never]" in (KERNEL / "enabled").read_text(encoding="ascii"):
            return None
        return int((KERNEL / "hpage_pmd_size").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _pieces(maps: str, size: int) -> Iterator[int]:
    """Where a large page could lie in memory of our own that is of no file: proc_pid_maps(5)."""
    for line in maps.splitlines():
        span, rights, _, _, inode, *name = line.split(maxsplit=5)
        if inode != "0" or not rights.startswith("rw") or name not in ([], ["[heap]"]):
            continue
        begin, end = (int(part, 16) for part in span.split("-"))
        yield from range(-(-begin // size) * size, end - size + 1, size)


def _is_whole(pages: BinaryIO, at: int, size: int) -> bool:
    """Whether every small page of it is there."""
    pages.seek(at // mmap.PAGESIZE * ENTRY)
    entries = array("Q", pages.read(size // mmap.PAGESIZE * ENTRY))
    return bool(entries) and all(entry & PRESENT for entry in entries)
