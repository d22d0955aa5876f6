"""The alarms of two runs side by side: which stayed, which are gone, which are new."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from heimvakt.core.alarms import Alarm

SAME_WITHIN = timedelta(hours=1)
"""With other thresholds the same thing is found sooner or later, and is the same all the same."""


@dataclass(frozen=True, slots=True)
class Change:
    """Of one rule."""

    rule_id: str
    before: tuple[Alarm, ...]
    after: tuple[Alarm, ...]
    gone: tuple[Alarm, ...]
    new: tuple[Alarm, ...]


def difference(before: Iterable[Alarm], after: Iterable[Alarm]) -> list[Change]:
    """What became of the alarms of each rule, in the order in which rules were first heard."""
    rules: dict[str, tuple[list[Alarm], list[Alarm]]] = {}
    for side, alarms in enumerate((before, after)):
        for alarm in alarms:
            rules.setdefault(alarm.rule_id, ([], []))[side].append(alarm)
    return [_change(rule_id, was, now) for rule_id, (was, now) in rules.items()]


def _change(rule_id: str, was: list[Alarm], now: list[Alarm]) -> Change:
    """Each alarm is the same as one of the other run at most: the nearest in time."""
    in_time = sorted((alarm.began_at, j) for j, alarm in enumerate(now))
    pairs = sorted(
        (abs(one.began_at - at), i, j)
        for i, one in enumerate(was)
        for at, j in _near(in_time, one)
        if one.kind == now[j].kind and one.device_id == now[j].device_id
    )
    same_was: set[int] = set()
    same_now: set[int] = set()
    for _, i, j in pairs:
        if i not in same_was and j not in same_now:
            same_was.add(i)
            same_now.add(j)
    return Change(
        rule_id=rule_id,
        before=tuple(was),
        after=tuple(now),
        gone=tuple(alarm for i, alarm in enumerate(was) if i not in same_was),
        new=tuple(alarm for j, alarm in enumerate(now) if j not in same_now),
    )


def _near(in_time: list[tuple[datetime, int]], alarm: Alarm) -> list[tuple[datetime, int]]:
    first = bisect_left(in_time, (alarm.began_at - SAME_WITHIN, -1))
    last = bisect_left(in_time, (alarm.began_at + SAME_WITHIN, len(in_time)))
    return in_time[first:last]
