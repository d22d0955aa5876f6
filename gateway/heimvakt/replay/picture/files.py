"""A picture in a file of the kind that its name says: .svg, .html, or .png with a library."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from types import ModuleType

from heimvakt.core.alarms import Alarm

from .draw import draw
from .page import ROWS_MAX, Page, by_month, page
from .report import report
from .rows import row_of
from .seen import Seen

KINDS = (".html", ".svg", ".png")
PAGES_MAX = 13
"""Of one HTML file: a year touches thirteen months."""
SCALE = 2.0
"""Dots of a PNG for each unit of the picture: sharp on paper too."""


class NoPicture(Exception):
    """It cannot be drawn; the text says why.

    Attributes:
        hint: what to do about it.
    """

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


def check(path: Path) -> None:
    """Find what is wrong before hours of events are replayed for nothing.

    Raises:
        NoPicture: no picture can be written to such a file.
    """
    if path.suffix not in KINDS:
        raise NoPicture(f'"{path.name}" is no picture', f"end it with one of {', '.join(KINDS)}")
    if not path.absolute().parent.is_dir():
        raise NoPicture(f"{path.parent}: there is no such folder")
    if path.suffix == ".png":
        _library()


def write(
    path: Path,
    seen: Seen,
    alarms: Sequence[Alarm],
    language: str,
    first: date | None = None,
    last: date | None = None,
) -> str:
    """Draw the days from `first` to `last`, or as many of the newest as the file can hold.

    Returns:
        What it shows, and what it does not.

    Raises:
        NoPicture: it cannot be drawn, or not written.
    """
    rows = _rows(seen, alarms, first, last)
    if path.suffix == ".html":
        parts = by_month(rows)
        kept = parts[-PAGES_MAX:]
        shown = [row for part in kept for row in part]
        content = report(_pages(seen, alarms, language, kept), seen.home.gateway_id).encode()
    else:
        shown = rows[-ROWS_MAX:]
        (only,) = _pages(seen, alarms, language, [shown])
        content = draw(only).encode() + b"\n"
        if path.suffix == ".png":
            content = _png(content)
    half = path.with_name(f"{path.name}.new")
    try:
        half.write_bytes(content)
        half.replace(path)
    except OSError as error:
        raise NoPicture(f"{path}: {error.strerror}") from error
    return _said(path, shown, rows)


def _pages(
    seen: Seen, alarms: Sequence[Alarm], language: str, parts: Sequence[Sequence[date]]
) -> list[Page]:
    return [
        page(seen, alarms, language, rows, f"p{number}")
        for number, rows in enumerate(parts, start=1)
    ]


def _rows(seen: Seen, alarms: Sequence[Alarm], first: date | None, last: date | None) -> list[date]:
    """The nights that are wanted and that there is something of, none left out between."""
    zone = seen.home.zone
    moments = [
        *(moment for span in seen.spans for moment in (span.begin, span.end)),
        *(alarm.raised_at for alarm in alarms),
        *(dose.at for dose in seen.doses.values()),
    ]
    if not moments:
        raise NoPicture("there is nothing to be drawn: no device of this home was heard")
    earliest, latest = min(moments), max(moments)
    if seen.let_go_until is not None:
        earliest = max(earliest, seen.let_go_until)
    begin = max(row_of(earliest, zone), first or date.min)
    end = min(row_of(latest, zone), last or date.max)
    if end < begin:
        raise NoPicture(
            "there is nothing of these days",
            f"what was replayed goes from {row_of(earliest, zone)} to {row_of(latest, zone)}",
        )
    return [begin + timedelta(days=number) for number in range((end - begin).days + 1)]


def _said(path: Path, shown: Sequence[date], rows: Sequence[date]) -> str:
    days = f"{len(shown)} day{'s' if len(shown) != 1 else ''}"
    if len(shown) == len(rows):
        return f"{path}: {days}"
    more = "others with --from and --to"
    if path.suffix != ".html":
        more += ", or all as .html: a page for each month"
    return f"{path}: the last {days} of {len(rows)}; {more}"


def _png(svg: bytes) -> bytes:
    png: bytes = _library().svg2png(bytestring=svg, scale=SCALE)
    return png


def _library() -> ModuleType:
    """CairoSVG, which whoever wants a PNG installs; the gateway does without."""
    try:
        return import_module("cairosvg")
    # It is there and cannot find the library of the system that it draws with.
    except (ImportError, OSError) as error:
        raise NoPicture(
            f"no PNG can be drawn here: {error}",
            "install heimvakt[plot] and libcairo2, or write .svg or .html, which need nothing",
        ) from error
