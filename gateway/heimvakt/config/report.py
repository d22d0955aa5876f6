"""Collects what is wrong in a document, each thing with the place where it stands."""

from __future__ import annotations

from .findings import Finding, Severity, dotted, in_order
from .positions import Path, Position
from .source import Document

FINDINGS_MAX = 200
"""Of one file; what comes after them is counted in one last finding."""


class Report:
    """The findings of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._findings: list[Finding] = []

    @property
    def findings(self) -> tuple[Finding, ...]:
        """As they stand in the file."""
        if len(self._findings) < FINDINGS_MAX:
            return in_order(self._findings)
        more = f"more than {FINDINGS_MAX} things are wrong: the rest is not shown"
        return (
            *in_order(self._findings),
            Finding(file=self._document.file, what=more, hints=("mend these and check again",)),
        )

    def error(self, path: Path, what: str, *hints: str, at_key: bool = False) -> None:
        """The gateway cannot start with this."""
        self._add(Severity.ERROR, path, what, hints, at_key=at_key)

    def warning(self, path: Path, what: str, *hints: str, at_key: bool = False) -> None:
        """It can, but somebody should know."""
        self._add(Severity.WARNING, path, what, hints, at_key=at_key)

    def wrong(self, path: Path, sentence: str, *hints: str, at_key: bool = False) -> None:
        """An error whose sentence is about the value at `path`."""
        self.error(path, f"{dotted(path)}: {sentence}", *hints, at_key=at_key)

    def has_error_at(self, path: Path) -> bool:
        """Whether something is wrong with this value or with what is in it."""
        length = len(path)
        return any(f.severity is Severity.ERROR and f.path[:length] == path for f in self._findings)

    def place_of(self, path: Path) -> Position | None:
        """Where a key stands in the file, or None."""
        return self._document.positions.find(path)

    def _add(
        self, severity: Severity, path: Path, what: str, hints: tuple[str, ...], *, at_key: bool
    ) -> None:
        if len(self._findings) >= FINDINGS_MAX:
            return
        positions = self._document.positions
        place = positions.of_key(path) if at_key else positions.of_value(path)
        self._findings.append(
            Finding(
                file=self._document.file,
                line=place.line,
                column=place.column,
                severity=severity,
                what=what,
                hints=tuple(h for h in hints if h),
                path=path,
            )
        )
