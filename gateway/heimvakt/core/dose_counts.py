"""What became of doses, as figures: each dose counts once, under what is known of it last. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .dose_entry import Entry, Fate
from .dose_ledger import Ledger
from .events import TakenHow


class DoseEnd(StrEnum):
    """How a dose ended."""

    IN_TIME = "in_time"
    EARLY = "early"
    TRAVEL = "travel"
    """Handed out beforehand, for days away."""
    MISSED = "missed"
    """The dispenser says that nobody took it."""
    UNKNOWN = "unknown"
    """The dispenser has not said what became of it."""


@dataclass(frozen=True, slots=True)
class DoseCount:
    """One dose more that ended so, or one less: something better is known of it now."""

    planned_for: datetime
    end: DoseEnd
    by: int
    device_id: str = ""
    """The dispenser."""


def between(before: Ledger, now: Ledger) -> Iterator[DoseCount]:
    """What the step from one ledger to the next changes."""
    if before.entries is now.entries:
        return
    for at, entry in now.entries.items():
        was = before.entries.get(at)
        if was is not entry:
            yield from _change(at, None if was is None else _end(was), _end(entry))
    for at, was in before.entries.items():
        if at not in now.entries and not _let_go(now, at):
            yield from _change(at, _end(was), None)  # the clock was set back: it is yet to come


def _change(at: datetime, was: DoseEnd | None, now: DoseEnd | None) -> Iterator[DoseCount]:
    if was is not now:
        if was is not None:
            yield DoseCount(at, was, -1)
        if now is not None:
            yield DoseCount(at, now, 1)


def _let_go(ledger: Ledger, at: datetime) -> bool:
    return ledger.gone_until is not None and at <= ledger.gone_until


def _end(entry: Entry) -> DoseEnd | None:
    if entry.fate is Fate.TAKEN:
        return _TAKEN[entry.how or TakenHow.IN_TIME]
    return _ENDS.get(entry.fate)


_ENDS: Mapping[Fate, DoseEnd] = {
    Fate.RETRACTED: DoseEnd.MISSED,
    Fate.MISSED: DoseEnd.MISSED,
    Fate.UNKNOWN: DoseEnd.UNKNOWN,
}
_TAKEN: Mapping[TakenHow, DoseEnd] = {
    TakenHow.IN_TIME: DoseEnd.IN_TIME,
    TakenHow.EARLY: DoseEnd.EARLY,
    TakenHow.TRAVEL: DoseEnd.TRAVEL,
}
