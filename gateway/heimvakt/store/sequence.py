"""A floor under all numbers that outlives the database, so that no alarm id is ever used twice.

A receiver drops an alarm whose id it knows. If a lost database began to count at one again, a new
alarm would be dropped in silence; so numbers are reserved in blocks, in small files of their own.

After a clean end the files say which number was the last. Without that word nobody can know: a
power cut may have taken the newest transactions with it, whatever the disk had promised, and the
database would open without them and without a complaint. Then numbers go on above the floor.
"""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from heimvakt.whole import flush_folder

BLOCK = 1_000
"""Reserved together; a start after a crash leaves out at most so many numbers."""
EARLY = 500
"""Numbers that a dead disk may still use up: high alarms go out from memory then (ADR 8). So there
are two small writes for as many events."""
UNCERTAIN = -1
"""In place of the last number, where a number may have been told that the database does not have.
"""
LEAP = 1_000_000
"""Where the floor itself is lost: more than any log holds that could be lost with it."""


@dataclass(frozen=True, slots=True)
class _Line:
    floor: int
    clean: int | None

    def __str__(self) -> str:
        # Always of the same length, so that one can be written over another.
        text = f"{self.floor:020d} {'-' if self.clean is None else self.clean:>20}"
        return f"{text} {zlib.crc32(text.encode()):08x}\n"


class SequenceFloor:
    """Every number below `value` may have been used."""

    def __init__(self, directory: Path) -> None:
        self._paths = (directory / "sequence.floor", directory / "sequence.floor.copy")
        lines = [line for line in map(_read, self._paths) if line is not None]
        self.was_there = any(path.exists() for path in self._paths)
        self.is_known = bool(lines)
        self.value = max((line.floor for line in lines), default=0)
        ends = {line.clean for line in lines}
        self.clean = ends.pop() if len(lines) == len(self._paths) and len(ends) == 1 else None
        """The last number in use if the end before was a clean one."""

    def vouches_for(self, last: int) -> bool:
        """Whether `last` is known to be the last number that was used."""
        return self.clean == last or (not self.was_there and last == 0)

    def above(self, last: int, opened_at: datetime) -> int:
        """A number that no number in use is above, where `last` may not be the last."""
        if self.is_known:
            return max(last, self.value)
        # Nobody can be asked: seconds are more than any home has had events.
        return max(last + LEAP, int(opened_at.timestamp()))

    def begin(self, number: int) -> None:
        """Say that numbers from here on may be in use, and that no clean end has come yet."""
        self._write(_Line(max(self.value, number + BLOCK), None))

    def reserve(self, number: int) -> None:
        """Make sure that `number` is below the floor on disk before it is used.

        The next block is taken early, so that a disk that dies later finds it done.

        Raises:
            OSError: it is not, and cannot be.
        """
        if number < self.value - EARLY:
            return
        try:
            self._write(_Line(number + BLOCK, None))
        except OSError:
            if number >= self.value:
                raise

    def end(self, last: int) -> None:
        """The database was closed in order, and this was the last number in it."""
        self._write(_Line(self.value, last))

    def _write(self, line: _Line) -> None:
        text = str(line).encode("ascii")
        # What cannot be read is written first: one of the two can be read at every moment.
        for path in sorted(self._paths, key=lambda path: _read(path) is not None):
            if path.exists() and path.stat().st_size == len(text):
                # Over what is there: that needs no room on the disk.
                _write_over(path, text)
                continue
            new = path.with_name(path.name + ".new")
            with new.open("wb") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            new.replace(path)
            flush_folder(path.parent)
        self.value, self.clean = line.floor, line.clean
        self.was_there = self.is_known = True


def _write_over(path: Path, text: bytes) -> None:
    with path.open("r+b", buffering=0) as file:
        file.write(text)
        os.fsync(file.fileno())


def _read(path: Path) -> _Line | None:
    try:
        text = path.read_text(encoding="ascii")
        floor, clean, _ = text.split()
        line = _Line(int(floor), None if clean == "-" else int(clean))
    except (FileNotFoundError, ValueError):
        return None
    return line if str(line) == text else None
