"""What fails in a home by itself: devices that die, batteries that run down, power, and the clock.

Drawn before the life is lived, since nothing of it comes of what somebody does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from heimvakt.core.devices import MAINS_FED, Device, Role

from .lived import Happened, Truth

MONTH = timedelta(days=30)
DIES = 0.02
"""Of each device in a month; it is mended in days."""
BATTERY_DAYS = 500.0
"""How long a full one lasts."""
LOW_PERCENT = 15.5
"""What is told is rounded."""
FLAT_PERCENT = 0.5
MAINS_LOST, BOX_OFF, CLOCK_STEPS = 0.2, 0.4, 0.1
"""Of a home in a month."""
NO_CLOCK = 0.5
"""Of the starts after the box was off, the share in which nobody knows the time at first."""
ON_MAINS = MAINS_FED | {Role.DISPENSER, Role.LOCK, Role.TAG}


@dataclass(frozen=True, slots=True)
class Span:
    """From here to there."""

    begin: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        """Whether it was then."""
        return self.begin <= at < self.end


@dataclass(frozen=True, slots=True)
class Cell:
    """A battery, from when it was put in."""

    since: datetime
    percent: float

    def at(self, moment: datetime) -> float:
        """What is left in it."""
        return self.percent - 100 * ((moment - self.since) / timedelta(days=BATTERY_DAYS))

    def falls_to(self, percent: float) -> datetime:
        """When no more than this is left."""
        return self.since + max(self.percent - percent, 0.0) / 100 * timedelta(days=BATTERY_DAYS)


class Turn(StrEnum):
    """What happens to the box and its clock."""

    OFF = "off"
    ON = "on"
    SET = "set"
    """Somebody sets the clock."""


@dataclass(frozen=True, slots=True)
class Turned:
    """Something happened to the box."""

    at: datetime
    what: Turn
    slow_by: timedelta = timedelta()
    """From then on the clock shows so much too little."""
    known: bool = True
    """Whether the box takes its time for right."""


@dataclass(slots=True)
class Failings:
    """Of one home."""

    dead: Mapping[str, list[Span]] = field(default_factory=dict)
    cells: Mapping[str, list[Cell]] = field(default_factory=dict)
    mains: list[Span] = field(default_factory=list)
    box: list[Turned] = field(default_factory=list)
    """In order of time."""
    truths: list[Truth] = field(default_factory=list)

    def is_dead(self, device_id: str, at: datetime) -> bool:
        """Whether nothing comes of it."""
        return any(span.holds(at) for span in self.dead.get(device_id, ()))

    def deaf(self) -> Iterator[Span]:
        """When the box was off."""
        off_at: datetime | None = None
        for turned in self.box:
            if turned.what is Turn.OFF:
                off_at = turned.at
            elif turned.what is Turn.ON and off_at is not None:
                yield Span(off_at, turned.at)

    def cell(self, device_id: str, at: datetime) -> Cell | None:
        """The battery that is in it; None: it has none."""
        cells = self.cells.get(device_id, ())
        return next((cell for cell in reversed(cells) if cell.since <= at), None)


def failings(
    devices: Iterable[Device], begin: datetime, end: datetime, seed: int, *, unwell: bool
) -> Failings:
    """What fails in this home between these."""
    found = Failings(dead={}, cells={})
    dead: dict[str, list[Span]] = {}
    cells: dict[str, list[Cell]] = {}
    for device in devices:
        # Each device has a chance of its own: one more in the home changes none of the others.
        chance = Random(f"{seed}/{device.device_id}")
        spans = list(_moments(DIES, begin, end, chance)) if unwell else []
        died = [Span(at, at + timedelta(days=chance.uniform(2, 6))) for at in spans]
        if device.role not in ON_MAINS:
            cells[device.device_id] = [Cell(begin, chance.uniform(20 if unwell else 60, 100))]
            if unwell:
                died += _runs_down(device.device_id, cells[device.device_id], end, chance, found)
        found.truths += [
            Truth(Happened.DEVICE_DEAD, span.begin, span.end, device.device_id) for span in died
        ]
        dead[device.device_id] = died
    found.dead, found.cells = dead, cells
    if unwell:
        _of_the_box(found, begin, end, Random(f"{seed}/box"))
    found.truths = [
        replace(truth, end=min(truth.end, end)) for truth in found.truths if truth.begin < end
    ]
    return found


def _runs_down(
    device_id: str, cells: list[Cell], end: datetime, chance: Random, found: Failings
) -> Iterator[Span]:
    """Each cell that is low is changed after a while; now and then after it is flat."""
    while (low_at := cells[-1].falls_to(LOW_PERCENT)) < end:
        flat_at = cells[-1].falls_to(FLAT_PERCENT)
        changed_at = low_at + timedelta(days=chance.uniform(10, 90))
        found.truths.append(Truth(Happened.BATTERY_LOW, low_at, changed_at, device_id))
        if flat_at < changed_at:
            yield Span(flat_at, changed_at)
        cells.append(Cell(changed_at, chance.uniform(95, 100)))


def _of_the_box(found: Failings, begin: datetime, end: datetime, chance: Random) -> None:
    """In this order, at moments that are hours apart: none falls into another."""
    taken: list[datetime] = []

    def apart(rate: float) -> Iterator[datetime]:
        for at in _moments(rate, begin + timedelta(days=1), end - timedelta(days=1), chance):
            if all(abs(at - other) > timedelta(hours=12) for other in taken):
                taken.append(at)
                yield at

    for at in apart(MAINS_LOST):
        back = at + timedelta(minutes=chance.uniform(20, 180))
        found.mains.append(Span(at, back))
        found.truths.append(Truth(Happened.MAINS_LOST, at, back))
    for at in apart(BOX_OFF):
        on = at + timedelta(minutes=min(chance.expovariate(1 / 30), 300) + 1)
        found.box += [Turned(at, Turn.OFF)]
        if chance.random() >= NO_CLOCK:
            found.box += [Turned(on, Turn.ON)]
            continue
        # It goes on from when it was last alive.
        set_at = on + timedelta(minutes=chance.uniform(1, 45))
        found.box += [Turned(on, Turn.ON, on - at, known=False), Turned(set_at, Turn.SET)]
        found.truths.append(Truth(Happened.CLOCK_WRONG, on, set_at))
    for at in apart(CLOCK_STEPS):
        right_at = at + timedelta(minutes=chance.uniform(15, 60))
        wrong_by = timedelta(minutes=chance.choice([-30, -5, 5, 60]))
        found.box += [Turned(at, Turn.SET, wrong_by), Turned(right_at, Turn.SET)]
        found.truths.append(Truth(Happened.CLOCK_WRONG, at, right_at))
    found.box.sort(key=lambda turned: turned.at)


def _moments(
    in_a_month: float, begin: datetime, end: datetime, chance: Random
) -> Iterator[datetime]:
    at = begin
    while (at := at + MONTH * chance.expovariate(in_a_month)) < end:
        yield at
