"""The sheet of a hand-over as PDF: A4, to be printed and signed."""

from __future__ import annotations

from collections.abc import Sequence

from heimvakt.core.checks import Outcome

from .code import squares
from .ink import BLACK, HEIGHT, MARGIN, WHITE, WIDTH, Colour, Ink
from .sheet import Line, Sheet, Table
from .type import Face, broken

ROOM = WIDTH - 2 * MARGIN
FOOT = 44.0
"""Kept free at the lower edge, for the seal."""
SIZE, SMALL, LARGE = 8.8, 7.2, 16.0
LEADING = 1.25
GAP = 6.0
"""Between two columns."""
PAD = 2.6
"""Above and below the text of a cell."""
CODE = 86.0
"""Side of the QR code: 30 mm."""
SIGN_HIGH = 29.0
"""Of a line to write on: 10 mm."""

GREY: Colour = (0.36, 0.36, 0.36)
PALE: Colour = (0.8, 0.8, 0.8)
GREEN: Colour = (0.08, 0.33, 0.18)
AMBER: Colour = (0.48, 0.29, 0)
RED: Colour = (0.61, 0.11, 0.11)
DARK: Colour = (0.27, 0.27, 0.27)
WARM: Colour = (1, 0.957, 0.925)
COOL: Colour = (0.933, 0.973, 0.945)

MARKS = {
    Outcome.PASS: (GREEN, None),
    Outcome.WARN: (AMBER, None),
    Outcome.FAIL: (WHITE, RED),
    Outcome.SKIPPED: (WHITE, DARK),
}
"""Letters and ground."""


def paper(sheet: Sheet) -> bytes:
    """The whole file."""
    return _Paper(sheet).whole()


class _Paper:
    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._ink = Ink()

    def whole(self) -> bytes:
        self._head()
        self._verdict()
        for table in self._sheet.tables:
            self._table(table)
        self._signs()
        self._feet()
        return self._ink.written(f"{self._sheet.title} {self._sheet.unit}", self._sheet.language)

    def _head(self) -> None:
        ink, sheet = self._ink, self._sheet
        top, code_x = ink.y, WIDTH - MARGIN - CODE
        ink.squares(squares(sheet.code), code_x, top, CODE)
        for number, said in enumerate(sheet.code_says.split("\n"), 1):
            ink.text(code_x, top + CODE + number * SMALL * LEADING + 2, said, SMALL, Face.PLAIN)
        ink.text(MARGIN, top + LARGE, sheet.title, LARGE, Face.BOLD)
        y = top + LARGE + 12
        for name, fact in sheet.facts:
            y += SIZE * 1.45
            ink.text(MARGIN, y, name, SIZE, Face.PLAIN, GREY)
            ink.text(MARGIN + 90, y, fact, SIZE, Face.BOLD)
        ink.y = max(y, top + CODE + 3 * SMALL * LEADING) + 16

    def _verdict(self) -> None:
        ink, good = self._ink, self._sheet.is_good
        colour = GREEN if good else RED
        ink.box(MARGIN, ink.y, ROOM, 24, inside=COOL if good else WARM, edge=colour)
        ink.text(MARGIN + 9, ink.y + 16.5, self._sheet.verdict, 12, Face.BOLD, colour)
        ink.y += 24 + 6

    def _table(self, table: Table) -> None:
        whole = sum(table.shares)
        wide = [ROOM * share / whole for share in table.shares]
        cells = [self._cells(line, wide) for line in table.lines]
        # Never a head at the foot of a page with nothing below it.
        self._need(38 + self._high(cells[0]))
        self._ink.y += 14
        self._ink.text(MARGIN, self._ink.y + 6, table.title, 10.5, Face.BOLD)
        self._ink.y += 12
        self._heads(table, wide)
        for line, cell in zip(table.lines, cells, strict=True):
            if self._need(self._high(cell)):
                self._heads(table, wide)
            self._row(line, cell, wide, strong=table.strong)

    def _cells(self, line: Line, wide: Sequence[float]) -> list[list[str]]:
        return [broken(cell, room - GAP, SIZE) for cell, room in zip(line.cells, wide, strict=True)]

    def _high(self, cells: Sequence[Sequence[str]]) -> float:
        return max(len(lines) for lines in cells) * SIZE * LEADING + 2 * PAD

    def _heads(self, table: Table, wide: Sequence[float]) -> None:
        ink, x = self._ink, MARGIN
        ink.y += SMALL * LEADING
        for head, room in zip(table.heads, wide, strict=True):
            ink.text(x, ink.y, head, SMALL, Face.BOLD, GREY)
            x += room
        ink.y += 3
        ink.line(MARGIN, ink.y, ROOM, BLACK, 0.8)

    def _row(
        self, line: Line, cells: Sequence[Sequence[str]], wide: Sequence[float], *, strong: bool
    ) -> None:
        ink, high, x = self._ink, self._high(cells), MARGIN
        if strong:
            ink.box(MARGIN, ink.y, ROOM, high, inside=WARM)
        for place, (lines, room) in enumerate(zip(cells, wide, strict=True)):
            colour, left = BLACK, x
            if place == 0 and line.outcome is not None:
                colour, ground = MARKS[line.outcome]
                left += 4
                edge = colour if ground is None else None
                box = (x, ink.y + 1.8, room - GAP, SIZE * LEADING * len(lines) + 2 * PAD - 3.6)
                ink.box(*box, inside=ground, edge=edge)
            face = Face.BOLD if place == 0 and line.outcome is not None else Face.PLAIN
            for number, said in enumerate(lines):
                y = ink.y + PAD + SIZE * 0.85 + number * SIZE * LEADING
                ink.text(left, y, said, SIZE, face, colour)
            x += room
        ink.y += high
        ink.line(MARGIN, ink.y, ROOM, PALE)

    def _signs(self) -> None:
        ink, heads = self._ink, self._sheet.sign_heads
        self._need(50 + len(heads) * SIGN_HIGH)
        ink.y += 20
        wide = (ROOM - 24) / len(self._sheet.signs)
        top = ink.y
        for number, (who, what) in enumerate(self._sheet.signs):
            x = MARGIN + number * (wide + 24)
            ink.text(x, top + 8, who, 10, Face.BOLD)
            for down, said in enumerate(broken(what, wide, SIZE)):
                ink.text(x, top + 21 + down * SIZE * LEADING, said, SIZE, Face.PLAIN)
            for down, head in enumerate(heads, 1):
                y = top + 26 + down * SIGN_HIGH
                ink.text(x, y - 2, head, SMALL, Face.PLAIN, GREY)
                ink.line(x, y, wide, BLACK)
        ink.y = top + 26 + len(heads) * SIGN_HIGH

    def _need(self, high: float) -> bool:
        """Turn the page where so much does not fit any more; whether that was done."""
        if self._ink.y + high <= HEIGHT - MARGIN - FOOT:
            return False
        self._ink.turn()
        return True

    def _feet(self) -> None:
        """On each page what it is of, and the seal."""
        pages = list(self._ink.pages)
        for number, page in enumerate(pages, 1):
            self._ink.pages = [page]
            y = HEIGHT - MARGIN - FOOT + 20
            self._ink.line(MARGIN, y - 10, ROOM, PALE)
            of = f"{self._sheet.unit}   {number}/{len(pages)}"
            for down, said in enumerate([*broken(self._sheet.seal, ROOM, SMALL), of]):
                at = y + down * SMALL * LEADING
                self._ink.text(MARGIN, at, said, SMALL, Face.PLAIN, GREY)
        self._ink.pages = pages
