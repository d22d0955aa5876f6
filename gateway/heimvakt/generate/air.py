"""What is told by radio comes in order of time, some of it twice, and some of it never.

Of real homes: changes come twice, milliseconds apart; some are lost on the air.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from heimvakt.core.events import ButtonPressed, Event, FallDetected, ModeChosen, TagPresented

from .lived import Lived, Stay, Truth
from .medicine import Dispenser, Given
from .sensing import Sensors, Told, noticed

LOST = 0.003
TWICE = 0.01
TWICE_AFTER = timedelta(milliseconds=2)
REPEATED = (ButtonPressed, FallDetected, TagPresented, ModeChosen)
"""Said again until somebody has it; the others are said once."""


def sensed(
    sensors: Sensors, lived: Iterable[Lived], chance: Random, dispensers: Sequence[Dispenser] = ()
) -> Iterator[Told | Truth]:
    """What the sensors tell, in order of time; some of it twice, and some of it never.

    Truths about doses come among it: only what the dispenser does makes them true.
    """
    waiting: list[tuple[datetime, int, Event]] = []
    number = 0
    for each in lived:
        # Stays follow one another; what begins later than this one cannot be told before it.
        while waiting and isinstance(each, Stay) and waiting[0][0] <= each.begin:
            at, _, event = heapq.heappop(waiting)
            yield at, event
        for at, event in _on_the_air(noticed(sensors, each, chance), chance):
            number += 1
            heapq.heappush(waiting, (at, number, event))
        for given in _given(dispensers, each):
            if isinstance(given, Truth):
                yield given
                continue
            number += 1
            heapq.heappush(waiting, (given[0], number, given[1]))
    while waiting:
        at, _, event = heapq.heappop(waiting)
        yield at, event


def _on_the_air(told: Iterable[Told], chance: Random) -> Iterator[Told]:
    for at, event in told:
        if not isinstance(event, REPEATED) and chance.random() < LOST:
            continue
        yield at, event
        if chance.random() < TWICE:
            yield at + TWICE_AFTER, event


def _given(dispensers: Sequence[Dispenser], lived: Lived) -> Iterator[Given]:
    """A wire is no air: nothing of it is lost, and nothing told twice."""
    if isinstance(lived, Stay):
        for dispenser in dispensers:
            yield from dispenser.during(lived)
