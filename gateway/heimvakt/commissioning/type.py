"""Lines of text on paper: how wide Helvetica is, and where a line is broken. Pure.

Helvetica is one of the fonts that every reader of PDF has (ISO 32000, the standard 14), so that a
sheet needs no font of 300 KB in it. It knows the letters of Western Europe (Windows-1252); others
lose their accent: č is a c.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from enum import StrEnum


class Face(StrEnum):
    """Which of the two; the value is its name in the PDF."""

    PLAIN = "F1"
    BOLD = "F2"


# Thousandths of the size of the font, of ASCII from the blank to the tilde: Adobe's metrics.
_PLAIN = (
    *(278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278),
    *(556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556),
    *(1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778),
    *(667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556),
    *(333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556),
    *(556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584),
)
_BOLD = (
    *(278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278),
    *(556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611),
    *(975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778),
    *(667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556),
    *(333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611),
    *(611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584),
)
_OTHERS = {"æ": 889, "Æ": 1000, "ø": 611, "Ø": 778, "–": 556, "—": 1000, "…": 1000, "×": 584}
_WIDTHS = {Face.PLAIN: _PLAIN, Face.BOLD: _BOLD}
_USUAL = 556
_FIRST = ord(" ")


def coded(text: str) -> bytes:
    """The text as the font takes it."""
    found = []
    for letter in unicodedata.normalize("NFC", text):
        try:
            found.append(letter.encode("cp1252"))
        except UnicodeEncodeError:
            found.append(_base(letter).encode("cp1252", "replace"))
    return b"".join(found)


def width(text: str, size: float, face: Face = Face.PLAIN) -> float:
    """In points."""
    return sum(_of(letter, face) for letter in text) * size / 1000


def broken(text: str, room: float, size: float, face: Face = Face.PLAIN) -> list[str]:
    """The text in lines no wider than `room`; a word that is wider is broken where it has to be."""
    lines = [""]
    for word in _pieces(text, room, size, face):
        longer = f"{lines[-1]} {word}".strip()
        if width(longer, size, face) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return [line for line in lines if line] or [""]


def _pieces(text: str, room: float, size: float, face: Face) -> Iterator[str]:
    for word in text.split():
        piece = ""
        for letter in word:
            if piece and width(piece + letter, size, face) > room:
                yield piece
                piece = ""
            piece += letter
        yield piece


def _of(letter: str, face: Face) -> int:
    known = _WIDTHS[face]
    if letter in _OTHERS:
        return _OTHERS[letter]
    at = ord(_base(letter)) - _FIRST
    return known[at] if 0 <= at < len(known) else _USUAL


def _base(letter: str) -> str:
    """Without its accent."""
    return unicodedata.normalize("NFKD", letter)[:1] or "?"
