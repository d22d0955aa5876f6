"""An open database, and all that works on it in the store's thread."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from heimvakt.core.ledger import Room, Transaction
from heimvakt.core.reports import Wanted

from . import ageing, audit, sql, wal
from .drops import Drops
from .housekeeping import House
from .limits import Limits
from .reports import Places
from .room import FileRoom
from .sequence import UNCERTAIN, SequenceFloor
from .thin import Thinner
from .writing import Writer


class Works:
    """From the opening to the end."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        floor: SequenceFloor,
        limits: Limits,
        wanted: Mapping[str, Wanted],
    ) -> None:
        self.connection = connection
        self._path = path
        self._log = path.with_name(path.name + "-wal")
        self._is_certain = True
        """All that was told is in the database: its numbers are nobody else's."""
        self._floor = floor
        self._limits = limits
        # Closed after the connection: to close any handle of the file drops SQLite's locks on it.
        self._file = os.open(path, os.O_RDWR)
        try:
            self._room = FileRoom(connection, self._file, limits)
            self.drops = Drops(connection)
            self.places = Places(connection, wanted)
            self._thinner = Thinner(
                connection, self._room, self.places, self.drops, limits.rows_max
            )
        except BaseException:
            connection.close()
            os.close(self._file)
            raise
        self._writer = Writer(connection, self._room, self.places, self._thinner, path.parent)
        ages = (
            ageing.events(connection, limits.event_days, self.places, self._thinner, self.drops),
            ageing.alarms(connection, limits.alarm_days),
            audit.AuditAgeing(
                connection, self.drops, limits.audit_days, audit.rows_max(limits.bytes_max)
            ),
        )
        self._house = House(connection, self._room, self.places, self._thinner, ages, self._log)

    def write(self, transaction: Transaction) -> None:
        """One transaction, with no number above the floor under all numbers."""
        numbers = [event.seq for event in transaction.events]
        numbers += [alarm.number for alarm in transaction.alarms.values()]
        self._floor.reserve(max(numbers, default=0))
        self._is_certain = False
        self._writer.write(transaction)
        # Behind one that is owed may be others that were told and are not here yet.
        self._is_certain = not transaction.owed

    def keep_house(self, now: datetime, clock_is_set: bool) -> bool:
        """See the port."""
        return self._house.keep(now, clock_is_set=clock_is_set)

    def room(self) -> Room:
        """See the port."""
        disk = os.statvfs(self._path.parent)
        return Room(
            bytes_used=self._room.bytes_used,
            bytes_max=self._limits.bytes_max,
            rows=self._thinner.rows,
            rows_max=self._limits.rows_max,
            reserve_bytes=self._room.reserve_bytes,
            disk_free_bytes=disk.f_bavail * disk.f_frsize,
            full=self._writer.refuses and not self._room.has_room,
            dropped=self.drops.totals(),
        )

    def close(self) -> None:
        """The end: in order if the disk lets it."""
        last = None
        try:
            with suppress(sqlite3.Error, OSError):
                self._house.save_places()
            with suppress(sqlite3.Error):
                last, _ = sql.read_last(self.connection)
            wal.keep(self._log)
        finally:
            self.connection.close()
            os.close(self._file)
        # Only a log that was taken into the database and removed is a clean end. What failed last
        # may have been told all the same: then the end vouches for no number.
        if last is not None and not self._log.exists():
            with suppress(OSError):
                self._floor.end(last if self._is_certain else UNCERTAIN)
