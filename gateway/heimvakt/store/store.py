"""The store: one thread that owns the connection, and a database that always opens."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Concatenate, ParamSpec, Self, TypeVar

from heimvakt.core.alarms import Alarm
from heimvakt.core.codec import CannotDecode
from heimvakt.core.ledger import ALIVE, COUNTER, Restored, StoreUnavailable, Transaction, Waiting

from . import rebuild, sql
from .advice import advise, is_damage, is_damage_at_open
from .database import Damaged, connect, uses_log
from .migrations import TooNew
from .sequence import SequenceFloor
from .wal import find_loss

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
                await asyncio.shield(loop.run_in_executor(self._thread, self._suspect, str(error)))
                raise StoreUnavailable(
                    f"the database is damaged ({error}); it is set aside at the next start"
                ) from error
            raise StoreUnavailable(advise(error, self._directory)) from error
        except OSError as error:
            raise StoreUnavailable(advise(error, self._directory)) from error

    def _open(self) -> Restored:
        path = self._directory / FILE
        try:
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock_directory()
            rebuild.finish(path)
            floor = SequenceFloor(self._directory)
            try:
                return self._open_database(path, floor)
            except Damaged as damage:
                self._close_connection()
                rebuild.rebuild(path, str(damage), self._opened_at)
                return self._open_database(path, floor)
        except Damaged as damage:
            raise StoreUnavailable(f"{path}: a new database is damaged too ({damage})") from damage
        except TooNew as error:
            raise StoreUnavailable(f"{path}: {error}") from error
        except (sqlite3.Error, OSError) as error:
            raise StoreUnavailable(advise(error, self._directory)) from error

    def _open_database(self, path: Path, floor: SequenceFloor) -> Restored:
        self._look(path, floor)
        connection = self._connection = connect(path)
        try:
            fault = sql.read_fault(connection)
            state = sql.read_state(connection)
            alarms = sql.read_kept(connection)
            last, alive = sql.read_last(connection)
        except CannotDecode as error:
            raise Damaged(str(error)) from error
        except sqlite3.Error as error:
            if is_damage_at_open(error, path):
                raise Damaged(str(error)) from error
            raise
        go_on = last
        if fault is not None or not floor.vouches_for(last):
            go_on = floor.above(last, self._opened_at)
        if go_on != last:
            # The numbers of alarms as well; on the disk before the floor forgets why.
            state[COUNTER] = {"n": go_on}
            sql.write_part(connection, COUNTER, state[COUNTER])
        floor.begin(go_on)
        self._floor = floor
        marked = sql.read_mark(state.pop(ALIVE, None))
        return Restored(
            state=state,
            alarms=alarms,
            last_seq=go_on,
            last_alive=max(filter(None, (alive, marked)), default=None),
            fault=fault,
        )

    def _look(self, path: Path, floor: SequenceFloor) -> None:
        """See what SQLite would not mind.

        Raises:
            Damaged: what should be there is not.
        """
        suspected = rebuild.suspicion(path)
        if suspected.exists():
            raise Damaged(suspected.read_text(errors="replace") or "damage was met in use")
        is_empty = not path.exists() or path.stat().st_size == 0
        if is_empty:
            if floor.was_there or rebuild.has_wrecks(path):
                raise Damaged("the file is empty" if path.exists() else "the file is gone")
            return
        log = path.with_name(path.name + "-wal")
        has_log = log.exists() and log.stat().st_size > 0
        if floor.is_known and floor.clean is None and not has_log and uses_log(path):
            raise Damaged("its log is gone")
        loss = find_loss(log) if has_log else None
        if loss is not None:
            raise Damaged(loss)

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

    def _suspect(self, why: str) -> None:
        with suppress(OSError):
            rebuild.suspicion(self._directory / FILE).write_text(why)

    def _close(self) -> None:
        floor, self._floor = self._floor, None
        with suppress(sqlite3.Error, OSError):
            last, _ = sql.read_last(self.connection) if floor else (0, None)
            self._close_connection()
            # Only a log that was taken into the database and removed is a clean end.
            if floor and not (self._directory / f"{FILE}-wal").exists():
                floor.end(last)
        self._close_connection()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _close_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _on(
    call: Callable[Concatenate[sqlite3.Connection, _P], _T], store: SqliteStore
) -> Callable[_P, _T]:
    """The call with the store's connection, which exists in its own thread only."""

    def bound(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        return call(store.connection, *args, **kwargs)

    return bound
