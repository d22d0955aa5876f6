"""The store: one thread that owns the connection, and a database that always opens."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import ParamSpec, Self, TypeVar

from heimvakt.core.alarms import Alarm
from heimvakt.core.ledger import (
    AuditPage,
    Dropped,
    Restored,
    Room,
    Stored,
    StoreUnavailable,
    Transaction,
    Waiting,
)
from heimvakt.core.reports import ReportClass, Wanted

from . import audit, rebuild, sql
from .advice import advise, is_damage
from .limits import Limits
from .opening import lock_directory, open_database
from .sequence import SequenceFloor
from .thread import CallThread
from .works import Works

FILE = "heimvakt.db"
NOBODY: Mapping[str, Wanted] = MappingProxyType({})
_P = ParamSpec("_P")
_T = TypeVar("_T")


class SqliteStore:
    """Keeps the port `heimvakt.core.ledger.Store` on one SQLite file.

    Use as an asynchronous context manager; `restored` tells what the start found.
    """

    restored: Restored

    def __init__(
        self,
        directory: Path,
        *,
        opened_at: datetime,
        limits: Limits = Limits(),  # noqa: B008 (frozen)
        wanted: Mapping[str, Wanted] = NOBODY,
    ) -> None:
        """`wanted`: how much each receiver of the configuration wants to be told beside alarms."""
        self._directory = directory
        self._opened_at = opened_at
        self._limits = limits
        self._wanted = wanted
        self._thread = CallThread("store")
        self._lock: int | None = None
        self._works: Works | None = None

    async def __aenter__(self) -> Self:
        self._thread.start()
        try:
            self.restored = await self._thread.call(self._open)
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._end()

    async def _end(self) -> None:
        try:
            await self._thread.call(self._close)
        finally:
            self._thread.end()

    async def transact(self, transaction: Transaction) -> None:
        """See the port."""
        await self._run(lambda: self.works.write(transaction))

    async def waiting(self, receiver: str, limit: int) -> Sequence[Waiting]:
        """See the port."""
        return await self._run(lambda: sql.read_waiting(self.works.connection, receiver, limit))

    async def newest_high(self, receiver: str, limit: int) -> Sequence[Waiting]:
        """See the port."""
        return await self._run(lambda: sql.read_newest_high(self.works.connection, receiver, limit))

    async def waits_for(self, receiver: str, alarm_id: str) -> int | None:
        """See the port."""
        return await self._run(
            lambda: sql.read_waits_for(self.works.connection, receiver, alarm_id)
        )

    async def count_waiting(self) -> Mapping[str, int]:
        """See the port."""
        return await self._run(lambda: sql.read_counts(self.works.connection))

    async def oldest_waiting(self) -> datetime | None:
        """See the port."""
        return await self._run(lambda: sql.read_oldest_waiting(self.works.connection))

    async def alarm(self, alarm_id: str) -> Alarm | None:
        """See the port."""
        return await self._run(lambda: sql.read_alarm(self.works.connection, alarm_id))

    async def alarms(self, limit: int) -> Sequence[Alarm]:
        """See the port."""
        return await self._run(lambda: sql.read_alarms(self.works.connection, limit))

    async def reports(
        self, receiver: str, of: ReportClass, after: int, *, rows_max: int, bytes_max: int
    ) -> Sequence[Stored]:
        """See the port."""
        return await self._run(
            lambda: self.works.places.read(receiver, of, after, rows_max, bytes_max)
        )

    async def reported(self, receiver: str, of: ReportClass, through: int) -> None:
        """See the port."""
        await self._run(lambda: self.works.places.move(receiver, of, through))

    async def count_reports(self, receiver: str, of: ReportClass) -> int:
        """See the port."""
        return await self._run(lambda: self.works.places.count(receiver, of))

    async def tell_drops(self) -> Sequence[Dropped]:
        """See the port."""
        return await self._run(lambda: self.works.drops.tell())

    async def room(self) -> Room:
        """See the port."""
        return await self._run(lambda: self.works.room())

    async def audit(self, after: int, limit: int) -> AuditPage:
        """See the port."""
        return await self._run(lambda: audit.read(self.works.connection, after, limit))

    async def keep_house(self, now: datetime, *, clock_is_set: bool) -> bool:
        """See the port."""
        return await self._run(lambda: self.works.keep_house(now, clock_is_set))

    # --- everything below runs in the store's own thread -----------------------------------------

    async def _run(self, call: Callable[_P, _T], *args: _P.args, **named: _P.kwargs) -> _T:
        try:
            return await self._thread.call(call, *args, **named)
        except sqlite3.Error as error:
            if is_damage(error):
                await self._thread.call(self._suspect, str(error))
                raise StoreUnavailable(
                    f"the database is damaged ({error}); it is set aside at the next start"
                ) from error
            raise StoreUnavailable(advise(error, self._directory)) from error
        except OSError as error:
            raise StoreUnavailable(advise(error, self._directory)) from error

    @property
    def works(self) -> Works:
        """For the store's own thread only."""
        if self._works is None:
            raise StoreUnavailable("the store is not open")
        return self._works

    def _open(self) -> Restored:
        path = self._directory / FILE
        try:
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = lock_directory(self._directory)
            floor = SequenceFloor(self._directory)
            connection, restored = open_database(path, floor, self._opened_at)
            self._works = Works(connection, path, floor, self._limits, self._wanted)
        except (sqlite3.Error, OSError) as error:
            raise StoreUnavailable(advise(error, self._directory)) from error
        return restored

    def _suspect(self, why: str) -> None:
        with suppress(OSError):
            rebuild.suspicion(self._directory / FILE).write_text(why)

    def _close(self) -> None:
        works, self._works = self._works, None
        if works is not None:
            works.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
