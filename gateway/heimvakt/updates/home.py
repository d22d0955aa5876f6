"""The file of the home: how another one takes its place, and how the one before comes back.

Both can be done again after a power cut in the middle.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from heimvakt.whole import put_whole

from .refusing import Refused
from .trust import digest_of, read_home

BEFORE = "home.toml.before"
RETURNED = ".returned"
"""Added to the name of the file of the home: what was tried and did not stay."""


class HomeFile:
    """Of one home; the one before is kept in the updater's own folder."""

    def __init__(self, file: Path, folder: Path) -> None:
        self._named = file
        self._before = folder / BEFORE

    @property
    def path(self) -> Path:
        """The file itself, where its name is a link."""
        return Path(os.path.realpath(self._named))

    def content(self) -> bytes:
        """As it is now.

        Raises:
            Refused: it cannot be read.
        """
        return read_home(self.path)

    def digest(self) -> str:
        """Of the file as it is now; empty where there is none."""
        try:
            return digest_of(self.content())
        except Refused:
            return ""

    def remember(self) -> None:
        """Keep the file as it is now, for `put_back`.

        Raises:
            Refused: it cannot be read.
            OSError: it cannot be kept.
        """
        put_whole(self._before, self.content())

    def put(self, content: bytes) -> None:
        """In the place of the other, for the same eyes."""
        self.put_at(self.path, content)

    def put_back(self, digest: str) -> bool:
        """The file that was remembered, if it is the one with this digest; what stands there goes
        beside it. False: it is not, and all stays as it is."""
        now = self.digest()
        if now == digest:
            return True
        try:
            before = self._before.read_bytes()
        except OSError:
            return False
        if digest_of(before) != digest:
            return False
        path = self.path
        if now:
            self.put_at(path.with_name(path.name + RETURNED), self.content())
        self.put_at(path, before)
        return True

    def put_at(self, place: Path, content: bytes) -> None:
        """Somewhere else, for the same eyes."""
        try:
            found = self.path.stat()
            mode = stat.S_IMODE(found.st_mode)
        except FileNotFoundError:
            # The service, whose group the folder is of, has to read it.
            found, mode = self.path.parent.stat(), 0o640
        put_whole(place, content, mode=mode, owner=found)
