"""What becomes of the doses of a dispenser, by where the person is when they are held out.

Most are taken within minutes by whoever is up and in; some are forgotten, some are handed out
early, and of one that nobody took until its window ends it should be told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from heimvakt.core.devices import Device
from heimvakt.core.doses import DosePlan
from heimvakt.core.events import (
    DeviceEvent,
    DoseMissed,
    DoseOffered,
    DoseRetracted,
    DoseTaken,
    TakenHow,
)

from .lived import Doing, Happened, Stay, Truth
from .trips import Trip

EARLY = 0.02
"""Of all doses, the share that is released beforehand."""
EARLY_BY = timedelta(minutes=90)
AWAKE = frozenset({Doing.IS_UP, Doing.COOKS, Doing.SITS})
LAST_MOMENT = timedelta(minutes=1)
LOCKED_AFTER = timedelta(seconds=1)

Given = tuple[datetime, DeviceEvent] | Truth


@dataclass(slots=True)
class _Out:
    """A dose that nobody has taken yet."""

    plan: DosePlan
    at: datetime
    seen_after: timedelta
    """He sees it, or hears the reminder, so long after it is held out."""
    forgets: bool

    @property
    def closes_at(self) -> datetime:
        return self.at + self.plan.window


@dataclass(slots=True)
class Dispenser:
    """One dispenser; told of the stays of the person it answers with what it tells."""

    device: Device
    zone: ZoneInfo
    chance: Random
    forgets: float
    """Doses of 30 days."""
    trips: Sequence[Trip] = ()
    """The doses of those that are told are handed out for them."""
    never_misses: bool = False
    """Takes it at the last moment, wherever he was."""
    _day: date | None = None
    _to_come: list[_Out] = field(default_factory=list)
    """Of today, in order of time; the first may be out."""
    _is_out: bool = False

    def during(self, stay: Stay) -> Iterator[Given]:
        """All that happens to doses in this stay."""
        day = stay.begin.date()
        while day <= stay.end.date():
            if self._day is None or day > self._day:
                self._day = day
                self._to_come += self._of(day)
            yield from self._next(stay)
            day += timedelta(days=1)

    def _of(self, day: date) -> list[_Out]:
        plans = [plan for plan in self.device.doses if day.weekday() in plan.days]
        found = []
        for plan in sorted(plans, key=lambda plan: plan.at):
            after = timedelta(minutes=min(self.chance.expovariate(1 / 8.0), 45.0))
            forgets = self.chance.random() < self.forgets / 30 / max(len(plans), 1)
            found.append(_Out(plan, datetime.combine(day, plan.at), after, forgets))
        return found

    def _next(self, stay: Stay) -> Iterator[Given]:
        while self._to_come:
            dose = self._to_come[0]
            awake = stay.doing in AWAKE
            if not self._is_out:
                early = dose.at - EARLY_BY
                if awake and stay.begin <= early < stay.end and self.chance.random() < EARLY:
                    self._to_come.pop(0)
                    yield from self._taken(dose, early, TakenHow.EARLY)
                    continue
                if dose.at >= stay.end:
                    return
                if any(trip.told and trip.holds(dose.at) for trip in self.trips):
                    self._to_come.pop(0)
                    yield from self._taken(dose, dose.at, TakenHow.TRAVEL)
                    continue
                self._is_out = True
                yield max(dose.at, stay.begin), self._offered(dose)
            taken_at = max(dose.at + dose.seen_after, stay.begin + timedelta(seconds=30))
            if awake and not dose.forgets and taken_at < min(stay.end, dose.closes_at):
                self._to_come.pop(0)
                self._is_out = False
                yield taken_at, self._taken_event(dose, TakenHow.IN_TIME)
            elif dose.closes_at < stay.end:
                self._to_come.pop(0)
                self._is_out = False
                if self.never_misses:
                    at = dose.closes_at - LAST_MOMENT
                    yield max(at, stay.begin), self._taken_event(dose, TakenHow.IN_TIME)
                else:
                    yield from self._missed(dose)
            else:
                return

    def _taken(self, dose: _Out, at: datetime, how: TakenHow) -> Iterator[Given]:
        yield at, self._offered(dose)
        yield at + timedelta(minutes=1), self._taken_event(dose, how)

    def _missed(self, dose: _Out) -> Iterator[Given]:
        at, planned = dose.closes_at, self._planned(dose)
        yield Truth(Happened.DOSE_MISSED, at, at + timedelta(minutes=10), self.device.device_id)
        yield at, DoseRetracted(device_id=self.device.device_id, dose=planned)
        yield at + LOCKED_AFTER, DoseMissed(device_id=self.device.device_id, dose=planned)

    def _offered(self, dose: _Out) -> DoseOffered:
        return DoseOffered(device_id=self.device.device_id, dose=self._planned(dose))

    def _taken_event(self, dose: _Out, how: TakenHow) -> DoseTaken:
        return DoseTaken(device_id=self.device.device_id, dose=self._planned(dose), how=how)

    def _planned(self, dose: _Out) -> datetime:
        return dose.at.replace(tzinfo=self.zone).astimezone(UTC)
