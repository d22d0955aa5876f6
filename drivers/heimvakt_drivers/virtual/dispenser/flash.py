"""A store that keeps one text, whole or not at all: in a file, or only as long as the object."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def plain(value: Any) -> dict[str, Any]:
    """The fields of a dataclass with slots, for `json.dumps(default=...)`."""
    return {name: getattr(value, name) for name in value.__slots__}


class PowerCut(Exception):
    """The power went in the middle of something."""


class Flash:
    """What is written is there after any end of power."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._text: str | None = None
        self.before_write: Callable[[], None] | None = None
        """A fault may raise `PowerCut` here: then nothing is written."""
        self.after_write: Callable[[], None] | None = None
        """The same, when it is."""

    def read(self) -> str | None:
        """What was written last; None: nothing ever was."""
        if self._file is None:
            return self._text
        return self._file.read_text() if self._file.exists() else None

    def write(self, text: str) -> None:
        """Replace what is there."""
        if self.before_write is not None:
            self.before_write()
        if self._file is None:
            self._text = text
        else:
            beside = self._file.with_suffix(".new")
            beside.write_text(text)
            beside.replace(self._file)
        if self.after_write is not None:
            self.after_write()

    def erase(self) -> None:
        """Lose it."""
        self._text = None
        if self._file is not None:
            self._file.unlink(missing_ok=True)
