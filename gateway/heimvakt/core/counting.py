"""What one step of the engine adds to the figures. Pure.

An alarm counts in the month in which it was raised, a dose in that for which it is planned, time in
that in which it passed. A moment that nobody believes makes no month of its own: what it is of
counts in the newest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .alarms import Alarm, AlarmState
from .changed import replace
from .devices import Home
from .dose_counts import DoseCount
from .events import (
    ClockQuality,
    ClockQualityChanged,
    ClockStepped,
    Event,
    GatewayStarted,
    PathBack,
    PathLost,
    SummaryDelivered,
)
from .figures import (
    ACCEPTED,
    DELIVERED,
    FACTS,
    RAISED,
    Counted,
    Figures,
    Living,
    Times,
    alarm_key,
    plus,
)
from .month import Month, by_month, month_of
from .times import raised_at

_TIMELY = (GatewayStarted, ClockStepped, ClockQualityChanged, PathLost, PathBack, SummaryDelivered)


def counted(
    home: Home,
    figures: Figures,
    event: Event,
    known: Mapping[str, Alarm],
    changed: Mapping[str, Alarm],
    doses: Sequence[DoseCount],
) -> Figures:
    """The figures after a step: `changed` alarms were as in `known` before it."""
    is_timely = isinstance(event, _TIMELY)
    if not (is_timely or changed or doses):
        return figures  # most of what happens
    book = _Book(home, figures)
    if is_timely:
        _follow(book, event)
    for alarm_id, alarm in changed.items():
        if alarm.was_raised:
            _count(book, known.get(alarm_id), alarm, event.stamp.clock)
    for dose in doses:
        book.dose(dose, event.stamp.clock)
    return book.figures


def lived(home: Home, figures: Figures, until: datetime) -> Figures:
    """With the time that has passed since it was last added."""
    book = _Book(home, figures)
    book.settle(until)
    return book.figures


def _follow(book: _Book, event: Event) -> None:
    living = book.figures.living
    match event:
        case GatewayStarted(at=at, last_alive=last):
            if last is not None:
                book.settle(last)
            living, quality = book.figures.living, event.stamp.clock
            since, sure = living.since, living.sure or _is_sure(quality)
            if since is None or sure is not living.sure:
                since = at  # begun on a clock that nobody believed: when that was nobody knows
            living = replace(living, since=since, sure=sure, on_since=at, clock=quality)
        case ClockStepped(before=before, after=after):
            book.settle(before)
            since, quality = living.since, event.stamp.clock
            if since is not None and not living.sure:
                since += after - before
            sure = living.sure or _is_sure(quality)
            living = replace(living, since=since, sure=sure, on_since=after, clock=quality)
        case ClockQualityChanged(after=quality):
            living = replace(living, clock=quality, sure=living.sure or _is_sure(quality))
        case PathLost(path=path, at=at) if path not in living.lost:
            book.settle(at - timedelta(seconds=event.for_s))
            living = replace(book.figures.living, lost=(*living.lost, path))
        case PathBack(path=path, at=at) if path in living.lost:
            book.settle(at)
            left = tuple(name for name in living.lost if name != path)
            living = replace(book.figures.living, lost=left)
        case SummaryDelivered(receiver=receiver, month=month):
            told = book.figures.told
            book.figures = replace(
                book.figures, told={**told, receiver: max(month, told.get(receiver, ""))}
            )
    is_first = living.sure and not book.figures.living.sure
    book.living(living)
    if is_first:
        book.believe()


def _is_sure(clock: ClockQuality) -> bool:
    return clock is not ClockQuality.UNKNOWN


def _count(book: _Book, before: Alarm | None, alarm: Alarm, clock: ClockQuality) -> None:
    was = before if before is not None and before.was_raised else None
    month, key = book.month_of(alarm.raised_at, alarm.clock), alarm_key(alarm)
    if was is not None and not book.knows(month, key):
        return  # it was raised before anything was counted, or too long ago
    is_timed = not alarm.test and _is_sure(clock) and _is_known(alarm)
    for fact, is_so in FACTS.items():
        by = is_so(alarm) - (was is not None and is_so(was))
        if by == 0:
            continue
        book.alarm(month, key, fact, by)
        if by > 0 and is_timed and (at := _reached(alarm, fact)) is not None:
            book.took(month, fact, alarm.priority, (at - raised_at(alarm)).total_seconds())


def _is_known(alarm: Alarm) -> bool:
    """Whether it is known when it was raised."""
    return _is_sure(alarm.clock) or alarm.clock_offset_s is not None


def _reached(alarm: Alarm, fact: str) -> datetime | None:
    """When it got there, if that is something that is timed."""
    if fact == DELIVERED:
        return alarm.delivered_at
    if fact == ACCEPTED:
        taken = (step.at for step in alarm.history if step.state is AlarmState.ACCEPTED)
        return next(taken, None)
    return None


@dataclass(slots=True)
class _Book:
    """The figures while something is being counted."""

    home: Home
    figures: Figures

    def month_of(self, at: datetime, clock: ClockQuality) -> Month:
        month, known = month_of(at, self.home.zone), self.figures.months
        if clock is ClockQuality.UNKNOWN and known and month not in known:
            return max(known)
        return month

    def knows(self, month: Month, key: str) -> bool:
        return RAISED in self._of(month).alarms.get(key, {})

    def alarm(self, month: Month, key: str, fact: str, by: int) -> None:
        now = self._of(month)
        alarms = {**now.alarms, key: plus(now.alarms.get(key, {}), fact, by)}
        self._put(month, replace(now, alarms=alarms))

    def took(self, month: Month, fact: str, priority: str, seconds: float) -> None:
        now = self._of(month)
        if fact == DELIVERED:
            delivered = now.delivered.get(priority, Times()).took(seconds)
            self._put(month, replace(now, delivered={**now.delivered, priority: delivered}))
        else:
            accepted = now.accepted.get(priority, Times()).took(seconds)
            self._put(month, replace(now, accepted={**now.accepted, priority: accepted}))

    def dose(self, dose: DoseCount, clock: ClockQuality) -> None:
        month = self.month_of(dose.planned_for, clock)
        now = self._of(month)
        self._put(month, replace(now, doses=plus(now.doses, dose.end, dose.by)))

    def settle(self, until: datetime) -> None:
        """Put the time up to then where it belongs."""
        living = self.figures.living
        if living.on_since is None or until <= living.on_since:
            return
        paths = self.home.paths
        cut_off = bool(paths) and all(path in living.lost for path in paths)
        for begin, end in by_month(living.on_since, until, self.home.zone):
            month, seconds = self.month_of(begin, living.clock), (end - begin).total_seconds()
            now = self._of(month)
            cut_off_s = now.cut_off_s + (seconds if cut_off else 0.0)
            self._put(month, replace(now, on_s=now.on_s + seconds, cut_off_s=cut_off_s))
        self.living(replace(living, on_since=until))

    def believe(self) -> None:
        """The time is known for the first time: what was counted until now is of that month."""
        months, since = self.figures.months, self.figures.living.since
        if since is not None and len(months) == 1:
            (counted,) = months.values()
            known = {month_of(since, self.home.zone): counted}
            self.figures = replace(self.figures, months=known)

    def living(self, living: Living) -> None:
        if living != self.figures.living:
            self.figures = replace(self.figures, living=living)

    def _of(self, month: Month) -> Counted:
        return self.figures.months.get(month, Counted())

    def _put(self, month: Month, now: Counted) -> None:
        self.figures = self.figures.put(month, now)
