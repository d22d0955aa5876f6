"""A life in a home: events with stamps, in the order of a journal, and the truth beside it."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random

from heimvakt.core.devices import Home, Role
from heimvakt.core.events import Event

from .air import sensed
from .alive import lives
from .box import Box
from .carers import carers
from .days import Person
from .failings import Failings, failings
from .habits import Habits, draw, partner_of
from .lived import Lived, Stay, Truth, Visit
from .medicine import Dispenser
from .sensing import Sensors, Told
from .trips import Trip, trips

OWN = frozenset({Role.BED, Role.CHAIR, Role.BUTTON, Role.FALL})
"""Sensors of the person whose life it is; whoever lives there too has a bed without one."""


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
    stays: list[Stay] = field(default_factory=list)
    """Where the person truly was."""
    trips: list[Trip] = field(default_factory=list)
    failings: Failings = field(default_factory=Failings)

    @property
    def habits(self) -> Habits:
        """Who it is."""
        return draw(Random(self.seed), unwell=self.unwell)

    def events(self) -> Iterator[Event]:
        """Everything that the gateway hears, beginning with its start."""
        begin = datetime.combine(self.first, time())
        end = begin + timedelta(days=self.days)
        fails = self.failings = failings(
            self.home.devices.values(), begin, end, self.seed + 5, unwell=self.unwell
        )
        self.truths, self.visits, self.stays = [*fails.truths], [], []
        tag = next(iter(self.home.tags.values()), None)
        sensors = Sensors(self.home.devices, tag)
        streams = [
            *self._people(sensors),
            lives(sensors, fails, begin, end, Random(self.seed + 3)),
        ]
        told = heapq.merge(*streams, key=lambda each: each[0])
        return Box(begin, self.home.zone, fails).hears(told)

    def _people(self, sensors: Sensors) -> Iterator[Iterator[Told]]:
        """Carers, the person, and whoever lives with him: each a stream in order of time."""
        habits = self.habits
        self.trips = list(trips(habits, self.first, self.days, Random(self.seed + 8)))
        planned = self._carers(habits, sensors)
        self.visits += [each for each in planned if isinstance(each, Visit)]
        yield self._told(sensed(sensors, planned, Random(self.seed + 6)))
        person = Person(habits, Random(self.seed + 2), self.trips, tuple(self.visits))
        noted = self._noted(person.live(self.first, self.days))
        given = [
            Dispenser(
                device=device,
                zone=self.home.zone,
                chance=Random(f"{self.seed}/{device_id}"),
                forgets=habits.forgets_dose,
                trips=self.trips,
                never_misses=not self.unwell,
            )
            for device_id, device in self.home.devices.items()
            if device.role is Role.DISPENSER
        ]
        yield self._told(sensed(sensors, noted, Random(self.seed + 1), given))
        if habits.partner:
            chance = Random(self.seed + 7)
            partner = Person(partner_of(habits, chance), chance)
            lived = (s for s in partner.live(self.first, self.days) if isinstance(s, Stay))
            others = {i: d for i, d in sensors.devices.items() if d.role not in OWN}
            yield self._told(sensed(replace(sensors, devices=others), lived, chance))

    def _carers(self, habits: Habits, sensors: Sensors) -> list[Visit | Truth]:
        if sensors.tag is None or not sensors.of(Role.TAG):
            return []
        chance = Random(self.seed + 4)
        planned = list(carers(habits, self.trips, self.first, self.days, chance))
        self.truths += [each for each in planned if isinstance(each, Truth)]
        return planned

    def _told(self, sensed: Iterable[Told | Truth]) -> Iterator[Told]:
        for each in sensed:
            if isinstance(each, Truth):
                self.truths.append(each)
            else:
                yield each

    def _noted(self, lived: Iterable[Lived]) -> Iterator[Lived]:
        for each in lived:
            match each:
                case Truth():
                    self.truths.append(each)
                case Visit() if not each.with_key:
                    self.visits.append(each)
                case Stay():
                    self.stays.append(each)
            yield each
