"""A self-test as lines of text: what is well stands together, what is not has a line of its own."""

from __future__ import annotations

from collections.abc import Sequence

from heimvakt.core.checks import Outcome, Result

NAMES = {
    Outcome.PASS: "PASS",
    Outcome.WARN: "WARN",
    Outcome.FAIL: "FAIL",
    Outcome.SKIPPED: "SKIPPED",
}
OPENINGS = 3
"""Blanks between two things that are well."""


def part_lines(results: Sequence[Result], language: str, width: int) -> list[str]:
    """One part: what passed in one line, then what is named, then what was skipped."""
    told: list[str] = []
    if passed := [one for one in results if one.outcome is Outcome.PASS]:
        texts = [_text(one, language) for one in passed]
        told.append(_line(passed[0], language, width, (" " * OPENINGS).join(texts)))
    told += [
        _line(one, language, width, _text(one, language)) + _advice(one, language)
        for one in results
        if one.outcome.is_named
    ]
    reasons: dict[str, list[Result]] = {}
    for one in results:
        if one.outcome is Outcome.SKIPPED:
            reasons.setdefault(one.text.in_language(language), []).append(one)
    for reason, skipped in reasons.items():
        titles = ", ".join(one.title.in_language(language) for one in skipped)
        told.append(_line(skipped[0], language, width, f"{titles}: {reason}"))
    return told


def spelt(result: Result) -> str:
    """The limit of what was measured, as a person reads it; empty where there is none."""
    if result.limit is None or result.measured is None:
        return ""
    limit = result.limit.met(result.measured)
    return "" if limit is None else f"{limit:g} {result.unit}".strip()


def _line(result: Result, language: str, width: int, text: str) -> str:
    part = result.part.in_language(language)
    return f"  {NAMES[result.outcome]:<8} {part:<{width}} {text}"


def _text(result: Result, language: str) -> str:
    text = result.text.in_language(language)
    if not (limit := spelt(result)):
        return text
    if result.outcome is Outcome.PASS and result.check_id != "store/flush":
        return text
    word = "grense" if language == "nb" else "limit"
    return f"{text} ({word} {limit})"


def _advice(result: Result, language: str) -> str:
    return f": {result.advice.in_language(language)}" if result.advice else ""
