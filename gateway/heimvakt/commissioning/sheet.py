"""What a sheet is before it is HTML or PDF: facts, a verdict, tables, places to sign. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from heimvakt.core.checks import Outcome


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table; with an outcome it shows how it ended."""

    cells: tuple[str, ...]
    outcome: Outcome | None = None
    """What the first cell says in a mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Lines under heads; `shares` are the widths of the columns."""

    title: str
    heads: tuple[str, ...]
    shares: tuple[float, ...]
    lines: tuple[Line, ...]
    strong: bool = False
    """It is what whoever signs must not overlook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A whole sheet."""

    language: str
    title: str
    unit: str
    facts: tuple[tuple[str, str], ...]
    verdict: str
    is_good: bool
    tables: tuple[Table, ...]
    signs: tuple[tuple[str, str], ...]
    """Who signs, and what he signs."""
    sign_heads: tuple[str, ...]
    seal: str
    """The fingerprint of the record, and what to do with it."""
    code: str
    """What the QR code says."""
    code_says: str
