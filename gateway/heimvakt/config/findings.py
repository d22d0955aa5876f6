"""What is wrong in a configuration file, and how a person and a program read it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from .positions import Path, Position

SHOWN_MAX = 60
"""Characters of a value that a message repeats."""

SENTENCE_MAX = 300
"""Characters of a message: no file makes a terminal scroll away."""


class Severity(StrEnum):
    """Whether the gateway can start with it."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, where, and what to do about it."""

    file: str
    line: int = 0
    """From 1; 0 where it is the file as a whole."""
    column: int = 0
    """In characters, from 1."""
    severity: Severity = Severity.ERROR
    what: str
    hints: tuple[str, ...] = ()
    path: Path = ()
    """The keys down to the value: `("devices", "bed", "role")`."""

    @property
    def where(self) -> str:
        """`home.toml:47:9`, which many editors take as an address."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether the gateway cannot start."""
    return any(f.severity is Severity.ERROR for f in findings)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """As they stand in the file, without repeats."""
    unique = dict.fromkeys(findings)
    return tuple(sorted(unique, key=lambda f: (f.line, f.column, f.severity, f.what)))


def summary(findings: Sequence[Finding]) -> str:
    """`2 errors, 1 warning`."""
    errors = sum(f.severity is Severity.ERROR for f in findings)
    warnings = len(findings) - errors
    return f"{_count(errors, 'error')}, {_count(warnings, 'warning')}"


def render_findings(findings: Sequence[Finding]) -> str:
    """The report for a terminal: a line for each finding, its hints below, the sum at the end."""
    width = max((len(printable(f.where)) for f in findings), default=0) + 2
    lines = []
    for finding in findings:
        begin = f"{printable(finding.where):<{width}}{finding.severity:<9}"
        lines.append(begin + printable(finding.what))
        lines.extend(" " * len(begin) + printable(hint) for hint in finding.hints)
    return "\n".join([*lines, summary(findings)])


def as_json(findings: Sequence[Finding]) -> str:
    """The same for a program."""
    return json.dumps(
        {
            "errors": sum(f.severity is Severity.ERROR for f in findings),
            "warnings": sum(f.severity is Severity.WARNING for f in findings),
            "findings": [asdict(f) for f in findings],
        },
        ensure_ascii=False,
        indent=2,
    )


def printable(text: str) -> str:
    """One line that cannot steer a terminal, and is not longer than a message should be."""
    cut = text if len(text) <= SENTENCE_MAX else text[: SENTENCE_MAX - 3] + "..."
    return "".join(c if c.isprintable() else _escaped(c) for c in cut)


def quoted(value: object) -> str:
    """A value as the file shows it, shortened."""
    match value:
        case str():
            middle = value
            if len(value) > SHOWN_MAX:
                half = (SHOWN_MAX - 3) // 2
                middle = f"{value[:half]}...{value[-half:]}"
            return f'"{printable(middle)}"'
        case bool():
            return "true" if value else "false"
        case list() | tuple():
            return "a list" if value else "an empty list"
        case dict():
            return "a table"
        case _:
            return printable(str(value)[:SHOWN_MAX])


def dotted(path: Path) -> str:
    """`devices.bed.role`, `routes[0].to`: how a person names a place in the file."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return printable(text)


def at_line(position: Position | None) -> str:
    """` (line 33)`, or nothing where there is no such place."""
    return f" (line {position.line})" if position else ""


def either(choices: Sequence[str]) -> str:
    """`a, b or c`."""
    *others, last = choices
    return f"{', '.join(others)} or {last}" if others else last


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was most likely meant, or None."""
    import difflib  # only for a file with mistakes: not on the way to an armed gateway

    by_bare = {_bare(k): k for k in known}
    close = difflib.get_close_matches(_bare(word)[:SHOWN_MAX], by_bare, n=1, cutoff=0.6)
    return by_bare[close[0]] if close else None


def _bare(word: str) -> str:
    return word.casefold().replace("_", "-").replace(" ", "-")


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
