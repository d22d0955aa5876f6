"""A floor under all numbers that outlives the database, so that no alarm id is ever used twice.

A receiver drops an alarm whose id it knows. If a lost database began to count at one again, a new
alarm would be dropped in silence; so numbers are reserved in blocks, in a small file of its own.
"""

from __future__ import annotations

import os
from pathlib import Path

BLOCK = 10_000
"""One small write for so many events."""


class SequenceFloor:
    """Every number below `value` may have been used."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.value = _read(path)

    def reserve(self, number: int) -> None:
        """Make sure that `number` is below the floor on disk before it is used."""
        if number < self.value:
            return
        floor = number + BLOCK
        new = self._path.with_name(self._path.name + ".new")
        with new.open("w", encoding="ascii") as file:
            file.write(f"{floor}\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)
        sync_directory(self._path.parent)
        self.value = floor


def sync_directory(directory: Path) -> None:
    """Make a rename in `directory` survive a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path) -> int:
    try:
        return max(int(path.read_text(encoding="ascii").strip()), 0)
    except (FileNotFoundError, ValueError):
        return 0
