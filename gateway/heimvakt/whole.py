"""Small files put whole: after a power cut there is what was there before, or all of the new one.

Written beside, flushed, renamed, and the folder flushed. Blocks for two flushes: 10 to 60 ms on an
SD card. Whoever writes the same file as others takes turns with them.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

BESIDE = ".new"
"""Added to the name of a file while it is written; what a kill has left goes with the next one."""


def put_whole(
    target: Path, content: bytes, *, mode: int = 0o600, owner: os.stat_result | None = None
) -> None:
    """In the place of what is there, with this mode; what root puts belongs to whom `owner` names.

    Raises:
        OSError: it could not be put, and what was there before still is; or it is there, and the
            folder could not be flushed.
    """
    beside = target.with_name(target.name + BESIDE)
    # Whatever somebody has left or laid there is not written into.
    beside.unlink(missing_ok=True)
    # Nobody may read it who may not read the other, not even for a moment.
    end = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(end, "wb") as stream:
            stream.write(content)
            stream.flush()
            if owner is not None and os.geteuid() == 0:
                os.fchown(end, owner.st_uid, owner.st_gid)
            os.fchmod(end, mode)
            os.fsync(end)
        beside.replace(target)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
    flush_folder(target.parent)


def flush_folder(folder: Path) -> None:
    """So that the names in it outlive a power cut."""
    end = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(end)
    finally:
        os.close(end)
