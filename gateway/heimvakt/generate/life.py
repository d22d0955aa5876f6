"""A life in a home: events with stamps, in the order of a journal, and the truth beside it."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from heimvakt.core.devices import Home
from heimvakt.core.events import ClockQuality, Event, GatewayStarted, Stamp, stamped

from .days import Lived, Person, Truth, Visit
from .habits import Habits, draw
from .sensing import Sensors, Told, lives, sensed


@dataclass(slots=True)
class Life:
    """Of one person in one home. The same seed gives the same life, whatever was lived before."""

    home: Home
    seed: int
    first: date
    days: int
    unwell: bool = True
    """Whether there is anything that an alarm should come of."""
    truths: list[Truth] = field(default_factory=list)
    """What should be told; complete when all events have been read."""
    visits: list[Visit] = field(default_factory=list)

    @property
    def habits(self) -> Habits:
        """Who it is."""
        return draw(Random(self.seed), unwell=self.unwell)

    def events(self) -> Iterator[Event]:
        """Everything that the gateway hears, beginning with its start."""
        self.truths, self.visits = [], []
        zone = self.home.zone
        begin = datetime.combine(self.first, time())
        end = begin + timedelta(days=self.days)
        chance = Random(self.seed + 1)
        tag = next(iter(self.home.tags.values()), None)
        sensors = Sensors(self.home.devices, tag)
        person = Person(self.habits, Random(self.seed + 2))
        told = heapq.merge(
            sensed(sensors, self._noted(person.live(self.first, self.days)), chance),
            lives(sensors, begin, end, Random(self.seed + 3)),
            key=lambda each: each[0],
        )
        return _stamped(told, begin, zone)

    def _noted(self, lived: Iterator[Lived]) -> Iterator[Lived]:
        for each in lived:
            match each:
                case Truth():
                    self.truths.append(each)
                case Visit():
                    self.visits.append(each)
            yield each


def _stamped(told: Iterator[Told], begin: datetime, zone: ZoneInfo) -> Iterator[Event]:
    began = begin.replace(tzinfo=zone).astimezone(UTC)
    last = began

    def stamp(seq: int, at: datetime) -> Stamp:
        return Stamp(
            seq=seq,
            at=at,
            monotonic=(at - began).total_seconds(),
            boot_id="generated",
            clock=ClockQuality.SYNCHRONISED,
        )

    yield GatewayStarted(cause="started", last_alive=None, stamp=stamp(1, began))
    for seq, (local, event) in enumerate(told, start=2):
        # In the hour that comes twice the wall clock goes back; a person goes on.
        last = max(last, local.replace(tzinfo=zone).astimezone(UTC))
        yield stamped(event, stamp(seq, last))
