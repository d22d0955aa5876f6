"""What the store does while nobody wants anything: one piece at a time, each of some milliseconds.

What alarms need comes first. Nothing here is needed for the store to be right, or to take alarms.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

from . import wal
from .ageing import Ageing
from .database import LOG_BYTES
from .reports import Places
from .room import FileRoom, is_full
from .sql import transaction_on
from .thin import Thinner

SAVE_PLACES_EVERY = timedelta(seconds=1)
"""What is answered in between is sent again after a power cut."""
EMPTY_LOG_AFTER = 1_000
"""Changed rows: some 1,700 pages in the log. SQLite empties it at 2,000, within a commit."""
EMPTY_LOG_AFTER_PIECES = 8
"""Of house keeping: some 500 pages, which are written in 10 ms."""
GIVE_BACK_PAGES = 64
"""At a time; each may have to be moved."""


class House:
    """For one connection."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        room: FileRoom,
        places: Places,
        thinner: Thinner,
        ages: tuple[Ageing, ...],
        log: Path,
    ) -> None:
        self._connection = connection
        self._room = room
        self._places = places
        self._thinner = thinner
        self._ages = ages
        self._log = log
        self._saved_at: datetime | None = None
        self._pieces, self._changes = 0, connection.total_changes
        """Since the log was emptied; before that, in all."""

    def keep(self, now: datetime, *, clock_is_set: bool) -> bool:
        """Do one piece; whether there was one to do."""
        did = (
            self._save_places(now)
            or self._empty_log()
            or wal.lay_out(self._log, LOG_BYTES)
            or self._fill_reserve()
            or self._hold_ready()
            or (clock_is_set and self._erase_old(now))
            or self._give_back()
        )
        self._pieces += did
        return did

    def save_places(self) -> None:
        """Write up to where the receivers have answered."""
        with transaction_on(self._connection):
            self._places.save()
        self._places.saved()

    def _save_places(self, now: datetime) -> bool:
        since = now - self._saved_at if self._saved_at else SAVE_PLACES_EVERY
        # A clock that was set back does not keep them from being saved.
        if not self._places.unsaved or timedelta() <= since < SAVE_PLACES_EVERY:
            return False
        self._saved_at = now
        try:
            self.save_places()
        except sqlite3.Error as error:
            if not is_full(error):
                raise
        return True

    def _fill_reserve(self) -> bool:
        """With new pages, then with free ones, then with those of what may be lost."""
        if not self._room.lacks_reserve:
            return False
        return self._room.make_some() or self._thinner.thin(low=False)

    def _hold_ready(self) -> bool:
        return self._room.lacks_ahead and not self._room.is_at_its_limit and self._room.make_some()

    def _erase_old(self, now: datetime) -> bool:
        self._connection.execute("PRAGMA secure_delete = ON")
        try:
            return any(age.piece(now) for age in self._ages)
        finally:
            self._connection.execute("PRAGMA secure_delete = FAST")

    def _give_back(self) -> bool:
        if not self._room.has_too_much:
            return False
        self._room.give_back(GIVE_BACK_PAGES)
        return True

    def _empty_log(self) -> bool:
        changes = self._connection.total_changes - self._changes
        if self._pieces < EMPTY_LOG_AFTER_PIECES and changes < EMPTY_LOG_AFTER:
            return False
        self._pieces, self._changes = 0, self._connection.total_changes
        self._room.empty_log()
        return True
