"""What a whole self-test has found, as one value that is kept, sent and shown. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .checks import Outcome, Result
from .words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """One self-test."""

    gateway_id: str
    version: str
    language: str
    timezone: str
    began_at: datetime
    took_s: float
    by: str
    """Who asked for it: `command`, or who ordered it."""
    with_service: bool
    """Done by the running service; else alone, which cannot see all of it."""
    results: tuple[Result, ...]

    def of(self, *outcomes: Outcome) -> list[Result]:
        """Those that ended so."""
        return [result for result in self.results if result.outcome in outcomes]

    @property
    def has_failed(self) -> bool:
        """Whether anything does not work."""
        return bool(self.of(Outcome.FAIL))


def summary(results: Iterable[Result]) -> Words:
    """How many ended how, in words."""
    ended = [result.outcome for result in results]
    many = {outcome: ended.count(outcome) for outcome in Outcome}
    warned, failed, skipped = (
        many[Outcome.WARN],
        many[Outcome.FAIL],
        many[Outcome.SKIPPED],
    )
    good = many[Outcome.PASS]
    return Words(
        nb=f"{good} {'kontroll' if good == 1 else 'kontroller'} bestått, "
        f"{warned} {'advarsel' if warned == 1 else 'advarsler'}, {failed} feilet, "
        f"{skipped} utelatt",
        en=f"{good} {'check' if good == 1 else 'checks'} passed, "
        f"{warned} {'warning' if warned == 1 else 'warnings'}, {failed} failed, "
        f"{skipped} skipped",
    )
