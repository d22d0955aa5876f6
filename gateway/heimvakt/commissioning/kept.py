"""A hand-over on the disk: how far it has come, and the sheets of those that are over."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from heimvakt.checks.kept import FOLDER, give_to, put_report
from heimvakt.core.codec import CannotDecode, decode, encode

from .record import Progress

SUBFOLDER = "commissioning"
UNFINISHED = "unfinished.json"
LOCK = "lock"
KEPT = 20
"""Hand-overs; the oldest goes. Each is 100 KB."""


class Busy(Exception):
    """Somebody else hands this home over just now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Where a sheet is."""

    record: Path
    page: Path
    paper: Path

    def discard(self) -> None:
        """The unit does not remember it: it is no sheet."""
        for file in (self.record, self.page, self.paper):
            file.unlink(missing_ok=True)


class Desk:
    """The folder of the hand-overs of one gateway; open while a hand-over goes on."""

    def __init__(self, state: Path) -> None:
        self.folder = state / FOLDER / SUBFOLDER
        self._state = state

    @contextmanager
    def open(self) -> Iterator[None]:
        """For one installer at a time.

        Raises:
            Busy: another one is at it.
            OSError: the folder cannot be used.
        """
        owner = self._state.stat()
        for folder in (self.folder.parent, self.folder):
            folder.mkdir(exist_ok=True)
            give_to(owner, folder)
        with (self.folder / LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy from None
            yield

    def unfinished(self) -> Progress | None:
        """What was broken off; None if nothing was, or what is there cannot be read."""
        try:
            stored = json.loads((self.folder / UNFINISHED).read_text(encoding="utf-8"))
            progress: Progress = decode(Progress, stored)
        except (FileNotFoundError, ValueError, CannotDecode):
            return None
        return progress

    def keep(self, progress: Progress) -> None:
        """Write how far it has come: from here it goes on after a power cut."""
        told = json.dumps(encode(progress), ensure_ascii=False, indent=1)
        put_report(self.folder / UNFINISHED, told.encode(), self._state.stat())

    def forget(self) -> None:
        """It is over, or begun anew."""
        (self.folder / UNFINISHED).unlink(missing_ok=True)

    def file(self, at: datetime, record: bytes, page: bytes, paper: bytes) -> Kept:
        """Write a sheet in its three forms, and let the oldest go."""
        name, owner = f"{at:%Y-%m-%dT%H%M%S}", self._state.stat()
        kept = Kept(
            record=self.folder / f"{name}.json",
            page=self.folder / f"{name}.html",
            paper=self.folder / f"{name}.pdf",
        )
        for file, content in ((kept.record, record), (kept.page, page), (kept.paper, paper)):
            put_report(file, content, owner)
        for suffix in ("json", "html", "pdf"):
            others = sorted(self.folder.glob(f"[0-9]*.{suffix}"), reverse=True)
            for old in [other for other in others if other.stem != name][KEPT - 1 :]:
                old.unlink(missing_ok=True)
        return kept
