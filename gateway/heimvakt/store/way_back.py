"""Take a database back that a newer version has changed, by the way which that version wrote in it.

All of it or nothing: where there is no way, or it does not lead to what this version knows, the
file stays as the newer version left it, and is set aside for that one (`rebuild`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from heimvakt.core.codec import CannotDecode

from . import sql
from .advice import is_of_the_disk
from .migrations import STEPS, WAY_BACK, has_shape, put_version, version_of

STATEMENTS_MAX = 200
"""Of the way from one version to the next older one."""
OPERATIONS_MAX = 1_000_000_000
"""Of SQLite's machine, for the whole way: to write every row of a full database anew takes a
twentieth. A way without an end must not keep the gateway from starting."""
OPERATIONS_EACH = 1_000_000
"""Between two looks at how many there were."""
_REFUSED = frozenset(
    {
        *(sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_PRAGMA),
        *(sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_SAVEPOINT),
    }
)
"""A way changes tables and rows. It touches no other file, and does not end the transaction."""


class NoWayBack(Exception):
    """There is none to this version, or it does not lead there; nothing has changed."""


def take(connection: sqlite3.Connection, steps: tuple[tuple[str, ...], ...] = STEPS) -> int:
    """Make a newer database one of these steps, and see that all can be read; gives the version
    that it had.

    Raises:
        NoWayBack: see there.
        Misshapen: what it says of itself is damaged.
        sqlite3.Error: the disk or the rights are at fault; nothing has changed.
    """
    version, target = version_of(connection), len(steps)
    try:
        with sql.transaction_on(connection):
            with _held(connection):
                for each in range(version, target, -1):
                    for statement in _way(connection, each):
                        connection.execute(statement)
            connection.execute("DELETE FROM state WHERE substr(key, 1, ?) = ?", _EVERY_WAY)
            _see(connection, steps)
            put_version(connection, target)
    # What is no statement at all is told by the other two.
    except (sqlite3.Error, sqlite3.Warning, UnicodeError) as error:
        if isinstance(error, sqlite3.Error) and is_of_the_disk(error):
            raise
        raise NoWayBack(f"the way back from version {version} failed: {error}") from error
    return version


_EVERY_WAY = (len(WAY_BACK), WAY_BACK)


def _way(connection: sqlite3.Connection, version: int) -> list[str]:
    key = f"{WAY_BACK}{version}"
    row = connection.execute("SELECT body FROM state WHERE key = ?", (key,)).fetchone()
    body = sql.parse(row[0]) if row else None
    statements = body.get("statements") if body else None
    if not isinstance(statements, list) or not all(isinstance(s, str) for s in statements):
        raise NoWayBack(f"it is of version {version}, which names no way back")
    if len(statements) > STATEMENTS_MAX:
        raise NoWayBack(f"the way back from version {version} is too long")
    return statements


@contextmanager
def _held(connection: sqlite3.Connection) -> Iterator[None]:
    """While this lasts a statement may do no more than belongs to a way."""
    connection.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_DENY if action in _REFUSED else sqlite3.SQLITE_OK
    )
    connection.set_progress_handler(_counting(), OPERATIONS_EACH)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)
        connection.set_authorizer(None)


def _counting() -> Callable[[], bool]:
    left = iter(range(OPERATIONS_MAX // OPERATIONS_EACH))
    return lambda: next(left, None) is None


def _see(connection: sqlite3.Connection, steps: tuple[tuple[str, ...], ...]) -> None:
    """Whether this version would take it."""
    if not has_shape(connection, steps):
        raise NoWayBack(f"its way back does not lead to version {len(steps)}")
    try:
        sql.read_state(connection)
        sql.read_kept(connection)
    except CannotDecode as error:
        raise NoWayBack(f"what is in it is of a newer version: {error}") from error
