"""One dose as a ledger has it: what is known of it, and how many ended how."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .alarms import Evidence
from .doses import Dose
from .events import TakenHow


class Fate(StrEnum):
    """What is known of a dose, the least first."""

    PLANNED = "planned"
    OFFERED = "offered"
    UNKNOWN = "unknown"
    """Its time is over, and the dispenser has not said what became of it."""
    RETRACTED = "retracted"
    """It was locked away before somebody took it."""
    MISSED = "missed"
    TAKEN = "taken"

    @property
    def rank(self) -> int:
        """0 is the least."""
        return list(Fate).index(self)

    @property
    def is_open(self) -> bool:
        """Whether it may still be taken, or something be said of it in time."""
        return self in (Fate.PLANNED, Fate.OFFERED)

    @property
    def not_taken(self) -> bool:
        """Whether the dispenser itself says that nobody took it."""
        return self in (Fate.RETRACTED, Fate.MISSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One dose."""

    dose: Dose
    fate: Fate = Fate.PLANNED
    how: TakenHow | None = None
    """Of one that was taken."""
    planned: bool = True
    """Whether it is in the plan; a dispenser may still have an older one."""
    offered: Evidence | None = None
    """What told that it was held out, until it is known what became of it."""
    told_with: datetime | None = None
    """Of one that is, or was, unknown: the first of those that were found so together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """How many doses there were, and how many of them ended how."""

    planned: int = 0
    unplanned: int = 0
    """What the dispenser told of and nobody had planned."""
    in_time: int = 0
    early: int = 0
    travel: int = 0
    retracted: int = 0
    missed: int = 0
    unknown: int = 0
    open: int = 0
    """Not over yet."""

    @property
    def balances(self) -> bool:
        """Whether each is accounted for once."""
        taken = self.in_time + self.early + self.travel
        ended = taken + self.retracted + self.missed + self.unknown
        return self.planned + self.unplanned == ended + self.open


_COUNTED = {
    Fate.PLANNED: "open",
    Fate.OFFERED: "open",
    Fate.UNKNOWN: "unknown",
    Fate.RETRACTED: "retracted",
    Fate.MISSED: "missed",
}
_TAKEN = {
    None: "in_time",
    TakenHow.IN_TIME: "in_time",
    TakenHow.EARLY: "early",
    TakenHow.TRAVEL: "travel",
}


def counted(before: Balance, entries: Iterable[Entry]) -> Balance:
    """With these as well."""
    counts = {name: getattr(before, name) for name in Balance.__dataclass_fields__}
    for entry in entries:
        counts["planned" if entry.planned else "unplanned"] += 1
        counts[_COUNTED.get(entry.fate) or _TAKEN[entry.how]] += 1
    return Balance(**counts)
