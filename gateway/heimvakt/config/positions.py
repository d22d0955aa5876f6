"""Where in the text each key and each value stands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
"""The keys, and the numbers in lists, from the top of the file down to a value."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a text; both count from 1, columns in characters."""

    line: int
    column: int


class Lines:
    """Turns an offset into a text into a line and a column."""

    def __init__(self, text: str) -> None:
        self._begins = [0]
        at = text.find("\n")
        while at >= 0:
            self._begins.append(at + 1)
            at = text.find("\n", at + 1)

    def position(self, offset: int) -> Position:
        """The place of the character at `offset`."""
        line = bisect_right(self._begins, offset)
        return Position(line, offset - self._begins[line - 1] + 1)


@dataclass(frozen=True, slots=True)
class Positions:
    """The places of all keys and values of a document.

    The key of a table is the last name in its header, where it is mentioned first.
    """

    lines: Lines
    keys: dict[Path, int] = field(default_factory=dict)
    """Path -> offset."""
    values: dict[Path, int] = field(default_factory=dict)
    """Path -> offset; tables that have a header have no value here."""

    def of_key(self, path: Path) -> Position:
        """Where the key stands; for what has none, the nearest thing around it."""
        for outer in _outward(path):
            if (offset := self.keys.get(outer, self.values.get(outer))) is not None:
                return self.lines.position(offset)
        return Position(1, 1)

    def of_value(self, path: Path) -> Position:
        """Where the value begins; for what has none, its key or the nearest thing around it."""
        for outer in _outward(path):
            if (offset := self.values.get(outer, self.keys.get(outer))) is not None:
                return self.lines.position(offset)
        return Position(1, 1)

    def find(self, path: Path) -> Position | None:
        """Where the key stands, or None."""
        return self.of_key(path) if path in self.keys or path in self.values else None


def _outward(path: Path) -> Iterator[Path]:
    for length in range(len(path), 0, -1):
        yield path[:length]
