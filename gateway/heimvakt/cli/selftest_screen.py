"""How a self-test goes, as a person follows it in front of the box."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Self

import typer

from heimvakt.checks.lines import part_lines
from heimvakt.core.checks import Result

if TYPE_CHECKING:
    from rich.status import Status

WIDTH = 24
"""Of the names of parts."""


class Screen:
    """A line for each part as soon as all of it is known; on a terminal also what is looked at."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._status: Status | None = None
        self._part: list[Result] = []
        self.language = "en"

    def __enter__(self) -> Self:
        if not self._quiet and sys.stdout.isatty():
            from rich.console import Console

            self._status = Console(highlight=False).status("")
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()
        if self._status is not None:
            self._status.stop()

    def begins(self, part: str, title: str, number: int, of: int) -> None:
        """What is looked at now."""
        if self._status is not None:
            self._status.update(f"{number} of {of}: {part}, {title}")

    def ends(self, result: Result) -> None:
        """How that ended."""
        if self._part and self._part[0].part != result.part:
            self._flush()
        self._part.append(result)

    def asks(self, question: str) -> bool:
        """What the person here says."""
        if self._status is not None:
            self._status.stop()
        try:
            return typer.confirm(question)
        finally:
            if self._status is not None:
                self._status.start()

    def _flush(self) -> None:
        if not self._quiet and self._part:
            text = "\n".join(part_lines(self._part, self.language, WIDTH))
            if self._status is not None:
                self._status.console.print(text, markup=False, soft_wrap=True)
            else:
                print(text, flush=True)
        self._part = []
