"""What a technician can do about a store that does not open or does not take anything."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

_OURS = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_NOT_THE_FILE = frozenset(
    {
        sqlite3.SQLITE_AUTH,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
    }
)
_OF_THE_DISK = (
    _OURS
    | {sqlite3.SQLITE_READONLY}
    | _NOT_THE_FILE
    - {
        sqlite3.SQLITE_AUTH,
        sqlite3.SQLITE_INTERRUPT,
    }
)
_READS = frozenset({sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ})


def is_damage(error: sqlite3.Error) -> bool:
    """Whether an error speaks of the file's content, whenever it comes."""
    return code_of(error) & 0xFF in _OURS


def is_damage_at_open(error: sqlite3.Error, path: Path) -> bool:
    """Whether nothing but the file's content can be meant, before anything was written to it."""
    code = code_of(error)
    if code in _READS:
        return True
    if code & 0xFF == sqlite3.SQLITE_READONLY:
        # A header that names a file format of the future looks like a file without rights.
        return _is_writable(path)
    return code & 0xFF not in _NOT_THE_FILE


def is_of_the_disk(error: sqlite3.Error) -> bool:
    """Whether a statement failed that would be right where the disk and the file are."""
    return code_of(error) & 0xFF in _OF_THE_DISK


def advise(error: sqlite3.Error | OSError, directory: Path) -> str:
    """What is wrong, and what to do about it, in one sentence each."""
    if isinstance(error, OSError):
        number = error.errno or 0
        what = f"{error.filename or directory}: {error.strerror or error}"
    else:
        kind = code_of(error) & 0xFF
        number = _AS_ERRNO.get(kind, 0)
        if kind == sqlite3.SQLITE_READONLY and not _is_writable(directory):
            number = errno.EACCES
        what = f"{directory}: {error}"
    return f"{what}. {_ADVICE.get(number, _CHECK).format(directory=directory)}"


_RIGHTS = "Give the directory to the user that runs Heimvakt: chown -R USER {directory}"
_CHECK = "Check the disk and the rights: findmnt -T {directory}; ls -la {directory}"
_ADVICE = {
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: "The disk is mounted read-only, as a card is that fails: replace it "
    "(findmnt -T {directory})",
    errno.ENOSPC: "The disk is full: make room (df -h {directory})",
    errno.EDQUOT: "The disk is full: make room (df -h {directory})",
    errno.EIO: "The disk fails: replace it",
    errno.ENOTDIR: "It has to be a directory: move the file away",
    errno.EEXIST: "It has to be a directory: move the file away",
    errno.EBUSY: "Another program has the database open: close it",
}
_AS_ERRNO = {
    sqlite3.SQLITE_BUSY: errno.EBUSY,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_IOERR: errno.EIO,
    sqlite3.SQLITE_LOCKED: errno.EBUSY,
    sqlite3.SQLITE_PERM: errno.EACCES,
    sqlite3.SQLITE_READONLY: errno.EROFS,
}


def code_of(error: sqlite3.Error) -> int:
    """SQLite's own word for an error."""
    return int(getattr(error, "sqlite_errorcode", None) or sqlite3.SQLITE_ERROR)


def _is_writable(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
