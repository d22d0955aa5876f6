"""Alarms of a run held against the truth: hits, misses, false alarms, time to detection.

A truth is found by a rule that is there for it when an alarm of that kind was raised between its
begin and `SLACK` after its end. An alarm is false when no truth that its kind is about explains it.
What is not about the person (a battery, a silent sensor, the daily test) is not judged here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from heimvakt.core.alarms import Alarm, Priority
from heimvakt.generate.days import Happened

SLACK = timedelta(minutes=15)
"""An alarm may come a little after its cause has ended, since rules wait before they tell."""

_H = Happened
ABOUT: Mapping[str, frozenset[Happened]] = {
    "night-wandering": frozenset({_H.WANDERING, _H.LEFT_AT_NIGHT}),
    "bed-exit": frozenset({_H.WANDERING, _H.LEFT_AT_NIGHT}),
    "night-door": frozenset({_H.LEFT_AT_NIGHT}),
    "left-home": frozenset({_H.LEFT_AT_NIGHT}),
    "not-up": frozenset({_H.NOT_UP}),
    "inactivity": frozenset({_H.FALL}),
    "bathroom-stay": frozenset({_H.LONG_IN_BATHROOM}),
    "door-open": frozenset({_H.DOOR_LEFT_OPEN}),
}
"""What each kind of alarm is there for."""

ALSO: Mapping[str, frozenset[Happened]] = {
    "bathroom-stay": frozenset({_H.FALL}),
    "inactivity": frozenset({_H.LONG_IN_BATHROOM, _H.NOT_UP}),
    "door-open": frozenset({_H.LEFT_AT_NIGHT}),
    "night-door": frozenset({_H.WANDERING}),
}
"""What explains an alarm of a kind that need not find it."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Something that should be told, UTC."""

    what: Happened
    begin: datetime
    end: datetime


@dataclass(slots=True)
class Judged:
    """One kind of alarm over many homes."""

    truths: int = 0
    hits: int = 0
    false: int = 0
    false_high: int = 0
    after_s: list[float] = field(default_factory=list)
    """From the begin of a truth to the first alarm about it."""

    def add(self, other: Judged) -> None:
        """Count another home too."""
        self.truths += other.truths
        self.hits += other.hits
        self.false += other.false
        self.false_high += other.false_high
        self.after_s += other.after_s


def judge(alarms: Iterable[Alarm], truths: Sequence[Truth]) -> dict[str, Judged]:
    """How each kind of alarm did in one home."""
    raised = [alarm for alarm in alarms if alarm.kind in ABOUT]
    return {kind: _judge(kind, [a for a in raised if a.kind == kind], truths) for kind in ABOUT}


def missed_by_all(alarms: Iterable[Alarm], truths: Sequence[Truth]) -> list[Truth]:
    """What no alarm of any kind was about."""
    raised = [alarm for alarm in alarms if alarm.kind in ABOUT]
    return [
        truth
        for truth in truths
        if not any(
            truth.what in ABOUT[a.kind] | ALSO.get(a.kind, frozenset()) and _explains(truth, a)
            for a in raised
        )
    ]


def _judge(kind: str, raised: Sequence[Alarm], truths: Sequence[Truth]) -> Judged:
    mine = [truth for truth in truths if truth.what in ABOUT[kind]]
    found = Judged(truths=len(mine))
    for truth in mine:
        about = [alarm.raised_at for alarm in raised if _explains(truth, alarm)]
        if about:
            found.hits += 1
            found.after_s.append((min(about) - truth.begin).total_seconds())
    explained = ABOUT[kind] | ALSO.get(kind, frozenset())
    for alarm in raised:
        if not any(t.what in explained and _explains(t, alarm) for t in truths):
            found.false += 1
            found.false_high += alarm.priority is Priority.HIGH
    return found


def _explains(truth: Truth, alarm: Alarm) -> bool:
    return truth.begin <= alarm.raised_at <= truth.end + SLACK
