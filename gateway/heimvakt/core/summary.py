"""What the figures of a month say, as it is told to people and programs.

Pure. No name, no device and no hour is in it: days, numbers, and how long things took.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from .alarms import Priority
from .counting import lived
from .devices import Home
from .dose_counts import DoseEnd
from .figures import FACTS, RAISED, Counted, Figures, Times
from .month import Month, after, begins, first_day, month_of

KINDS: Mapping[str, str] = {
    "visits": "visit",
    "visits_missed": "visit-missed",
    "devices_silent": "device-silent",
    "batteries_low": "device-battery",
    "paths_lost": "path",
    "mains_lost": "mains",
}
"""What is counted by the alarms of one kind that tell it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFigures:
    """The alarms of one rule, kind and priority that were raised in the month."""

    rule: str
    kind: str
    priority: Priority
    raised: int
    tests: int = 0
    """While a technician was at work."""
    delivered: int = 0
    accepted: int = 0
    cancelled: int = 0
    reset: int = 0
    closed_true: int = 0
    closed_false: int = 0
    closed_test: int = 0
    closed_unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delays:
    """How long something took."""

    priority: Priority
    count: int
    median_s: float
    """To two digits, and so is the next."""
    p95_s: float
    worst_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseFigures:
    """What became of the doses that were planned in the month."""

    in_time: int = 0
    early: int = 0
    travel: int = 0
    missed: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One month of one home."""

    month: Month
    first_day: date
    """Counted from then on: the first, or the day on which the gateway came."""
    last_day: date
    """Counted up to then."""
    is_over: bool
    elapsed_s: int
    """From the beginning of the first of these days, or the first start, to the end."""
    on_s: int
    """Of it, that the gateway was on, with its rules armed."""
    cut_off_s: int
    """Of this, that it had no path to a receiver."""
    alarms: tuple[AlarmFigures, ...] = ()
    """The most urgent first, then by rule."""
    delivered: tuple[Delays, ...] = ()
    """From the alarm to the first answer of a receiver's system."""
    accepted: tuple[Delays, ...] = ()
    """From the alarm to the first person who took it."""
    doses: DoseFigures = DoseFigures()
    visits: int = 0
    visits_missed: int = 0
    """That were planned."""
    devices_silent: int = 0
    batteries_low: int = 0
    paths_lost: int = 0
    mains_lost: int = 0


def months(figures: Figures, zone: ZoneInfo) -> list[Month]:
    """Those of which something is known, the oldest first."""
    since = figures.living.since
    first = "" if since is None else month_of(since, zone)
    return sorted(month for month in figures.months if month >= first)


def owed(home: Home, figures: Figures, receiver: str, now: datetime) -> list[Month]:
    """Those that are over and that a receiver has not answered for, the oldest first."""
    told, current = figures.told.get(receiver, ""), month_of(now, home.zone)
    known = months(lived(home, figures, now), home.zone)
    return [month for month in known if told < month < current]


def summarise(
    home: Home, figures: Figures, month: Month, now: datetime, *, alive: datetime
) -> Summary | None:
    """What is known of a month `now`; `alive` is when the gateway was last known to live. None:
    nothing is known of it."""
    figures = lived(home, figures, alive)
    since, counted = figures.living.since, figures.months.get(month)
    if since is None or counted is None:
        return None
    begin = max(begins(month, home.zone), since)
    end = begins(after(month), home.zone)
    is_over = now >= end
    last = end - timedelta(seconds=1) if is_over else now
    elapsed_s = max(0.0, (min(end, now) - begin).total_seconds())
    return Summary(
        month=month,
        first_day=max(first_day(month), begin.astimezone(home.zone).date()),
        last_day=last.astimezone(home.zone).date(),
        is_over=is_over,
        elapsed_s=round(elapsed_s),
        on_s=round(min(counted.on_s, elapsed_s)),
        cut_off_s=round(min(counted.cut_off_s, counted.on_s, elapsed_s)),
        alarms=tuple(sorted(_alarms(counted), key=lambda a: (a.priority.rank, a.rule, a.kind))),
        delivered=tuple(_delays(counted.delivered)),
        accepted=tuple(_delays(counted.accepted)),
        doses=DoseFigures(**{end.value: max(0, counted.doses.get(end, 0)) for end in DoseEnd}),
        **{name: _of_kind(counted, kind) for name, kind in KINDS.items()},
    )


def _alarms(counted: Counted) -> Iterator[AlarmFigures]:
    for key, facts in counted.alarms.items():
        rule, kind, priority = key.split("/")
        known = {fact: facts.get(fact, 0) for fact in FACTS}
        yield AlarmFigures(rule=rule, kind=kind, priority=Priority(priority), **known)


def _of_kind(counted: Counted, kind: str) -> int:
    return sum(
        facts.get(RAISED, 0) for key, facts in counted.alarms.items() if key.split("/")[1] == kind
    )


def _delays(found: Mapping[str, Times]) -> Iterator[Delays]:
    for priority in Priority:
        if priority in found:
            times = found[priority]
            in_order = sorted((float(shown), count) for shown, count in times.counts.items())
            yield Delays(
                priority=priority,
                count=sum(times.counts.values()),
                median_s=_rank(in_order, 0.5),
                p95_s=_rank(in_order, 0.95),
                worst_s=round(times.worst_s, 2),
            )


def _rank(in_order: list[tuple[float, int]], share: float) -> float:
    """The least that this share of all do not exceed."""
    wanted = ceil(share * sum(count for _, count in in_order))
    for seconds, count in in_order:
        wanted -= count
        if wanted <= 0:
            return seconds
    raise ValueError("of nothing")
