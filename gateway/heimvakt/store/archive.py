"""The file that a backup is: a tar of named files, with a list of them and their checksums."""

from __future__ import annotations

import gzip
import hashlib
import json
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

LIST = "backup.json"
STATE = "state"
DATABASE = "heimvakt.db"
PIECE = 1 << 20
UNREADABLE = (
    *(tarfile.TarError, zlib.error, EOFError, OSError),
    *(ValueError, KeyError, TypeError),
)
"""What comes of reading an archive that is none, or is damaged."""


class BackupError(Exception):
    """Nothing was written or changed; the text says why.

    Attributes:
        hint: what to do about it.
    """

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Listed:
    """What a backup says of itself."""

    at: datetime
    version: int
    """Of the database."""
    gateway: str | None
    files: Mapping[str, str]
    """The name of each in the archive, with its SHA-256."""


def check(archive: Path) -> Listed:
    """Read a backup from end to end.

    Raises:
        BackupError: it is not whole.
    """
    listed: Listed | None = None
    for _, each, content in read(archive):
        content.skip()
        listed = each
    assert listed is not None, "read gives something, or raises"
    return listed


def add(tar: tarfile.TarFile, name: str, stream: IO[bytes], size: int, at: datetime) -> None:
    """Put something under a name; its owner is nobody's business elsewhere."""
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(at.timestamp())
    tar.addfile(member, stream)


def read(archive: Path) -> Iterator[tuple[str, Listed, Content]]:
    """Each file with its content, whose checksum is looked at when it was read to its end."""
    try:
        with gzip.open(archive) as whole, tarfile.open(fileobj=whole) as tar:
            members = {member.name: member for member in tar.getmembers()}
            while whole.read(PIECE):  # up to the checksum of the whole, behind all that is in it
                pass
            listed = _listed(tar, members)
            if {*members} != {LIST, *listed.files}:
                raise BackupError(f"{archive}: its list and its files differ")
            for name, digest in listed.files.items():
                content = tar.extractfile(members[name])
                if content is None:
                    raise BackupError(f"{archive}: {name} is no file")
                hashed = Content(content)
                yield name, listed, hashed
                if hashed.digest() != digest:
                    raise BackupError(f"{archive}: {name} is not as it was written")
    except UNREADABLE as error:
        raise BackupError(f"{archive} cannot be read: {error}") from error


def _listed(tar: tarfile.TarFile, members: Mapping[str, tarfile.TarInfo]) -> Listed:
    content = tar.extractfile(members[LIST])
    said: dict[str, Any] = json.loads(content.read(PIECE)) if content else {}
    at = datetime.fromisoformat(said["at"])
    listed = Listed(at, int(said["version"]), said["gateway"], dict(said["files"]))
    for name in listed.files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise BackupError(f"it would write outside of its folder: {name}")
    if f"{STATE}/{DATABASE}" not in listed.files:
        raise BackupError("it has no database")
    return listed


class Content:
    """Of one file, which counts what is read of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """As of any stream."""
        piece = self._stream.read(size)
        self._hash.update(piece)
        return piece

    def skip(self) -> None:
        """Read it to its end for the checksum alone."""
        while self.read(PIECE):
            pass

    def digest(self) -> str:
        """Of all that was read."""
        return self._hash.hexdigest()
