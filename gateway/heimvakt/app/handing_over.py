"""What was fetched is laid down where the updater finds it: whole, or not at all."""

from __future__ import annotations

import json
from pathlib import Path

from heimvakt.core.events import ChangeOf
from heimvakt.whole import flush_folder, put_whole

FOLDER = "update"
"""In the folder of the state."""
BUNDLE = "incoming.heimvakt"
WANTED = "wanted.json"
PART = ".part"


class Desk:
    """Between the gateway, which lays down, and the updater, which takes away. Blocks."""

    def __init__(self, state: Path) -> None:
        self._folder = state / FOLDER

    def part_of(self, sha256: str) -> Path:
        """Where a bundle is put while it comes. What there is of others, given up or taken away, is
        erased: the disk must not fill up with it. Only while `is_taken`."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        mine = self._folder / f"{sha256}{PART}"
        for other in (*self._folder.glob(f"*{PART}"), self._folder / BUNDLE):
            if other != mine:
                other.unlink(missing_ok=True)
        return mine

    def is_taken(self) -> bool:
        """Whether there is nothing that the updater has not taken yet."""
        return not (self._folder / WANTED).exists()

    def lay_down(self, part: Path, *, what: ChangeOf, order_id: str, by: str) -> None:
        """The bundle first, and then the word that it is there."""
        part.replace(self._folder / BUNDLE)
        flush_folder(self._folder)
        wanted = {"bundle": BUNDLE, "what": what, "order_id": order_id, "by": by}
        put_whole(self._folder / WANTED, json.dumps(wanted).encode())
