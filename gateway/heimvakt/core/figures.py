"""What is counted of a home for its municipality, month by month: no name and no hour is in it.

Pure values, part of the state. So a month is written in the transaction of the event that it
counts, each event counts once whatever is killed when, and the journal counted again gives the
same. They stay when the events are erased.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .alarms import Alarm, AlarmState
from .changed import replace
from .events import ClockQuality, Feedback
from .month import Month

MONTHS_MAX = 25
"""This month and the same of two years ago can be compared; the oldest goes for a new one."""
SHORTEST_S = 0.01
"""What took less is counted as this: nobody measures it better."""

Counts = Mapping[str, int]


def plus(counts: Counts, what: str, by: int = 1) -> Counts:
    """With so many more; what is nothing any more is left out."""
    counted = {**counts, what: counts.get(what, 0) + by}
    if not counted[what]:
        del counted[what]
    return counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long something took, each time, to two digits: some hundred numbers at most."""

    counts: Counts = field(default_factory=dict)
    """How often by `1.2`, in seconds."""
    worst_s: float = 0.0

    def took(self, seconds: float) -> Times:
        """And once more."""
        shown = f"{max(seconds, SHORTEST_S):.2g}"
        return Times(counts=plus(self.counts, shown), worst_s=max(self.worst_s, seconds))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What is counted of one month."""

    alarms: Mapping[str, Counts] = field(default_factory=dict)
    """Of those that were raised in it, by `rule/kind/priority`: for how many what is so (`FACTS`),
    whenever that came to be so."""
    delivered: Mapping[str, Times] = field(default_factory=dict)
    """By priority: from the alarm to the first answer of a system. Tests of technicians are left
    out of this and the next."""
    accepted: Mapping[str, Times] = field(default_factory=dict)
    """By priority: from the alarm to the first person who took it."""
    doses: Counts = field(default_factory=dict)
    """Of those that are planned in it: how many ended how (`DoseEnd`)."""
    on_s: float = 0.0
    """Seconds that the gateway lived, with its rules armed."""
    cut_off_s: float = 0.0
    """Of these, those without any path to a receiver."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """What belongs to a month when it is over."""

    since: datetime | None = None
    """From when on there are figures."""
    sure: bool = False
    """Whether that moment was ever believed; until then it moves with the clock."""
    on_since: datetime | None = None
    """From when on the time is in no month yet."""
    clock: ClockQuality = ClockQuality.UNKNOWN
    """What that moment is worth."""
    lost: tuple[str, ...] = ()
    """Paths over which nothing gets through."""


NOT_YET = Living()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All that is counted."""

    months: Mapping[Month, Counted] = field(default_factory=dict)
    living: Living = NOT_YET
    told: Mapping[str, Month] = field(default_factory=dict)
    """By receiver: the last month that it has answered for."""

    def put(self, month: Month, counted: Counted) -> Figures:
        """With the month as it is now."""
        months = {**self.months, month: counted}
        if len(months) > MONTHS_MAX:
            del months[min(months)]
        return replace(self, months=months)


NO_FIGURES = Figures()


def alarm_key(alarm: Alarm) -> str:
    """What it is counted under; no id and no kind has a stroke in it."""
    return f"{alarm.rule_id}/{alarm.kind}/{alarm.priority}"


RAISED = "raised"
DELIVERED = "delivered"
ACCEPTED = "accepted"


def _was(state: AlarmState) -> Callable[[Alarm], bool]:
    return lambda alarm: any(step.state is state for step in alarm.history)


def _closed(outcome: Feedback) -> Callable[[Alarm], bool]:
    return lambda alarm: alarm.state is AlarmState.CLOSED and alarm.outcome is outcome


FACTS: Mapping[str, Callable[[Alarm], bool]] = {
    RAISED: lambda alarm: alarm.was_raised,
    "tests": lambda alarm: alarm.test,
    DELIVERED: lambda alarm: alarm.delivered_at is not None,
    ACCEPTED: lambda alarm: alarm.accepted_by is not None,
    "cancelled": _was(AlarmState.CANCELLED),
    "reset": _was(AlarmState.RESET),
    **{f"closed_{outcome}": _closed(outcome) for outcome in Feedback},
}
"""What can be so of an alarm, and is counted. A pre-alarm that came to nothing counts nowhere."""
