"""What the sensors of a home make of what somebody does, each in its room.

Of real homes: mats let go for moments while somebody lies on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    ApplianceStarted,
    ApplianceStopped,
    BedEntered,
    BedLeft,
    ButtonPressed,
    ChairEntered,
    ChairLeft,
    DoorClosed,
    DoorOpened,
    Event,
    FallDetected,
    Mode,
    ModeChosen,
    MotionCleared,
    MotionDetected,
    TagPresented,
)

from .lived import Deed, Doing, Lived, Moment, Room, Stay, Visit

LETS_GO_AN_HOUR = 0.1
"""A mat under somebody who lies still."""
FELT = 0.8
"""Of all falls, the share that a detector feels."""
CARER_MOVES_EVERY_MINUTES = 4.0
CLEARS_AFTER = timedelta(seconds=45)
MOVES_EVERY_MINUTES: Mapping[Doing, float] = {
    Doing.IS_UP: 2.0,
    Doing.COOKS: 1.5,
    Doing.SITS: 18.0,
}
"""On average, in the room where somebody is; asleep, on the floor or out nothing moves."""

Told = tuple[datetime, Event]
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


def noticed(sensors: Sensors, lived: Lived, chance: Random) -> Iterator[Told]:
    """What the sensors notice of it, in no order."""
    match lived:
        case Stay(doing=Doing.IS_OUT):
            yield from _out(sensors, lived, chance)
        case Stay():
            yield from _inside(sensors, lived, chance)
        case Visit():
            yield from _visit(sensors, lived, chance)
        case Moment():
            yield from _deed(sensors, lived, chance)
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


def _visit(sensors: Sensors, visit: Visit, chance: Random) -> Iterator[Told]:
    for at in (visit.begin, visit.end):
        if visit.with_key and sensors.tag:
            for reader in sensors.of(Role.TAG):
                yield at - timedelta(seconds=10), TagPresented(device_id=reader, tag=sensors.tag)
        for door in sensors.outer_doors()[:1]:
            yield at, DoorOpened(device_id=door)
            yield at + timedelta(seconds=9), DoorClosed(device_id=door)
    if visit.with_key:  # of guests the person's own stay tells, who sits with them
        at = visit.begin + timedelta(seconds=20)
        while at < visit.end:
            for device_id in sensors.of(Role.MOTION, chance.choice([Room.HALL, Room.LIVING])):
                yield at, MotionDetected(device_id=device_id)
                yield at + CLEARS_AFTER, MotionCleared(device_id=device_id)
            at += CLEARS_AFTER
            at += timedelta(minutes=chance.expovariate(1 / CARER_MOVES_EVERY_MINUTES))


def _deed(sensors: Sensors, moment: Moment, chance: Random) -> Iterator[Told]:
    match moment.what:
        case Deed.CALLS:
            for button in sensors.of(Role.BUTTON)[:1]:
                yield moment.at, ButtonPressed(device_id=button)
        case Deed.FALLS:
            for detector in sensors.of(Role.FALL)[:1]:
                if chance.random() < FELT:
                    yield moment.at + timedelta(seconds=2), FallDetected(device_id=detector)
        case Deed.SETS_AWAY:
            lasting_s = moment.lasting.total_seconds()
            yield moment.at, ModeChosen(mode=Mode.AWAY, by="resident", lasting_s=lasting_s)
