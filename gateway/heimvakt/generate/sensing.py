"""What the sensors of a home make of what somebody does: in his room, and not always right.

Rates of what goes wrong are of real homes: motion sensors fired alone 14 times in 83 hours in a
home known to be empty, never twice within a minute; mats let go for moments while somebody lies on
them; changes come twice, milliseconds apart; some are lost on the air.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    ApplianceStarted,
    ApplianceStopped,
    BatteryMeasured,
    BedEntered,
    BedLeft,
    ChairEntered,
    ChairLeft,
    DeviceEvent,
    DeviceSeen,
    DoorClosed,
    DoorOpened,
    MotionCleared,
    MotionDetected,
    TagPresented,
)

from .days import Doing, Lived, Room, Stay, Visit

ALONE_AN_HOUR = 14 / 83
"""A motion sensor that fires in an empty room: of all sensors of a home together."""
LETS_GO_AN_HOUR = 0.1
"""A mat under somebody who lies still."""
LOST = 0.003
TWICE = 0.01
TWICE_AFTER = timedelta(milliseconds=2)
CHECK_IN_MINUTES = (45.0, 55.0)
BATTERY_EVERY = timedelta(days=7)
BATTERY_DAYS = 500.0
"""How long a full one lasts."""
CLEARS_AFTER = timedelta(seconds=45)
MOVES_EVERY_MINUTES: Mapping[Doing, float] = {
    Doing.IS_UP: 2.0,
    Doing.COOKS: 1.5,
    Doing.SITS: 18.0,
}
"""On average, in the room where somebody is; asleep, on the floor or out nothing moves."""

Told = tuple[datetime, DeviceEvent]
"""Local time, no zone."""


@dataclass(frozen=True, slots=True)
class Sensors:
    """The devices of a home, by what they notice."""

    devices: Mapping[str, Device]
    tag: str | None = None
    """The name of the key that carers have, if the home knows one."""

    def of(self, role: Role, room: Room | None = None) -> list[str]:
        """The ids of one role, in one room or anywhere."""
        return [
            device_id
            for device_id, device in self.devices.items()
            if device.role is role and (room is None or device.room == room)
        ]

    def outer_doors(self) -> list[str]:
        """The doors that lead out."""
        return [i for i in self.of(Role.DOOR) if self.devices[i].outer]


def sensed(sensors: Sensors, lived: Iterable[Lived], chance: Random) -> Iterator[Told]:
    """What the sensors tell, in order of time; some of it twice, and some of it never."""
    waiting: list[tuple[datetime, int, DeviceEvent]] = []
    number = 0
    for each in lived:
        # Stays follow one another; what begins later than this one cannot be told before it.
        while waiting and isinstance(each, Stay) and waiting[0][0] <= each.begin:
            at, _, event = heapq.heappop(waiting)
            yield at, event
        for at, event in _noticed(sensors, each, chance):
            if chance.random() < LOST:
                continue
            for told_at in (at, at + TWICE_AFTER)[: 1 + (chance.random() < TWICE)]:
                number += 1
                heapq.heappush(waiting, (told_at, number, event))
    while waiting:
        at, _, event = heapq.heappop(waiting)
        yield at, event


def lives(sensors: Sensors, begin: datetime, end: datetime, chance: Random) -> Iterator[Told]:
    """Signs of life of every device, batteries, and what motion sensors say of an empty room."""
    streams = [_lives(each, begin, end, chance.getrandbits(64)) for each in sensors.devices]
    motion = sensors.of(Role.MOTION)
    rate = ALONE_AN_HOUR / max(len(motion), 1)
    streams += [_alone(each, begin, end, chance.getrandbits(64), rate) for each in motion]
    return heapq.merge(*streams, key=lambda told: told[0])


def _lives(device_id: str, begin: datetime, end: datetime, seed: int) -> Iterator[Told]:
    chance = Random(seed)
    now = begin + timedelta(minutes=chance.uniform(0, CHECK_IN_MINUTES[1]))
    full, measured_at = chance.uniform(40, 100), begin
    while now < end:
        if now >= measured_at:
            left = full - 100 * ((now - begin) / timedelta(days=BATTERY_DAYS))
            yield now, BatteryMeasured(device_id=device_id, percent=round(max(left, 1.0)))
            measured_at = now + BATTERY_EVERY
        else:
            yield now, DeviceSeen(device_id=device_id)
        now += timedelta(minutes=chance.uniform(*CHECK_IN_MINUTES))


def _alone(
    device_id: str, begin: datetime, end: datetime, seed: int, an_hour: float
) -> Iterator[Told]:
    chance = Random(seed)
    now = begin
    while (now := now + timedelta(hours=chance.expovariate(an_hour))) < end:
        yield now, MotionDetected(device_id=device_id)
        now += CLEARS_AFTER
        yield now, MotionCleared(device_id=device_id)


def _noticed(sensors: Sensors, lived: Lived, chance: Random) -> Iterator[Told]:
    match lived:
        case Stay(doing=Doing.IS_OUT):
            yield from _out(sensors, lived, chance)
        case Stay():
            yield from _inside(sensors, lived, chance)
        case Visit():
            yield from _visit(sensors, lived)
        case _:
            return


def _inside(sensors: Sensors, stay: Stay, chance: Random) -> Iterator[Told]:
    begin, end = stay.begin, stay.end
    if stay.doing is not Doing.LIES:
        yield from _moves(sensors, stay, chance)
    match stay.doing:
        case Doing.SLEEPS:
            for bed in sensors.of(Role.BED):
                yield begin + timedelta(seconds=20), BedEntered(device_id=bed)
                yield from _lets_go(bed, begin + timedelta(minutes=1), end, chance)
                yield end, BedLeft(device_id=bed)
        case Doing.SITS:
            for chair in sensors.of(Role.CHAIR, stay.room):
                yield begin + timedelta(seconds=15), ChairEntered(device_id=chair)
                yield end, ChairLeft(device_id=chair)
        case Doing.COOKS:
            for appliance in sensors.of(Role.APPLIANCE, stay.room):
                yield begin + timedelta(seconds=50), ApplianceStarted(device_id=appliance)
                yield end, ApplianceStopped(device_id=appliance)


def _moves(sensors: Sensors, stay: Stay, chance: Random) -> Iterator[Told]:
    motion = sensors.of(Role.MOTION, stay.room)
    every = MOVES_EVERY_MINUTES.get(stay.doing)
    at = stay.begin + timedelta(seconds=chance.uniform(1, 8))
    while at < stay.end:
        for device_id in motion:
            yield at, MotionDetected(device_id=device_id)
            yield at + CLEARS_AFTER, MotionCleared(device_id=device_id)
        if every is None:
            return
        at += CLEARS_AFTER + timedelta(minutes=chance.expovariate(1 / every))


def _lets_go(bed: str, begin: datetime, end: datetime, chance: Random) -> Iterator[Told]:
    now = begin
    while (now := now + timedelta(hours=chance.expovariate(LETS_GO_AN_HOUR))) < end:
        back = now + timedelta(seconds=chance.uniform(2, 50))
        if back >= end:
            return
        yield now, BedLeft(device_id=bed)
        yield back, BedEntered(device_id=bed)


def _out(sensors: Sensors, stay: Stay, chance: Random) -> Iterator[Told]:
    for door in sensors.outer_doors()[:1]:
        yield stay.begin, DoorOpened(device_id=door)
        shut = stay.end + timedelta(seconds=6)
        if not stay.door_stays_open:
            yield stay.begin + timedelta(seconds=chance.uniform(4, 15)), DoorClosed(device_id=door)
            yield stay.end, DoorOpened(device_id=door)
        yield shut, DoorClosed(device_id=door)


def _visit(sensors: Sensors, visit: Visit) -> Iterator[Told]:
    for at in (visit.begin, visit.end):
        for reader in sensors.of(Role.TAG) if sensors.tag else ():
            yield at - timedelta(seconds=10), TagPresented(device_id=reader, tag=sensors.tag or "")
        for door in sensors.outer_doors()[:1]:
            yield at, DoorOpened(device_id=door)
            yield at + timedelta(seconds=9), DoorClosed(device_id=door)
