"""Put the state of a backup in the place of what is there; a cut anywhere loses neither."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import datetime
from pathlib import Path, PurePosixPath

from heimvakt.whole import flush_folder

from .archive import DATABASE, PIECE, STATE, BackupError, read
from .backup import ASIDE, LEFT_OUT
from .migrations import VERSION
from .opening import lock_directory


def put_back(archive: Path, state: Path, at: datetime) -> Path:
    """Put the state of a backup in the place of what is there; gives the folder that has that now.

    Nothing is touched before the whole backup is on this disk and was found good. Whoever is cut
    off later finds the rest of what was there in that folder, and can begin again.

    Raises:
        BackupError: the backup is not whole, or is of a newer version.
        StoreUnavailable: a gateway uses the folder.
        OSError: it cannot be read or written.
    """
    owner = state.stat()
    lock = lock_directory(state)
    try:
        with tempfile.TemporaryDirectory(dir=state, prefix=".restore-") as folder:
            new = Path(folder)
            _unpack(archive, new, owner)
            aside = state / f"{ASIDE}{at:%Y-%m-%dT%H%M%SZ}"
            aside.mkdir(mode=0o700)
            _give(owner, aside)
            for there in sorted(state.iterdir()):
                if not there.name.startswith(LEFT_OUT):
                    there.rename(aside / there.name)
            # The database last: a folder without one is no gateway's yet.
            for back in sorted(new.iterdir(), key=lambda path: path.name == DATABASE):
                back.rename(state / back.name)
            flush_folder(state)
    finally:
        os.close(lock)
    return aside


def _unpack(archive: Path, folder: Path, owner: os.stat_result) -> None:
    for name, listed, content in read(archive):
        if listed.version > VERSION:
            raise BackupError(
                f"{archive} is of a newer version of Heimvakt", hint="install that version first"
            )
        path = PurePosixPath(name)
        if path.parts[0] != STATE:
            content.skip()
            continue
        target = folder.joinpath(*path.parts[1:])
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as stream:
            shutil.copyfileobj(content, stream, PIECE)
            stream.flush()
            os.fsync(stream.fileno())
        target.chmod(0o600)
        _give(owner, target)
        for above in target.relative_to(folder).parents[:-1]:
            _give(owner, folder / above)


def _give(owner: os.stat_result, path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(path, owner.st_uid, owner.st_gid)
