"""Open the database of a directory, whatever became of it: look before it is trusted, and set it
aside where it cannot be, or is of a newer version that left no way back."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from datetime import datetime
from pathlib import Path

from heimvakt.core.codec import CannotDecode
from heimvakt.core.ledger import ALIVE, COUNTER, Restored, StoreUnavailable

from . import rebuild, sql, wal
from .advice import is_damage_at_open
from .database import LOG_BYTES, Damaged, Newer, connect, uses_log
from .sequence import SequenceFloor


def lock_directory(directory: Path) -> int:
    """Be the only one here until the handle that is returned is closed.

    Raises:
        StoreUnavailable: somebody else is.
    """
    handle = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise StoreUnavailable(
            f"{directory} is in use by another Heimvakt: stop that one first"
        ) from error
    return handle


def open_database(
    path: Path, floor: SequenceFloor, opened_at: datetime
) -> tuple[sqlite3.Connection, Restored]:
    """The connection and what the start finds, in a new database if the old one is damaged or of a
    newer version.

    Raises:
        StoreUnavailable: a new one is damaged too.
        sqlite3.Error, OSError: it cannot be opened for another reason (rights, disk).
    """
    rebuild.finish(path)
    try:
        return _open(path, floor, opened_at)
    except Damaged as damage:
        rebuild.rebuild(path, str(damage), opened_at, newer=isinstance(damage, Newer))
    try:
        return _open(path, floor, opened_at)
    except Damaged as damage:
        raise StoreUnavailable(f"{path}: a new database is damaged too ({damage})") from damage


def _open(
    path: Path, floor: SequenceFloor, opened_at: datetime
) -> tuple[sqlite3.Connection, Restored]:
    log = path.with_name(path.name + "-wal")
    _look(path, log, floor)
    wal.bring_back(log)
    connection = connect(path)
    try:
        wal.lay_out(log, LOG_BYTES)
        return connection, _restore(connection, floor, opened_at)
    except CannotDecode as error:
        connection.close()
        raise Damaged(str(error)) from error
    except sqlite3.Error as error:
        connection.close()
        if is_damage_at_open(error, path):
            raise Damaged(str(error)) from error
        raise
    except BaseException:
        connection.close()
        raise


def _restore(connection: sqlite3.Connection, floor: SequenceFloor, opened_at: datetime) -> Restored:
    fault = sql.read_fault(connection)
    state = sql.read_state(connection)
    alarms = sql.read_kept(connection)
    last, alive = sql.read_last(connection)
    go_on = last
    if fault is not None or not floor.vouches_for(last):
        go_on = floor.above(last, opened_at)
    if go_on != last:
        # The numbers of alarms as well; on the disk before the floor forgets why.
        state[COUNTER] = {"n": go_on}
        sql.write_part(connection, COUNTER, state[COUNTER])
    floor.begin(go_on)
    marked = sql.read_mark(state.pop(ALIVE, None))
    return Restored(
        state=state,
        alarms=alarms,
        last_seq=go_on,
        last_alive=max(filter(None, (alive, marked)), default=None),
        fault=fault,
    )


def _look(path: Path, log: Path, floor: SequenceFloor) -> None:
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
    has_log = not wal.is_blank(log)
    if path.with_name(path.name + "-journal").exists():
        return  # it was about to begin with a log, and SQLite goes back to before that
    if floor.is_known and floor.clean is None and not has_log and uses_log(path):
        raise Damaged("its log is gone")
    loss = wal.find_loss(log) if has_log else None
    if loss is not None:
        raise Damaged(loss)
