"""A life that is made up is the same for the same seed, in order, and one that could be lived."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heimvakt.core.devices import Device, Home, Role
from heimvakt.core.doses import DosePlan, doses
from heimvakt.core.events import (
    BatteryMeasured,
    BedEntered,
    ClockQuality,
    ClockStepped,
    DeviceEvent,
    DoorOpened,
    DoseMissed,
    DoseOffered,
    DoseTaken,
    Event,
    GatewayStarted,
    Mode,
    ModeChosen,
    MotionDetected,
    TagPresented,
    TakenHow,
)
from heimvakt.generate.days import Person
from heimvakt.generate.habits import Kind, draw
from heimvakt.generate.life import Life
from heimvakt.generate.lived import Doing, Happened, Moment, Room, Stay, Truth
from heimvakt.generate.trips import trips
from tests.support.homes import OSLO

FIRST = date(2026, 1, 5)
DOSES = tuple(DosePlan(at=time(hour), window=timedelta(hours=2)) for hour in (9, 19))
DEVICES = {
    name: Device(
        device_id=name,
        role=role,
        driver="zigbee",
        address=name,
        room=room,
        outer=role is Role.DOOR,
        doses=DOSES if role is Role.DISPENSER else (),
    )
    for name, role, room in [
        ("bed", Role.BED, "bedroom"),
        ("front-door", Role.DOOR, "hall"),
        ("hall", Role.MOTION, "hall"),
        ("bath", Role.MOTION, "bathroom"),
        ("kettle", Role.APPLIANCE, "kitchen"),
        ("chair", Role.CHAIR, "living"),
        ("medicine", Role.DISPENSER, "kitchen"),
        ("reader", Role.TAG, "hall"),
    ]
}
HOME = Home(gateway_id="made-up", devices=DEVICES, zone=OSLO, tags={"26:01": "carer-7"})
SEEDS = (1, 18, 23, 26)
"""Of people who live alone, to whom all that can happen does between them."""


def life(seed: int, days: int = 5, *, unwell: bool = True) -> tuple[Life, list[Event]]:
    lived = Life(HOME, seed, FIRST, days, unwell=unwell)
    return lived, list(lived.events())


@cache
def two_months(seed: int) -> tuple[Life, list[Event]]:
    """Made once for all tests; nobody changes it."""
    return life(seed, days=60)


def each_home() -> list[tuple[Life, list[Event]]]:
    return [two_months(seed) for seed in SEEDS]


def utc(local: datetime) -> datetime:
    return local.replace(tzinfo=OSLO).astimezone(UTC)


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
    habits = draw(chance, unwell=True)
    away = list(trips(habits, FIRST, 10, chance))
    lived = list(Person(habits, chance, away).live(FIRST, 10))
    stays = [each for each in lived if isinstance(each, Stay)]
    assert stays[0].begin == datetime.combine(FIRST, time())
    for one, following in pairwise(stays):
        assert one.begin < one.end == following.begin
    for truth in (each for each in lived if isinstance(each, Truth)):
        assert truth.begin < truth.end


def test_every_kind_of_trouble_comes_to_some_and_none_to_who_is_well() -> None:
    found = Counter(truth.what for lived, _ in each_home() for truth in lived.truths)
    assert set(found) == set(Happened)
    assert life(3, days=60, unwell=False)[0].truths == []


def test_residents_differ() -> None:
    drawn = [draw(Random(seed), unwell=True) for seed in range(200)]
    assert {habits.kind for habits in drawn} == set(Kind)
    assert 10 < sum(habits.partner for habits in drawn) < 60
    for habits in drawn:
        early, late = habits.up_at < timedelta(hours=6), habits.to_bed >= timedelta(hours=24)
        assert (early, late) == (habits.kind is Kind.EARLY, habits.kind is Kind.LATE)


def test_sensors_tell_what_is_done_in_their_room_and_err_at_times() -> None:
    lived, events = two_months(SEEDS[0])
    kinds = Counter(type(event) for event in events)
    assert kinds[BedEntered] >= 50
    assert kinds[DoorOpened] > 0
    asleep = [
        (utc(stay.begin) + timedelta(minutes=5), utc(stay.end))
        for stay in lived.stays
        if stay.doing is Doing.SLEEPS and stay.end - stay.begin > timedelta(hours=1)
    ]
    alone = [
        event
        for event in events
        if isinstance(event, MotionDetected)
        and any(begin < event.at < end for begin, end in asleep)
    ]
    assert alone, "a sensor that fires alone while its person sleeps"
    assert len(alone) < kinds[MotionDetected] / 10


def test_who_has_fallen_lies_still_until_somebody_comes() -> None:
    fallen = [
        (lived, truth)
        for lived, _ in each_home()
        for truth in lived.truths
        if truth.what in (Happened.FALL, Happened.FALL_IN_BATHROOM, Happened.FALL_AT_NIGHT)
    ]
    assert {truth.what for _, truth in fallen} >= {Happened.FALL, Happened.FALL_AT_NIGHT}
    for lived, truth in fallen:
        lies = [s for s in lived.stays if s.doing is Doing.LIES and s.end == truth.end]
        assert lies
        assert not [v for v in lived.visits if v.with_key and lies[0].begin < v.begin < truth.end]


def test_each_dose_is_taken_or_missed_and_what_is_missed_is_true() -> None:
    how: Counter[TakenHow] = Counter()
    for lived, events in each_home():
        taken = [e for e in events if isinstance(e, DoseTaken)]
        missed = [e for e in events if isinstance(e, DoseMissed)]
        off = [(utc(s.begin), utc(s.end)) for s in lived.failings.deaf()]
        planned = {d.at for d in doses(DOSES, OSLO, utc(datetime.combine(FIRST, time())), NEXT)}
        told = {e.dose for e in events if isinstance(e, DoseOffered | DoseTaken | DoseMissed)}
        unheard = {at for at in planned - told if off or lived.failings.dead["medicine"]}
        assert planned - told == unheard, "but for what nobody could hear"
        assert not {e.dose for e in taken} & {e.dose for e in missed}
        true = {t.begin for t in lived.truths if t.what is Happened.DOSE_MISSED}
        assert {e.dose.astimezone(OSLO).replace(tzinfo=None) for e in missed} <= {
            begin - timedelta(hours=2) for begin in true
        }
        how.update(e.how for e in taken)
    assert how[TakenHow.EARLY] > 0
    assert how[TakenHow.IN_TIME] > 10 * how[TakenHow.EARLY]


NEXT = utc(datetime.combine(FIRST + timedelta(days=55), time()))


def test_carers_have_a_key_and_a_trip_is_told_to_most_homes() -> None:
    for lived, events in each_home():
        tags = [e for e in events if isinstance(e, TagPresented)]
        assert bool(tags) is bool(lived.habits.carers)
        told = [e for e in events if isinstance(e, ModeChosen) and e.mode is Mode.AWAY]
        assert len(told) <= sum(trip.told for trip in lived.trips)
    assert any(trip.told for lived, _ in each_home() for trip in lived.trips)


def test_nothing_comes_of_what_is_dead_and_nothing_while_the_box_is_off() -> None:
    died = restarts = 0
    for lived, events in each_home():
        failings = lived.failings
        if any(turned.slow_by for turned in failings.box):
            continue  # its stamps are not true
        for device_id, spans in failings.dead.items():
            for span in spans:
                died += 1
                begin, end = utc(span.begin), utc(span.end)
                assert not [
                    e
                    for e in events
                    if isinstance(e, DeviceEvent)
                    and e.device_id == device_id
                    and begin <= e.at < end
                ]
        for off in failings.deaf():
            restarts += 1
            begin, end = utc(off.begin), utc(off.end)
            assert not [e for e in events if begin < e.at < end]
            (start,) = (e for e in events if isinstance(e, GatewayStarted) and e.at == end)
            assert start.last_alive == begin
    assert died
    assert restarts


def test_a_clock_that_is_wrong_says_so_or_is_set() -> None:
    """Times go back nowhere but where a clock was set, or a box began without knowing the time."""
    unknown = stepped = 0
    for _, events in each_home():
        for one, following in pairwise(events):
            if following.at < one.at:
                assert isinstance(following, ClockStepped | GatewayStarted)
        unknown += sum(e.stamp.clock is ClockQuality.UNKNOWN for e in events)
        stepped += sum(isinstance(e, ClockStepped) for e in events)
    assert unknown
    assert stepped


def test_a_battery_that_is_low_is_changed_in_the_end() -> None:
    lows = [
        (events, truth)
        for lived, events in each_home()
        for truth in lived.truths
        if truth.what is Happened.BATTERY_LOW
    ]
    assert lows
    for events, truth in lows:
        told = [
            event
            for event in events
            if isinstance(event, BatteryMeasured) and event.device_id == truth.device_id
        ]
        low = [e for e in told if utc(truth.begin) <= e.at <= utc(truth.end)]
        assert all(e.percent is not None and e.percent <= 15 for e in low)
        after = [e for e in told if e.at > utc(truth.end)]
        assert all(e.percent is not None and e.percent > 70 for e in after)


def test_a_call_is_a_moment_in_the_life() -> None:
    for seed in SEEDS:
        chance = Random(seed)
        lived = list(Person(draw(chance, unwell=True), chance).live(FIRST, 60))
        called = {each.begin for each in lived if isinstance(each, Truth) and each.what == "called"}
        assert called == {e.at for e in lived if isinstance(e, Moment) and e.what == "calls"}


@pytest.mark.parametrize("days", [1, 3])
def test_it_lasts_as_long_as_it_was_asked_for(days: int) -> None:
    _, events = life(5, days=days)
    assert timedelta(days=days - 1) < events[-1].at - events[0].at < timedelta(days=days + 1)


def test_rooms_are_those_of_the_home_of_the_person() -> None:
    assert {stay.room for lived, _ in each_home() for stay in lived.stays} == set(Room)
