"""What devices say by themselves: that they live, what is in their batteries, and what is not so.

Motion sensors fired alone 14 times in 83 hours in a home known to be empty, never twice within a
minute. Sensors check in about every 50 minutes, and some of them are silent for hours and are well.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from heimvakt.core.devices import Role
from heimvakt.core.events import BatteryMeasured, DeviceSeen, MotionCleared, MotionDetected

from .failings import Failings
from .sensing import CLEARS_AFTER, Sensors, Told

ALONE_AN_HOUR = 14 / 83
"""A motion sensor that fires in an empty room: of all sensors of a home together."""
CHECK_IN_MINUTES = (45.0, 55.0)
GAPS_OF = frozenset({Role.DOOR, Role.MOTION})
CHECK_IN_GAPS = 0.15
"""Of these, the share that now and then says nothing for hours and is well."""
GAPS_A_DAY = 1 / 14
"""Of such a device."""
GAP_HOURS = (2.0, 8.0)
BATTERY_EVERY = timedelta(days=7)


def lives(
    sensors: Sensors, failings: Failings, begin: datetime, end: datetime, chance: Random
) -> Iterator[Told]:
    """Signs of life of every device, batteries, and what motion sensors say of an empty room."""
    streams = [
        _lives(sensors, each, failings, begin, end, chance.getrandbits(64))
        for each in sensors.devices
    ]
    motion = sensors.of(Role.MOTION)
    rate = ALONE_AN_HOUR / max(len(motion), 1)
    streams += [_alone(each, begin, end, chance.getrandbits(64), rate) for each in motion]
    return heapq.merge(*streams, key=lambda told: told[0])


def _lives(
    sensors: Sensors, device_id: str, failings: Failings, begin: datetime, end: datetime, seed: int
) -> Iterator[Told]:
    chance = Random(seed)
    has_gaps = sensors.devices[device_id].role in GAPS_OF and chance.random() < CHECK_IN_GAPS
    gaps = GAPS_A_DAY if has_gaps else 0.0
    now = begin + timedelta(minutes=chance.uniform(0, CHECK_IN_MINUTES[1]))
    measured_at = begin
    while now < end:
        cell = failings.cell(device_id, now)
        if cell is not None and (now >= measured_at or cell.since >= measured_at - BATTERY_EVERY):
            yield now, BatteryMeasured(device_id=device_id, percent=max(round(cell.at(now)), 1))
            measured_at = now + BATTERY_EVERY
        else:
            yield now, DeviceSeen(device_id=device_id)
        minutes = chance.uniform(*CHECK_IN_MINUTES)
        if chance.random() < gaps * minutes / (24 * 60):
            minutes = 60 * chance.uniform(*GAP_HOURS)
        now += timedelta(minutes=minutes)


def _alone(
    device_id: str, begin: datetime, end: datetime, seed: int, an_hour: float
) -> Iterator[Told]:
    chance = Random(seed)
    now = begin
    while (now := now + timedelta(hours=chance.expovariate(an_hour))) < end:
        yield now, MotionDetected(device_id=device_id)
        now += CLEARS_AFTER
        yield now, MotionCleared(device_id=device_id)
