"""What is wanted: by the gateway, which has no rights here, or by somebody who is root."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from heimvakt.core.events import ChangeOf
from heimvakt.whole import flush_folder, put_whole

from .files import copy, file_of_others, folder_of_others, want_room
from .manifest import SIZE_MAX
from .refusing import Refused

WANTED = "wanted.json"
"""In the gateway's folder."""
ASKED = "asked.json"
"""In the updater's."""
INCOMING = "incoming.heimvakt"
LONGEST = SIZE_MAX[ChangeOf.PROGRAM] + (1 << 20)
WISH_MAX = 4_096
"""Bytes."""

Text = Annotated[str, Field(max_length=100)]


class Wish(BaseModel):
    """What stands in one of the two files."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    do: Literal["apply", "back"] = "apply"
    bundle: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,80}$")] = INCOMING
    what: ChangeOf | None = None
    """What was ordered, or what is to be taken back."""
    order_id: Text = ""
    by: Text = ""
    now: bool = False
    mark: Text = ""
    """Tells one wish of somebody on site from the next for the same."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A wish, and where it came from."""

    wish: Wish
    folder: Path
    name: str
    mark: tuple[int, int]
    """Of the file that was read: another one may stand there by now."""

    @property
    def local(self) -> bool:
        """Whether somebody is root who wants it."""
        return self.name == ASKED


def handed(folder: Path, state: Path) -> Iterator[Handed]:
    """What is wanted now: what somebody on site wants comes first. What cannot be understood is
    cleared away."""
    for where, name in ((folder, ASKED), (state / "update", WANTED)):
        try:
            with folder_of_others(where) as end, file_of_others(name, end) as stream:
                content = stream.read(WISH_MAX + 1)
                mark = _mark(os.fstat(stream.fileno()))
            if len(content) > WISH_MAX:
                raise Refused(f"{name} is too long")
            wish = Wish.model_validate_json(content)
        except FileNotFoundError:
            continue
        except (OSError, Refused, ValidationError):
            _clear(where, name)
            continue
        yield Handed(wish, where, name, mark)


def fetch(one: Handed, to: Path) -> str:
    """Copy the bundle of a wish to where nobody else writes; the number of this wish for it.

    Raises:
        Refused: it is no file, or too large.
        OSError: it cannot be read or written.
    """
    with folder_of_others(one.folder) as end, file_of_others(one.wish.bundle, end) as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > LONGEST:
            raise Refused(f"it is larger than {LONGEST >> 20} MiB")
        want_room(to.parent, size)
        copy(stream, to, longest=LONGEST)
    return number_of(one.name, one.wish, _sum_of(to))


def number_of(name: str, wish: Wish, content: str) -> str:
    """Of a wish in the file of this name for something: the same wish for the same is the same
    change, also when a power cut comes before it is cleared away."""
    said = f"{name} {wish.order_id} {wish.mark} {content}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _sum_of(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def ask(folder: Path, wish: Wish, bundle: Path) -> str:
    """Ask the updater of this box, as root, for what is in a bundle; the number of the change that
    it will be.

    Raises:
        Refused: something else is asked for, or the bundle is too large.
        OSError: it cannot be read or written.
    """
    _must_be_free(folder)
    want_room(folder, bundle.stat().st_size)
    own = folder / wish.bundle
    with bundle.open("rb") as stream:
        copy(stream, own, longest=LONGEST)
    put_whole(folder / ASKED, wish.model_dump_json().encode())
    return number_of(ASKED, wish, _sum_of(bundle))


def ask_back(folder: Path, wish: Wish, change_id: str) -> str:
    """Ask it to take back a change that was kept; the number of the change that this will be.

    Raises:
        Refused: something else is asked for.
        OSError: it cannot be written.
    """
    _must_be_free(folder)
    put_whole(folder / ASKED, wish.model_dump_json().encode())
    return number_of(ASKED, wish, change_id)


def _must_be_free(folder: Path) -> None:
    folder.mkdir(mode=0o755, exist_ok=True)
    if (folder / ASKED).exists():
        raise Refused("something else is asked for already", "see: heimvakt update status")


def clear(one: Handed) -> bool:
    """Take a wish away that was dealt with, unless it has become another one meanwhile; False: it
    is still there."""
    try:
        if _mark((one.folder / one.name).lstat()) == one.mark:
            _clear(one.folder, one.name, *([one.wish.bundle] if one.local else []))
        return _mark((one.folder / one.name).lstat()) != one.mark
    except OSError:
        return True


def _mark(found: os.stat_result) -> tuple[int, int]:
    return found.st_ino, found.st_mtime_ns


def _clear(folder: Path, *names: str) -> None:
    """Whatever somebody has made of the files."""
    with suppress(OSError), folder_of_others(folder) as end:
        for name in names:
            _remove(name, end)
    with suppress(OSError):
        flush_folder(folder)


def _remove(name: str, folder: int) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return
    except (IsADirectoryError, PermissionError):
        shutil.rmtree(name, ignore_errors=True, dir_fd=folder)  # follows no links
    except OSError:
        return
