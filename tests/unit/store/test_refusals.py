"""A store that cannot open says what to do about it, in one message and without a traceback."""

from __future__ import annotations

import codecs
import errno
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from heimvakt.core.ledger import StoreUnavailable
from heimvakt.store.advice import advise, is_damage, is_damage_at_open
from heimvakt.store.store import FILE, SqliteStore
from tests.support.stored import NOW, fill, opened, transaction, waiting_ids, wrecks

NOBODY = 65_534


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that others than its owner may reach."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def without_rights(path: Path) -> Iterator[None]:
    """Nobody in particular, for whom `path` and what is in it can only be read."""
    for each in (*path.rglob("*"), path):
        each.chmod(0o755 if each.is_dir() else 0o444)
    path.chmod(0o555)
    # Nobody may read where Python looks for the module of a codec that is used for the first time.
    codecs.lookup("ascii")
    was = os.geteuid()
    if was == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if was == 0:
            os.seteuid(was)
        path.chmod(0o755)


async def test_two_daemons_on_one_directory_are_refused(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, opened_at=NOW) as store:
        with pytest.raises(StoreUnavailable, match="in use by another Heimvakt: stop that one"):
            await opened(tmp_path)
        await store.transact(transaction(1))
    restored, _, _ = await opened(tmp_path)
    assert restored.last_seq == 1


async def test_a_directory_that_cannot_be_made_is_told(place: Path) -> None:
    with without_rights(place), pytest.raises(StoreUnavailable, match="Permission denied") as told:
        await opened(place / "state")
    assert "chown -R USER" in str(told.value)


async def test_a_database_that_cannot_be_written_is_told_and_not_taken_for_damage(
    place: Path,
) -> None:
    await fill(place)
    with without_rights(place), pytest.raises(StoreUnavailable, match="chown -R USER"):
        await opened(place)
    assert wrecks(place) == []
    _, _, waiting = await opened(place)
    assert waiting == waiting_ids()


async def test_a_file_in_the_place_of_the_directory_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    with pytest.raises(StoreUnavailable, match="has to be a directory: move the file away"):
        await opened(tmp_path / "state")


async def test_a_directory_in_the_place_of_the_database_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(StoreUnavailable, match="unable to open database file"):
        await opened(tmp_path)


async def test_rights_that_are_taken_away_in_use_are_told_and_it_goes_on_afterwards(
    place: Path,
) -> None:
    async with SqliteStore(place, opened_at=NOW) as store:
        await store.transact(transaction(1))
        # So large that a new block of numbers must be reserved, for which there are no rights.
        far = transaction(5_000)
        with without_rights(place), pytest.raises(StoreUnavailable, match="chown -R USER"):
            await store.transact(far)
        await store.transact(far)
    restored, _, _ = await opened(place)
    assert restored.last_seq == 5_000


def error_of(code: int, text: str = "it said no") -> sqlite3.Error:
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk is full: make room (df -h /s)"),
        (OSError(errno.EROFS, "Read-only file system"), "mounted read-only"),
        (OSError(errno.EIO, "Input/output error"), "The disk fails: replace it"),
        (OSError("something else"), "findmnt -T /s"),
        (error_of(sqlite3.SQLITE_FULL), "disk is full"),
        (error_of(sqlite3.SQLITE_IOERR_FSYNC), "The disk fails"),
        (error_of(sqlite3.SQLITE_BUSY), "Another program has the database open"),
        (error_of(sqlite3.SQLITE_CANTOPEN), "chown -R USER /s"),
    ],
)
def test_every_trouble_has_its_advice(error: sqlite3.Error | OSError, advice: str) -> None:
    assert advice in advise(error, Path("/s"))


def test_a_disk_that_is_read_only_is_told_from_rights_that_are_missing(tmp_path: Path) -> None:
    refused = error_of(sqlite3.SQLITE_READONLY)
    assert "mounted read-only" in advise(refused, tmp_path)
    assert "chown" in advise(refused, tmp_path / "missing")


@pytest.mark.parametrize(
    ("code", "in_use", "at_open"),
    [
        (sqlite3.SQLITE_CORRUPT, True, True),
        (sqlite3.SQLITE_NOTADB, True, True),
        (sqlite3.SQLITE_CORRUPT_INDEX, True, True),
        (sqlite3.SQLITE_ERROR, False, True),
        (sqlite3.SQLITE_IOERR_SHORT_READ, False, True),
        (sqlite3.SQLITE_IOERR_WRITE, False, False),
        (sqlite3.SQLITE_FULL, False, False),
        (sqlite3.SQLITE_BUSY, False, False),
        (sqlite3.SQLITE_CANTOPEN, False, False),
    ],
)
def test_what_is_damage_and_what_is_not(
    code: int, in_use: bool, at_open: bool, tmp_path: Path
) -> None:
    assert (is_damage(error_of(code)), is_damage_at_open(error_of(code), tmp_path)) == (
        in_use,
        at_open,
    )
