"""Small files of the gateway's own: whole or not at all, also after a power cut, and for nobody
else to read. Blocks for two flushes."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def put_whole(target: Path, content: bytes) -> None:
    """In the place of what is there.

    Raises:
        OSError: what was there before still is.
    """
    beside = target.with_name(f"{target.name}.new")
    try:
        end = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(end, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(end)
        beside.replace(target)
    except OSError:
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
