"""A file that is there whole or as it was before, whenever the power goes."""

from __future__ import annotations

import os
from pathlib import Path

ONLY_OURS = 0o600


def write_whole(path: Path, text: str) -> None:
    """Replace the file; nobody but the owner may read it.

    Raises:
        OSError: it is as it was.
    """
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)  # a leftover might be readable for others
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, ONLY_OURS), "w") as file:  # noqa: PTH123
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    _flush(path.parent)


def _flush(folder: Path) -> None:
    """So that the new name is on disk too."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
