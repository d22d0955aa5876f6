"""The last reports, as files beside the database: for whoever comes next."""

from __future__ import annotations

import json
import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from heimvakt.core.codec import encode
from heimvakt.core.self_test import SelfTest

from .page import page

FOLDER = "reports"
KEPT = 30
"""Self-tests; the oldest goes. Each is 20 to 200 KB."""


def keep(state: Path, report: SelfTest) -> Path:
    """Write a report as JSON and as a page, and let the oldest go; gives the page.

    Raises:
        OSError: it could not be written.
    """
    folder = state / FOLDER
    owner = state.stat()
    folder.mkdir(exist_ok=True)
    give_to(owner, folder)
    name = f"{report.began_at:%Y-%m-%dT%H%M%S}"
    told = json.dumps(encode(report), ensure_ascii=False, indent=1)
    write_whole(folder / f"{name}.json", told.encode(), owner)
    file = folder / f"{name}.html"
    write_whole(file, page(report).encode(), owner)
    # A clock that was wrong may have left files of days to come: the one just written stays.
    for suffix in ("json", "html"):
        others = sorted(folder.glob(f"*.{suffix}"), reverse=True)
        others = [other for other in others if other.stem != name]
        for old in others[KEPT - 1 :]:
            old.unlink(missing_ok=True)
    return file


def give_to(owner: os.stat_result, path: Path) -> None:
    """What root has written belongs to whom the folder belongs to: the service writes there too."""
    if os.geteuid() == 0:
        os.chown(path, owner.st_uid, owner.st_gid)


def write_whole(file: Path, content: bytes, owner: os.stat_result) -> None:
    """Whole or not at all."""
    with NamedTemporaryFile(dir=file.parent, prefix=".", delete=False) as written:
        try:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
            Path(written.name).chmod(0o640)
            give_to(owner, Path(written.name))
            Path(written.name).replace(file)
        except OSError:
            Path(written.name).unlink(missing_ok=True)
            raise
