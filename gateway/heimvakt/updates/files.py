"""Files of a process that is root: written whole or not at all, read without following links. Small
ones are put by `heimvakt.whole`."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from heimvakt.whole import BESIDE, flush_folder

from .refusing import Refused

PIECE = 1 << 16
FREE_MIN = 64 << 20
"""Bytes: what a backup leaves as well. What alarms need is inside the gateway's own files."""


@contextmanager
def put_stream(target: Path) -> Iterator[IO[bytes]]:
    """Put whole what is too large for memory; what is there stays when something goes wrong."""
    beside = target.with_name(target.name + BESIDE)
    try:
        with beside.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    flush_folder(target.parent)


def remove(target: Path) -> None:
    """Gone, also after a power cut; it need not be there."""
    target.unlink(missing_ok=True)
    flush_folder(target.parent)


@contextmanager
def folder_of_others(folder: Path) -> Iterator[int]:
    """A folder that somebody without rights may have made, and whose parent he may not change.

    Raises:
        OSError: there is none, or it is a link.
    """
    end = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        yield end
    finally:
        os.close(end)


@contextmanager
def file_of_others(name: str | Path, folder: int | None = None) -> Iterator[IO[bytes]]:
    """A regular file that somebody without rights may have written, or be writing.

    Raises:
        Refused: it is something else: a link, a pipe, a device, one name of several.
        OSError: there is none, or it cannot be read.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    end = os.open(name, flags, dir_fd=folder)
    with os.fdopen(end, "rb") as stream:
        found = os.fstat(end)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
            raise Refused(f"{Path(name).name} is no file of its own")
        yield stream


def copy(source: IO[bytes], target: Path, *, longest: int) -> None:
    """Into a new file that only root can read, and that nobody changes any more.

    Raises:
        Refused: it is longer.
        OSError: it cannot be read or written.
    """
    target.unlink(missing_ok=True)
    end = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(end, "wb") as out:
        left = longest
        while piece := source.read(PIECE):
            if (left := left - len(piece)) < 0:
                raise Refused(f"it is larger than {longest >> 20} MiB")
            out.write(piece)
        out.flush()
        os.fsync(end)
    flush_folder(target.parent)


def want_room(folder: Path, size: int) -> None:
    """Whether so much more fits on the disk of a folder, and what alarms need stays.

    Raises:
        Refused: it does not.
    """
    found = os.statvfs(folder)
    free = found.f_bavail * found.f_frsize
    if free - size < FREE_MIN:
        raise Refused(
            f"the disk has {free >> 20} MiB free, and {(size + FREE_MIN) >> 20} are wanted",
            "make room: journalctl --vacuum-size=50M, apt clean",
        )
