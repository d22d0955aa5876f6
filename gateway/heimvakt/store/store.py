"""The store: one thread that owns the connection, and a database that always opens."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Concatenate, ParamSpec, Self, TypeVar

from heimvakt.core.alarms import Alarm
from heimvakt.core.ledger import ALIVE, Fault, Restored, StoreUnavailable, Transaction, Waiting

from . import sql
from .database import Damaged, connect, is_damage, set_aside
from .migrations import TooNew, migrate
from .salvage import salvage
from .sequence import SequenceFloor

FILE = "heimvakt.db"
_P = ParamSpec("_P")
_T = TypeVar("_T")


class SqliteStore:
    """Keeps the port `heimvakt.core.ledger.Store` on one SQLite file.

    Use as an asynchronous context manager; `restored` tells what the start found.
    """

    restored: Restored

    def __init__(self, directory: Path, *, opened_at: datetime) -> None:
        self._directory = directory
        self._opened_at = opened_at
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._connection: sqlite3.Connection | None = None
        self._lock: int | None = None
        self._floor: SequenceFloor | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        try:
            self.restored = await loop.run_in_executor(self._thread, self._open)
        except BaseException:
            await loop.run_in_executor(self._thread, self._close)
            self._thread.shutdown()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    async def transact(self, transaction: Transaction) -> None:
        """See the port."""
        await self._run(self._write, transaction)

    async def waiting(self, receiver: str, limit: int) -> Sequence[Waiting]:
        """See the port."""
        return await self._run(_on(sql.read_waiting, self), receiver, limit)

    async def waits_for(self, receiver: str, alarm_id: str) -> int | None:
        """See the port."""
        return await self._run(_on(sql.read_waits_for, self), receiver, alarm_id)

    async def count_waiting(self) -> Mapping[str, int]:
        """See the port."""
        return await self._run(_on(sql.read_counts, self))

    async def alarm(self, alarm_id: str) -> Alarm | None:
        """See the port."""
        return await self._run(_on(sql.read_alarm, self), alarm_id)

    async def alarms(self, limit: int) -> Sequence[Alarm]:
        """See the port."""
        return await self._run(_on(sql.read_alarms, self), limit)

    # --- everything below runs in the store's own thread -----------------------------------------

    async def _run(self, call: Callable[_P, _T], *args: _P.args, **_: _P.kwargs) -> _T:
        loop = asyncio.get_running_loop()
        try:
            # Shielded: a caller that is cancelled must not take a commit with it half way.
            return await asyncio.shield(loop.run_in_executor(self._thread, call, *args))
        except sqlite3.Error as error:
            if is_damage(error):
                raise StoreUnavailable(
                    f"the database is damaged ({error}); it is set aside at the next start"
                ) from error
            raise StoreUnavailable(f"{self._directory / FILE}: {error}") from error
        except OSError as error:
            raise StoreUnavailable(f"{error.filename or self._directory}: {error}") from error

    def _open(self) -> Restored:
        path = self._directory / FILE
        try:
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock_directory()
            self._floor = SequenceFloor(self._directory / "sequence.floor")
            fault = self._open_database(path)
            state = sql.read_state(self.connection)
            marked = sql.read_mark(state.pop(ALIVE, None))
            alarms = sql.read_kept(self.connection, with_undelivered=fault is not None)
            last, alive = sql.read_last(self.connection)
        except TooNew as error:
            raise StoreUnavailable(f"{path}: {error}") from error
        except (sqlite3.Error, OSError) as error:
            raise StoreUnavailable(f"{path}: {error}") from error
        # Where rows may be missing, numbers go on above the floor that was reserved for them.
        complete = fault is None and alive is not None
        return Restored(
            state=state,
            alarms=alarms,
            last_seq=last if complete else max(last, self._floor.value),
            last_alive=max(filter(None, (alive, marked)), default=None),
            fault=fault,
        )

    def _open_database(self, path: Path) -> Fault | None:
        try:
            self._connection = connect(path)
            migrate(self._connection)
        except Damaged as damage:
            reason = str(damage)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            reason = str(error)
        else:
            return None
        if self._connection is not None:
            self._connection.close()
        aside = set_aside(path, self._opened_at)
        saved = salvage(aside)
        self._connection = connect(path)
        migrate(self._connection)
        sql.put_back(self._connection, saved)
        return Fault(reason=reason, set_aside=aside.name, saved=str(saved))

    def _lock_directory(self) -> None:
        self._lock = os.open(self._directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreUnavailable(
                f"{self._directory} is in use by another Heimvakt: stop that one first"
            ) from error

    @property
    def connection(self) -> sqlite3.Connection:
        """For the store's own thread only."""
        if self._connection is None:
            raise StoreUnavailable("the store is not open")
        return self._connection

    def _write(self, transaction: Transaction) -> None:
        if self._floor is None:
            raise StoreUnavailable("the store is not open")
        numbers = [event.seq for event in transaction.events]
        numbers += [alarm.number for alarm in transaction.alarms.values()]
        self._floor.reserve(max(numbers, default=0))
        sql.write(self.connection, transaction)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _on(
    call: Callable[Concatenate[sqlite3.Connection, _P], _T], store: SqliteStore
) -> Callable[_P, _T]:
    """The call with the store's connection, which exists in its own thread only."""

    def bound(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        return call(store.connection, *args, **kwargs)

    return bound
