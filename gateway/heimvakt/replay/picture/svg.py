"""A few shapes as SVG text; whatever comes from outside is escaped here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

Value = str | float


def element(name: str, inner: str = "", /, **attributes: Value) -> str:
    """`<name a="1">inner</name>`; `stroke_width` is written as `stroke-width`."""
    written = "".join(
        f" {key.replace('_', '-')}={quoteattr(_number(value))}" for key, value in attributes.items()
    )
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def text(words: str, /, **attributes: Value) -> str:
    """Words at a place."""
    return element("text", escape(words), **attributes)


def titled(words: str, /, *, name: str = "title", **attributes: Value) -> str:
    """What is shown when somebody points at the shape around it, and what is read aloud."""
    return element(name, escape(words), **attributes)


def bars(
    pieces: Iterable[tuple[float, float, float]], height: float, /, **attributes: Value
) -> str:
    """Many rectangles (x, y, width) of one height as one path: small to store, fast to draw."""
    drawn = "".join(
        f"M{x:.1f} {y:.1f}h{width:.1f}v{height:g}h-{width:.1f}z" for x, y, width in pieces
    )
    return element("path", d=drawn, **attributes) if drawn else ""


def _number(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:.5g}"
