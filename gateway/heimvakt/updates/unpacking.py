"""A program out of its archive, into a folder of its own. It has been signed by somebody who may
sign programs; it is limited all the same, since it is root who unpacks.
"""

from __future__ import annotations

import io
import lzma
import os
import tarfile
from pathlib import Path, PurePosixPath
from typing import IO

from .refusing import Refused

MEMBERS_MAX = 20_000
"""The package of today has 4,000."""
NAME_MAX = 1_000
MEMORY_MAX = 128 << 20
"""Bytes that unpacking may take; the strongest compression takes 65 MiB."""
PIECE = 1 << 16
_LINK = PurePosixPath("bin/python3")
"""Made by whoever unpacks: where Python is only the gateway knows."""


def unpack(archive: IO[bytes], folder: Path, *, longest: int, python: str) -> None:
    """Fill a folder that is there and empty; `python` is where its `bin/python3` points.

    Raises:
        Refused: there is something in it that does not belong into a program.
        OSError: it cannot be written.
    """
    members = 0
    try:
        with tarfile.open(fileobj=_Unpacked(archive, longest), mode="r|") as tar:
            for member in tar:
                members += 1
                if members > MEMBERS_MAX:
                    raise Refused(f"there are more than {MEMBERS_MAX} files in the program")
                _take(tar, member, folder)
    except (tarfile.TarError, lzma.LZMAError, EOFError, ValueError) as error:
        raise Refused(f"the program cannot be unpacked: {error}") from error
    (folder / "bin").mkdir(mode=0o755, exist_ok=True)
    (folder / _LINK).symlink_to(python)
    os.sync()  # of thousands of files: one by one takes minutes on a card


def _take(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    name = _name(member.name)
    target = folder / name
    if member.isdir():
        target.mkdir(mode=0o755, parents=True, exist_ok=True)
        return
    if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
        raise Refused(f"{name} in the program is no regular file: links and devices are not taken")
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    content = tar.extractfile(member)
    assert content is not None
    mode = 0o755 if member.mode & 0o100 else 0o644
    try:
        end = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    except FileExistsError:
        raise Refused(f"{name} stands twice in the program") from None
    with os.fdopen(end, "wb") as out:
        while piece := content.read(PIECE):
            out.write(piece)
        os.fchmod(end, mode)


def _name(text: str) -> PurePosixPath:
    path = PurePosixPath(text)
    parts = path.parts
    if (
        len(text) > NAME_MAX
        or "\0" in text
        or path.is_absolute()
        or ".." in parts
        or any(len(part.encode()) > 255 for part in parts)
    ):
        raise Refused(f"{text[:80]!r} is no name of a file in a program")
    if path == _LINK:
        raise Refused(f"{_LINK} is made by the gateway, and stands in no program")
    return path


class _Unpacked(io.RawIOBase):
    """What the archive holds, as tar reads it: never more than the manifest says."""

    def __init__(self, archive: IO[bytes], longest: int) -> None:
        self._archive = archive
        # What tar adds to the files: blocks for each name, and those that fill up.
        self._left = longest + MEMBERS_MAX * 3 * tarfile.BLOCKSIZE + tarfile.RECORDSIZE
        self._from = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY_MAX)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Never less than asked for, but at the end."""
        found = bytearray()
        while len(found) < size and not self._from.eof:
            packed = self._archive.read(PIECE) if self._from.needs_input else b""
            if self._from.needs_input and not packed:
                raise EOFError("it is cut off")
            found += self._from.decompress(packed, size - len(found))
        self._left -= len(found)
        if self._left < 0:
            raise Refused("there is more in the program than its manifest says")
        return bytes(found)
