"""Which keys and tables a document has named so far: full paths, and what stands twice."""

from __future__ import annotations

from enum import Enum, auto

from .positions import Path, Positions


class _Is(Enum):
    MENTIONED = auto()
    """A table that only others' names run through: it may still get a header."""
    TABLE = auto()
    """A table with its own header."""
    DOTTED = auto()
    """A table that came from `a.b = 1`."""
    VALUE = auto()
    LIST = auto()
    """A list of tables, `[[routes]]`."""


class Names:
    """Keeps the book while a document is read from top to bottom."""

    def __init__(self, positions: Positions) -> None:
        self._positions = positions
        self._kinds: dict[Path, _Is] = {}
        self._lengths: dict[Path, int] = {}

    def header(self, parts: list[tuple[str, int]], *, of_list: bool) -> tuple[Path, bool]:
        """The path of the table that a header opens, and whether it may stand there.

        Args:
            parts: the names between the brackets, each with its offset.
            of_list: whether the brackets are double.
        """
        path, fine = self._through(parts[:-1])
        name, offset = parts[-1]
        path = (*path, name)
        before = self._kinds.get(path)
        self._positions.keys.setdefault(path, offset)
        if of_list:
            fine = fine and before in (None, _Is.LIST)
            self._kinds[path] = _Is.LIST
            number = self._lengths.get(path, 0)
            self._lengths[path] = number + 1
            path = (*path, number)
            self._positions.keys[path] = offset
        else:
            fine = fine and before in (None, _Is.MENTIONED)
        self._kinds[path] = _Is.TABLE
        return path, fine

    def assignment(self, table: Path, parts: list[tuple[str, int]]) -> tuple[Path, bool]:
        """The path of the value that `a.b = ...` sets in `table`, and whether it is the first."""
        path, fine = table, True
        for name, offset in parts[:-1]:
            path = (*path, name)
            self._positions.keys.setdefault(path, offset)
            fine = fine and self._kinds.setdefault(path, _Is.DOTTED) is _Is.DOTTED
        name, offset = parts[-1]
        path = (*path, name)
        fine = fine and path not in self._kinds
        self._kinds.setdefault(path, _Is.VALUE)
        self._positions.keys.setdefault(path, offset)
        return path, fine

    def _through(self, parts: list[tuple[str, int]]) -> tuple[Path, bool]:
        """The path of the outer names of a header, the last table of each list on the way."""
        path: Path = ()
        fine = True
        for name, offset in parts:
            path = (*path, name)
            self._positions.keys.setdefault(path, offset)
            if self._kinds.setdefault(path, _Is.MENTIONED) is _Is.VALUE:
                fine = False
            if path in self._lengths:
                path = (*path, self._lengths[path] - 1)
        return path, fine
