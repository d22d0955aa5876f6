"""Pages of A4 on which text, lines and boxes are put from the top down, as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from .type import Face, coded

if TYPE_CHECKING:
    import pydyf

WIDTH, HEIGHT = 595.28, 841.89
"""A4 in points."""
MARGIN = 40.0
"""14 mm: no printer in an office prints nearer to the edge."""

Colour = tuple[float, float, float]
BLACK: Colour = (0, 0, 0)
WHITE: Colour = (1, 1, 1)


class Ink:
    """A document under way. `y` grows downwards, as one reads; points."""

    def __init__(self) -> None:
        import pydyf  # whoever hands over no home need not have it in memory

        self._pydyf = pydyf
        self.pages: list[pydyf.Stream] = []
        self.y = 0.0
        self.turn()

    def turn(self) -> None:
        """Begin a page."""
        self.pages.append(self._pydyf.Stream())
        self.y = MARGIN

    def text(
        self, x: float, y: float, said: str, size: float, face: Face, colour: Colour = BLACK
    ) -> None:
        """One line; `y` is where its letters stand."""
        on = self.pages[-1]
        on.begin_text()
        on.set_color_rgb(*colour)
        on.set_font_size(face, size)
        on.set_text_matrix(1, 0, 0, 1, x, HEIGHT - y)
        on.show_text_string(coded(said))
        on.end_text()

    def line(self, x: float, y: float, wide: float, colour: Colour, thick: float = 0.5) -> None:
        """From left to right."""
        on = self.pages[-1]
        on.set_color_rgb(*colour, stroke=True)
        on.set_line_width(thick)
        on.move_to(x, HEIGHT - y)
        on.line_to(x + wide, HEIGHT - y)
        on.stroke()

    def box(
        self,
        x: float,
        y: float,
        wide: float,
        high: float,
        *,
        inside: Colour | None = None,
        edge: Colour | None = None,
    ) -> None:
        """Its upper left corner is at `x`, `y`."""
        on = self.pages[-1]
        if inside is not None:
            on.set_color_rgb(*inside)
            on.rectangle(x, HEIGHT - y - high, wide, high)
            on.fill()
        if edge is not None:
            on.set_color_rgb(*edge, stroke=True)
            on.set_line_width(1)
            on.rectangle(x, HEIGHT - y - high, wide, high)
            on.stroke()

    def squares(self, rows: Sequence[Sequence[bool]], x: float, y: float, side: float) -> None:
        """A QR code; the paper around it is its white edge."""
        on, one = self.pages[-1], side / len(rows)
        on.set_color_rgb(*BLACK)
        for down, row in enumerate(rows):
            for along, dark in enumerate(row):
                if dark:
                    on.rectangle(x + along * one, HEIGHT - y - (down + 1) * one, one, one)
        on.fill()

    def written(self, title: str, language: str) -> bytes:
        """The whole file; the same ink gives the same bytes."""
        make = self._pydyf
        document = make.PDF()
        document.info["Title"] = make.String(title)
        document.catalog["Lang"] = make.String(language)
        fonts = make.Dictionary()
        for face, name in ((Face.PLAIN, "Helvetica"), (Face.BOLD, "Helvetica-Bold")):
            font = make.Dictionary(
                {
                    "Type": "/Font",
                    "Subtype": "/Type1",
                    "BaseFont": f"/{name}",
                    "Encoding": "/WinAnsiEncoding",
                }
            )
            document.add_object(font)
            fonts[face.value] = font.reference
        for stream in self.pages:
            stream.compress = True
            document.add_object(stream)
            document.add_page(
                make.Dictionary(
                    {
                        "Type": "/Page",
                        "Parent": document.pages.reference,
                        "MediaBox": make.Array([0, 0, WIDTH, HEIGHT]),
                        "Contents": stream.reference,
                        "Resources": make.Dictionary({"Font": fonts}),
                    }
                )
            )
        file = BytesIO()
        document.write(file)
        return file.getvalue()
