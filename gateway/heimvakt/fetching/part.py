"""What is here of a file that is being fetched. Blocks: the process has nothing else to do."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

ROOM_LEFT = 64 * 1024 * 1024
"""Bytes of the disk that are not taken: alarms need some too."""


class Part:
    """It outlives the process, so that the next one goes on where this one ended."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def size(self) -> int:
        """Bytes that are here."""
        return self._file.stat().st_size if self._file.exists() else 0

    def drop(self) -> None:
        """It leads to nothing."""
        self._file.unlink(missing_ok=True)

    def has_room(self, size: int) -> bool:
        """Whether the disk takes the rest of so many bytes."""
        disk = os.statvfs(self._file.parent)
        return disk.f_bavail * disk.f_frsize >= size - self.size + ROOM_LEFT

    def writing(self, at: int) -> BinaryIO:
        """To go on there, for nobody else to read; what was behind is gone."""
        out = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        os.ftruncate(out, at)
        os.lseek(out, at, os.SEEK_SET)
        return os.fdopen(out, "wb", buffering=0)

    def digest(self) -> str:
        """SHA-256, of what is on the disk when this returns."""
        with self._file.open("rb") as whole:
            digest = hashlib.file_digest(whole, "sha256").hexdigest()
            os.fsync(whole.fileno())
        return digest
