"""Two places for programs beside that of the package, and the link that says which one is in use.

A slot is filled beside its place and put there whole; the link is switched by renaming. So at any
moment the program in use is whole, and is one of three.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import IO

from heimvakt.whole import flush_folder

from .files import want_room
from .refusing import Refused
from .unpacking import unpack

SLOTS = ("a", "b")
ACTIVE = "active"
BESIDE = ".new"
PYTHON = f"python{sys.version_info[0]}.{sys.version_info[1]}"
"""What is compiled in a program fits the Python of the package alone."""
OURS = Path("lib") / PYTHON / "site-packages" / "heimvakt"
_VERSION = re.compile(r'^__version__ = "([^"\n]{1,64})"$', re.MULTILINE)


class Slots:
    """Of one gateway."""

    def __init__(self, folder: Path, base: Path) -> None:
        """`base` is the program of the package."""
        self._folder = folder
        self._base = base

    @property
    def active(self) -> str:
        """The slot in use; empty: the program of the package."""
        try:
            name = str((self._folder / ACTIVE).readlink())
        except OSError:
            return ""
        return name if name in SLOTS and self.is_whole(name) else ""

    def program(self, slot: str) -> Path:
        """The folder of the program in a slot; of the package, where it is empty."""
        return self._folder / slot if slot else self._base

    def is_whole(self, slot: str) -> bool:
        """Whether there is a program."""
        return not slot or (self.program(slot) / "bin" / "heimvakt").is_file()

    def version(self, slot: str) -> str:
        """Of the program there, as its own file says; empty where that cannot be read."""
        return version_in(self.program(slot))

    def free(self) -> str:
        """The slot that may be written."""
        return SLOTS[1] if self.active == SLOTS[0] else SLOTS[0]

    def fill(self, slot: str, archive: IO[bytes], *, unpacked: int) -> None:
        """Put a program into a slot that is not in use.

        Raises:
            Refused: it is no program of this Python, or there is no room.
            OSError: it cannot be written.
        """
        assert slot in SLOTS
        assert slot != self.active
        place, beside = self._folder / slot, self._folder / (slot + BESIDE)
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(place, ignore_errors=True)
        want_room(self._folder, unpacked)
        beside.mkdir(mode=0o755)
        try:
            # As the base has it, which may say it from where it is itself.
            base_bin = self._base / "bin"
            python = os.path.normpath(base_bin / (base_bin / "python3").readlink())
            unpack(archive, beside, longest=unpacked, python=python)
            if not (beside / OURS).is_dir() or not (beside / "bin" / "heimvakt").is_file():
                raise Refused(
                    f"it is no program for {PYTHON}", "make it of the package for this box"
                )
        except Refused:
            shutil.rmtree(beside, ignore_errors=True)
            raise
        beside.chmod(0o755)
        beside.rename(place)
        flush_folder(self._folder)

    def switch(self, slot: str) -> None:
        """Let the next start be that of this program."""
        link = self._folder / ACTIVE
        if not slot:
            link.unlink(missing_ok=True)
        else:
            beside = self._folder / (ACTIVE + BESIDE)
            beside.unlink(missing_ok=True)
            beside.symlink_to(slot)
            beside.rename(link)
        flush_folder(self._folder)


def version_in(program: Path) -> str:
    """What a program says that it is; empty where that cannot be read."""
    try:
        (file,) = program.glob("lib/python3.*/site-packages/heimvakt/_version.py")
        found = _VERSION.search(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return found[1] if found else ""
