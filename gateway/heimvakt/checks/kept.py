"""The last reports, as files beside the database: for whoever comes next."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from heimvakt.core.codec import encode
from heimvakt.core.self_test import SelfTest
from heimvakt.whole import put_whole

from .page import page

FOLDER = "reports"
KEPT = 30
"""Self-tests; the oldest goes. Each is 20 to 200 KB."""
FORMS = (".json", ".html")


def keep(state: Path, report: SelfTest) -> Path:
    """Write a report as JSON and as a page, and let the oldest go; gives the page.

    Raises:
        OSError: it could not be written.
    """
    folder = state / FOLDER
    owner = state.stat()
    folder.mkdir(exist_ok=True)
    give_to(owner, folder)
    told = json.dumps(encode(report), ensure_ascii=False, indent=1).encode()
    shown = page(report).encode()
    with _in_turn(folder):
        name = _new_name(folder, report.began_at)
        file = folder / f"{name}.html"
        put_report(folder / f"{name}.json", told, owner)
        put_report(file, shown, owner)
        # A clock that was wrong may have left files of days to come: the one just written stays.
        for form in FORMS:
            others = sorted(folder.glob(f"*{form}"), reverse=True)
            others = [other for other in others if other.stem != name]
            for old in others[KEPT - 1 :]:
                old.unlink(missing_ok=True)
    return file


def give_to(owner: os.stat_result, path: Path) -> None:
    """What root has written belongs to whom the folder belongs to: the service writes there too."""
    if os.geteuid() == 0:
        os.chown(path, owner.st_uid, owner.st_gid)


def put_report(file: Path, content: bytes, owner: os.stat_result) -> None:
    """Whole or not at all, for the group of the service too."""
    put_whole(file, content, mode=0o640, owner=owner)


@contextmanager
def _in_turn(folder: Path) -> Iterator[None]:
    """One at a time, in whatever process: two that end together must not take the same name."""
    end = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(end, fcntl.LOCK_EX)
        yield
    finally:
        os.close(end)


def _new_name(folder: Path, began_at: datetime) -> str:
    """The second in which it began, and behind others of that second a number: `_002`. In the order
    of names, which is that of time; nobody else has it."""
    second = f"{began_at:%Y-%m-%dT%H%M%S}"
    taken = {file.stem[len(second) :] for file in folder.glob(f"{second}*") if file.suffix in FORMS}
    if not taken:
        return second
    numbers = [int(end[1:]) for end in taken if re.fullmatch("_[0-9]+", end)]
    return f"{second}_{max(numbers, default=1) + 1:03}"
