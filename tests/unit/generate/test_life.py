"""A life that is made up is the same for the same seed, in order, and one that could be lived."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.events import (
    BedEntered,
    DeviceEvent,
    DoorOpened,
    Event,
    GatewayStarted,
    MotionDetected,
)
from heimvakt.generate.days import Doing, Happened, Person, Room, Stay, Truth
from heimvakt.generate.habits import draw
from heimvakt.generate.life import Life
from tests.support.homes import OSLO

FIRST = date(2026, 1, 5)
DEVICES = {
    name: Device(
        device_id=name, role=role, driver="zigbee", address=name, room=room, outer=role is Role.DOOR
    )
    for name, role, room in [
        ("bed", Role.BED, "bedroom"),
        ("front-door", Role.DOOR, "hall"),
        ("hall", Role.MOTION, "hall"),
        ("bath", Role.MOTION, "bathroom"),
        ("kettle", Role.APPLIANCE, "kitchen"),
        ("chair", Role.CHAIR, "living"),
    ]
}
HOME = Home(gateway_id="made-up", devices=DEVICES, zone=OSLO)


def life(seed: int, days: int = 5, *, unwell: bool = True) -> tuple[Life, list[Event]]:
    lived = Life(HOME, seed, FIRST, days, unwell=unwell)
    return lived, list(lived.events())


def test_the_same_seed_gives_the_same_life_and_another_gives_another() -> None:
    (first, events), (again, same), (_, other) = life(7), life(7), life(8)
    assert events == same
    assert first.truths == again.truths
    assert events != other
    assert list(first.events()) == events, "and it may be read twice"


@settings(max_examples=8)
@given(st.integers(0, 2**32))
def test_it_is_a_journal_in_order_that_begins_with_a_start(seed: int) -> None:
    _, events = life(seed, days=2)
    assert isinstance(events[0], GatewayStarted)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert all(a.at <= b.at for a, b in pairwise(events))
    assert {e.device_id for e in events if isinstance(e, DeviceEvent)} == DEVICES.keys()


@settings(max_examples=12)
@given(st.integers(0, 2**32))
def test_a_person_is_always_in_one_place(seed: int) -> None:
    chance = Random(seed)
    lived = list(Person(draw(chance, unwell=True), chance).live(FIRST, 10))
    stays = [each for each in lived if isinstance(each, Stay)]
    assert stays[0].begin == datetime.combine(FIRST, datetime.min.time())
    for one, following in pairwise(stays):
        assert one.begin < one.end == following.begin
    for truth in (each for each in lived if isinstance(each, Truth)):
        assert truth.begin < truth.end


def test_every_kind_of_trouble_comes_to_some_and_none_to_who_is_well() -> None:
    found: Counter[Happened] = Counter()
    for seed in range(6):
        chance = Random(seed)
        lived = Person(draw(chance, unwell=True), chance).live(FIRST, 100)
        found.update(each.what for each in lived if isinstance(each, Truth))
    assert set(found) == set(Happened)
    assert life(3, days=60, unwell=False)[0].truths == []


def test_sensors_tell_what_is_done_in_their_room_and_err_at_times() -> None:
    lived, events = life(1, days=30)
    kinds = Counter(type(event) for event in events)
    assert kinds[BedEntered] >= 28
    assert kinds[DoorOpened] > 0
    chance = Random(lived.seed + 2)
    stays = [s for s in Person(lived.habits, chance).live(FIRST, 30) if isinstance(s, Stay)]
    asleep = [
        (s.begin.replace(tzinfo=OSLO), s.end.replace(tzinfo=OSLO))
        for s in stays
        if (s.room, s.doing) == (Room.BEDROOM, Doing.SLEEPS)
        and s.end - s.begin > timedelta(hours=1)
    ]
    alone = [
        event
        for event in events
        if isinstance(event, MotionDetected)
        and any(begin + timedelta(minutes=5) < event.at < end for begin, end in asleep)
    ]
    assert alone, "a sensor that fires alone while its person sleeps"
    assert len(alone) < kinds[MotionDetected] / 10


@pytest.mark.parametrize("days", [1, 3])
def test_it_lasts_as_long_as_it_was_asked_for(days: int) -> None:
    _, events = life(5, days=days)
    assert timedelta(days=days - 1) < events[-1].at - events[0].at < timedelta(days=days + 1)
