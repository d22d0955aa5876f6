"""Copies of the whole state: made while the gateway works, and read back once written.

A backup is one tar file: every database as one consistent copy, every other file as it is, the file
of the home, and a list of all of them with their checksums. The floor of the numbers is not in it:
a number that was told since the backup must never be told again, so what is put back goes on above
the floor that is there, or far above all where there is none (`sequence`).
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from heimvakt.whole import flush_folder

from .archive import DATABASE, LIST, STATE, BackupError, add, check
from .migrations import VERSION
from .rebuild import ASIDE as SET_ASIDE

NAME = "heimvakt-"
SUFFIX = ".tar.gz"
ASIDE = "before-restore-"
LEFT_OUT = ("sequence.floor", "lock", "reports", ASIDE, ".")
"""Beginnings of names in the state folder: what is of this disk alone, what the centre has had,
what was set aside."""
BESIDE = ("-wal", "-shm", "-journal")
SPARE_BYTES = 64 << 20
"""Left free on the disk of the backups: a copy must not take the room that alarms need."""
FILES_MAX = 1_000


def back_up(
    state: Path, into: Path, at: datetime, *, gateway: str | None, beside: Mapping[str, Path]
) -> Path:
    """Write a backup into a folder and read it back; gives the file.

    Args:
        beside: files from elsewhere, by their names in the archive.

    Raises:
        BackupError: there is no state, or no room; or what was written is not what was read.
        OSError, sqlite3.Error: it cannot be read or written.
    """
    if not (state / DATABASE).exists():
        raise BackupError(f"{state} has no database", hint="see: --state DIR")
    target = into / f"{NAME}{at:%Y-%m-%dT%H%M%SZ}{SUFFIX}"
    sources = {f"{STATE}/{path.relative_to(state)}": path for path in _files(state)}
    sources |= beside
    _look_for_room(into, sum(path.stat().st_size for path in sources.values()))
    with tempfile.TemporaryDirectory(dir=into, prefix=".making-") as folder:
        new = Path(folder) / target.name
        _write(new, sources, state, Path(folder), at, gateway)
        check(new)
        new.replace(target)
    flush_folder(into)
    return target


def forget_oldest(folder: Path, newest: Path, keep: int) -> list[Path]:
    """Let all go but the last ones; gives those that went. The newest stays, whatever it is called:
    a clock that was wrong may have left some of days to come."""
    others = sorted(path for path in folder.glob(f"{NAME}*{SUFFIX}") if path != newest)
    gone = others[: max(0, len(others) + 1 - keep)]
    for old in gone:
        old.unlink(missing_ok=True)
    return gone


def _files(state: Path) -> Iterator[Path]:
    found = 0
    for top in sorted(state.iterdir()):
        if top.name.startswith(LEFT_OUT):
            continue
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            is_part = path.name.endswith(BESIDE) or any(f".{why}" in path.name for why in SET_ASIDE)
            if path.is_symlink() or not path.is_file() or is_part:
                continue
            found += 1
            if found > FILES_MAX:
                raise BackupError(f"{state} has more than {FILES_MAX} files: nothing of ours has")
            yield path


def _look_for_room(folder: Path, needed: int) -> None:
    # The copy of a database and the archive are there at the same time.
    free = shutil.disk_usage(folder).free
    if free < 2 * needed + SPARE_BYTES:
        raise BackupError(
            f"{folder} has {free >> 20} MiB free, and a backup takes up to {2 * needed >> 20} MiB",
            hint="keep fewer (--keep), or elsewhere (--to)",
        )


def _write(
    new: Path,
    sources: Mapping[str, Path],
    state: Path,
    folder: Path,
    at: datetime,
    gateway: str | None,
) -> None:
    files: dict[str, str] = {}
    with new.open("xb") as raw:
        new.chmod(0o600)
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6) as tar:
            for name, source in sources.items():
                copy = _copied(source, state, folder)
                with copy.open("rb") as stream:
                    files[name] = hashlib.file_digest(stream, "sha256").hexdigest()
                    stream.seek(0)
                    add(tar, name, stream, copy.stat().st_size, at)
                if copy != source:
                    copy.unlink()
            listed = {"at": at.isoformat(), "version": VERSION, "gateway": gateway, "files": files}
            text = json.dumps(listed, indent=1).encode()
            add(tar, LIST, io.BytesIO(text), len(text), at)
        raw.flush()
        os.fsync(raw.fileno())
        # So that it is read back from the disk, and not from memory.
        os.posix_fadvise(raw.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _copied(source: Path, state: Path, folder: Path) -> Path:
    """Something that does not change while it is read, and is the whole of it."""
    with source.open("rb") as stream:
        if stream.read(16) != b"SQLite format 3\0":
            return source
    copy = folder / "copy.db"
    with closing(sqlite3.connect(copy)) as target:
        with _opened(source, state) as uri, closing(sqlite3.connect(uri, uri=True)) as opened:
            # In one step: what is written meanwhile goes to the log.
            opened.backup(target)
        # Without a log of its own: whoever finds none beside it must not think that it was lost.
        target.execute("PRAGMA journal_mode = DELETE")
        (verdict,) = target.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise BackupError(f"{source} is damaged: {verdict}", hint="see: journalctl -u heimvakt")
    return copy


@contextmanager
def _opened(source: Path, state: Path) -> Iterator[str]:
    """How SQLite is to open a database, so that nothing beside it is changed: the last one to close
    it would take the log away that a killed gateway needs at its next start."""
    with (state / "lock").open("ab") as lock, tempfile.TemporaryDirectory() as folder:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            yield f"{source.absolute().as_uri()}?mode=ro"  # the gateway has it open
            return
        log = source.with_name(f"{source.name}-wal")
        if not log.exists():
            yield f"{source.absolute().as_uri()}?mode=ro&immutable=1"
            return
        for part in (source, log):
            shutil.copyfile(part, Path(folder) / part.name)
        yield (Path(folder) / source.name).absolute().as_uri()
