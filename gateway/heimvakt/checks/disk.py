"""The disk under the database: room, a write that is flushed, and what it says of its life."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from heimvakt.core.checks import Check, Found, Hand
from heimvakt.core.words import Words

from .apart import apart
from .board import SYS, looking, text
from .judging import disk as judge

PART = Words(nb="lageret", en="store")
WRITES = 5
"""The one in the middle counts: one may come behind a flush of somebody else."""
WRITE_BYTES = 4096
"""A page of the database."""
FLUSH_S = 20.0
"""A dying card may take seconds for one."""


@dataclass(frozen=True, slots=True)
class Room:
    """What the store knows of its own room."""

    wanted_bytes: int
    """What the database may still grow by."""
    full: bool
    """It takes nothing but alarms."""


def disk_checks(
    folder: Path, room: Callable[[], Awaitable[Room]], *, sys: Path = SYS
) -> Iterator[Check]:
    """Of the disk under `folder`, where the database is."""

    async def free(_: Hand) -> Found:
        known, found = await room(), await apart(lambda: os.statvfs(folder))
        return judge.free(found.f_bavail * found.f_frsize, known.wanted_bytes, full=known.full)

    async def flush(_: Hand) -> Found:
        return judge.flush(await apart(lambda: flush_ms(folder)))

    yield Check(
        check_id="store/free",
        part=PART,
        title=Words(nb="plass", en="room"),
        measure=free,
        unit="MiB",
        limit=judge.FREE,
    )
    yield Check(
        check_id="store/writable",
        part=PART,
        title=Words(nb="skrivbar", en="writable"),
        measure=looking(lambda: judge.writable(write_error(folder))),
        within_s=FLUSH_S,
        after=("store/free",),
    )
    yield Check(
        check_id="store/flush",
        part=PART,
        title=Words(nb="skriving", en="writing"),
        measure=flush,
        unit="ms",
        limit=judge.FLUSH,
        within_s=FLUSH_S,
        after=("store/free", "store/writable"),
    )
    yield Check(
        check_id="store/wear",
        part=PART,
        title=Words(nb="slitasje", en="wear"),
        measure=looking(lambda: judge.wear(read_wear(folder, sys))),
        unit="%",
        limit=judge.WEAR,
    )


def write_error(folder: Path) -> OSError | None:
    """Why nothing can be written there; None if something can. Leaves nothing behind."""
    try:
        _write(folder)
    except OSError as error:
        return error
    return None


def flush_ms(folder: Path) -> float:
    """What a page takes until it is on the disk."""
    return sorted(_write(folder) for _ in range(WRITES))[WRITES // 2]


def _write(folder: Path) -> float:
    with TemporaryFile(dir=folder, buffering=0) as file:
        began_ns = time.perf_counter_ns()
        file.write(b"\xa5" * WRITE_BYTES)
        os.fsync(file.fileno())
        return (time.perf_counter_ns() - began_ns) / 1e6


def read_wear(folder: Path, sys: Path = SYS) -> judge.Wear:
    """What the disk under a folder says of its life."""
    device = folder.stat().st_dev
    block = (sys / "dev/block" / f"{os.major(device)}:{os.minor(device)}").resolve()
    for part in (block, block.parent):  # a partition hangs under its disk
        if told := text(part / "device/life_time"):
            spare = number_of(text(part / "device/pre_eol_info"))
            worn = [step for word in told.split() if (step := number_of(word)) is not None]
            # 0x01 is up to 10 %, 0x0b is beyond its life; 0 says nothing.
            percent = 10.0 * (max(worn, default=0) - 1) if max(worn, default=0) else None
            return judge.Wear(percent, is_at_end=spare == 3)
    return judge.Wear(None)


def number_of(word: str) -> int | None:
    """A number as the kernel writes it in hexadecimal."""
    try:
        return int(word, 16)
    except ValueError:
        return None
