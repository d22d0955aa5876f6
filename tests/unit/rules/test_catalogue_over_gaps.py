"""Every kind of rule over a time in which the gateway was off, or could not hear.

What was due comes late and says so, what nobody can know is said, and a sensor that blinks changes
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from enum import Enum
from typing import Any

import pytest

from heimvakt.core.alarms import Alarm
from heimvakt.core.devices import Device, Role
from heimvakt.core.doses import DosePlan
from heimvakt.core.events import (
    BatteryMeasured,
    BedEntered,
    BedLeft,
    ContactBack,
    ContactLost,
    DeviceSeen,
    DispenserOnBattery,
    DispenserOpened,
    DispenserTilted,
    DoorOpened,
    DoseOffered,
    Event,
    LockUnlocked,
    MainsLost,
    MotionDetected,
    RadioBack,
    RadioLost,
    TamperOpened,
    TemperatureMeasured,
)
from heimvakt.rules import KINDS
from tests.support.homes import Desk, home, oslo

DEVICES = {
    role.value: Device(
        device_id=role.value,
        role=role,
        driver="zigbee",
        address=role.value,
        outer=role is Role.DOOR,
        silent_after=timedelta(days=9),
        door="door" if role is Role.LOCK else None,
        doses=(DosePlan(at=time(22, 30), window=timedelta(hours=1)),)
        if role is Role.DISPENSER
        else (),
    )
    for role in Role
}


class Gap(Enum):
    """What becomes of a deadline that came while the gateway was off."""

    LATE = "it is told at the start, and that it is late"
    SAID = "it is told, and what could not be seen meanwhile"
    ANEW = "whatever is wrong says so again: it has all its time from the start on"


@dataclass(frozen=True)
class Case:
    """A rule that waits for something not to happen."""

    waits: tuple[tuple[str, Event], ...]
    """Until it waits."""
    due: str
    """When it tells."""
    gap: Gap = Gap.LATE
    says: str = "late: the gateway was off."
    settings: Mapping[str, Any] = field(default_factory=dict)
    on_again: str = "11:30"
    later: timedelta = timedelta()
    """How long after the start it tells."""
    blind: str = ""
    """What it says of sensors that are silent, where it does not tell that by being late."""


def once(clock: str, event: Event) -> tuple[tuple[str, Event], ...]:
    return ((clock, event),)


HOURS = timedelta(hours=2)
WAITING = {
    "night-wandering": Case(
        once("1:00", BedLeft(device_id="bed")),
        due="1:20",
        settings={"out_of": "bed", "signs": ("motion", "door")},
    ),
    "left-home": Case(
        once("1:00", DoorOpened(device_id="door")),
        due="1:05",
        settings={"doors": ("door",)},
        blind="No sensor inside can be heard now.",
    ),
    "bed-exit": Case(
        once("1:00", BedLeft(device_id="bed")),
        due="1:20",
        on_again="5:00",  # in the day nobody has to be in bed
        settings={"bed": "bed"},
        blind="bed cannot be heard at the moment.",
    ),
    "not-up": Case(
        once("9:30", BatteryMeasured(device_id="bed", percent=50.0)),
        due="10:00",
        later=timedelta(minutes=30),
        blind="No sensor can be heard now.",
    ),
    "bathroom-stay": Case(
        (
            ("9:00", MotionDetected(device_id="motion")),
            ("9:01", MotionDetected(device_id="motion")),
        ),
        due="9:46",
        settings={"inside": ("motion",)},
        blind="No sensor outside the bathroom can be heard now.",
    ),
    "door-open": Case(
        once("9:00", DoorOpened(device_id="door")),
        due="9:15",
        settings={"doors": ("door",)},
        blind="door cannot be heard at the moment.",
    ),
    "temperature": Case(
        once("9:00", TemperatureMeasured(device_id="temperature", celsius=5.0)),
        due="9:15",
        settings={"sensors": ("temperature",)},
        blind="temperature cannot be heard at the moment.",
    ),
    "lock-left-open": Case(
        once("9:00", LockUnlocked(device_id="lock")),
        due="9:15",
        settings={"locks": ("lock",)},
        blind="lock cannot be heard at the moment.",
    ),
    "custom": Case(
        once("9:00", DoorOpened(device_id="door")),
        due="9:10",
        settings={
            "text": {"nb": "Se etter.", "en": "Go and see."},
            "when": {"opened": ["door"], "for": "10m"},
        },
        says="Told 2 h 30 min late: the gateway was off. What happened then nobody knows.",
        blind="door cannot be heard at the moment.",
    ),
    "inactivity": Case(
        (
            ("8:00", MotionDetected(device_id="motion")),
            ("8:01", MotionDetected(device_id="motion")),
        ),
        due="9:01",
        settings={"between": "08:00-22:00", "after": "1h"},
        gap=Gap.SAID,
        says="For another 3 h 30 min nothing could be heard.",
        later=timedelta(hours=1),
    ),
    "tamper": Case(once("9:00", TamperOpened(device_id="tamper")), due="9:05"),
    "mains-lost": Case(once("9:00", MainsLost()), due="9:12"),
    "planned-check": Case(
        once("1:00", BedEntered(device_id="bed")),
        due="2:00",
        settings={"where": ("bed",), "at": ("02:00",)},
        gap=Gap.SAID,
        says="nothing was heard since the gateway started, or since privacy ended.",
        blind="bed cannot be heard, or has said the same for too long.",
    ),
    "visit-missed": Case(
        once("8:30", DeviceSeen(device_id="tag")),
        due="9:30",
        settings={"visits": ({"between": "08:00-09:30"},)},
        gap=Gap.SAID,
        says="The gateway was off for a part of that time.",
        blind="The reader tag cannot be heard.",
    ),
    "missed-dose": Case(
        once("22:31", DoseOffered(device_id="dispenser", dose=oslo("22:30"))),
        due="23:35",
        gap=Gap.SAID,
        says="the dispenser dispenser has not said. Call, or go and see.",
        later=timedelta(minutes=5),
    ),
    "dispenser-open": Case(
        once("9:00", DispenserOpened(device_id="dispenser")),
        due="9:15",
        gap=Gap.ANEW,
        later=timedelta(minutes=15),
    ),
    "dispenser-tilted": Case(
        once("9:00", DispenserTilted(device_id="dispenser")),
        due="9:01",
        gap=Gap.ANEW,
        later=timedelta(minutes=1),
    ),
    "dispenser-power": Case(
        once("9:00", DispenserOnBattery(device_id="dispenser")),
        due="9:10",
        gap=Gap.ANEW,
        later=timedelta(minutes=10),
    ),
    "dispenser-lost": Case(
        once("9:00", ContactLost(device_id="dispenser")),
        due="9:02",
        gap=Gap.ANEW,
        later=timedelta(minutes=2),
    ),
    "lock-fault": Case(
        once("9:00", ContactLost(device_id="lock")),
        due="9:02",
        gap=Gap.ANEW,
        later=timedelta(minutes=2),
    ),
    "contact-lost": Case(
        once("9:00", ContactLost(device_id="door")),
        due="9:02",
        gap=Gap.ANEW,
        later=timedelta(minutes=2),
    ),
}
AT_ONCE = frozenset(
    {"button", "fall", "smoke", "heat", "carbon-monoxide", "leak", "night-door", "visit"}
    | {"dispenser-fault", "dispenser-low", "dispenser-empty", "wrong-codes", "order-refused"}
    | {"device-silent", "device-stuck", "device-unsteady", "device-battery", "interference"}
    | {"storage-full", "ordered-test", "walk-test", "audit-log", "update"}
)
"""Told with the event itself: nothing of them is due later but that it is over, or told again."""
ELSEWHERE = {
    "technical": "a radio that is still lost says so again: test_technical",
    "path-lost": "it is about some seconds, and says since when: test_path_lost",
    "clock": "it is about the start itself: test_clock",
    "daily-test": "a day without one is told: test_daily_test",
    "night-light": "a lamp that is on goes off at the start: test_night_light",
    "siren": "it sounds at the start, for as long as somebody waits: test_siren",
}
NOT_HEARING = frozenset({"dispenser-lost", "lock-fault", "contact-lost", "mains-lost", "tamper"})
"""That a device cannot be heard is what these are about, or they need none."""
BLIND = [kind for kind, case in WAITING.items() if case.blind]


def test_every_kind_of_the_catalogue_is_in_one_of_the_tables() -> None:
    assert sorted(KINDS) == sorted([*WAITING, *AT_ONCE, *ELSEWHERE])


def waiting(kind: str, devices: Mapping[str, Device] = DEVICES) -> Desk:
    """A home in which the rule waits."""
    case = WAITING[kind]
    d = Desk(home(devices, {kind: (kind, case.settings)}), oslo("22:00"))
    for clock, event in case.waits:
        d.tell(event, at=oslo(clock))
    return d


def first(d: Desk, lasting: timedelta) -> Alarm:
    d.wait_until(d.at + lasting)
    return next(alarm for alarm in d.table.values() if alarm.was_raised)


@pytest.mark.parametrize("kind", WAITING)
def test_it_tells_when_it_is_due(kind: str) -> None:
    alarm = first(waiting(kind), HOURS)
    assert abs(alarm.raised_at - oslo(WAITING[kind].due)) < timedelta(minutes=1)
    assert "gateway was off" not in alarm.text.en


@pytest.mark.parametrize("kind", WAITING)
def test_what_was_due_while_the_gateway_was_off_is_told_and_how_it_came(kind: str) -> None:
    case, d = WAITING[kind], waiting(kind)
    on_again = oslo(case.on_again)
    off = on_again - d.at
    d.restart(hours=off / timedelta(hours=1))
    alarm = first(d, lasting=timedelta(hours=1))
    assert alarm.raised_at == on_again + case.later
    if case.gap is Gap.ANEW:
        assert alarm.text == first(waiting(kind), HOURS).text
    else:
        assert alarm.text.en.endswith(case.says)
        assert alarm.began_at < on_again or case.gap is Gap.SAID


@pytest.mark.parametrize("kind", sorted(WAITING.keys() - NOT_HEARING))
@pytest.mark.parametrize("how", ["contact", "radio", "silence"])
def test_a_sensor_that_blinks_changes_nothing(kind: str, how: str) -> None:
    """It is out of reach for a moment and comes back, or was silent for longer than is usual."""
    brief = {i: replace(each, silent_after=timedelta(seconds=20)) for i, each in DEVICES.items()}
    d = waiting(kind, brief if how == "silence" else DEVICES)
    devices = sorted(d.home.rules[kind].needs)
    gone, back = _blink(how, devices)
    d.wait(seconds=5)
    for event in gone:
        d.tell(event)
    d.wait(seconds=25)
    for event in back:
        d.tell(event)
    if how == "silence":  # it is not to be silent once more
        d.home = replace(d.home, devices=DEVICES)
        for event in back:
            d.tell(event)
    alarm, usual = first(d, HOURS), first(waiting(kind), HOURS)
    assert (alarm.text, alarm.began_at) == (usual.text, usual.began_at)
    # Time in which nothing could be heard is no quiet: that alone comes so much later.
    later = timedelta(minutes=1) if kind == "inactivity" else timedelta()
    assert usual.raised_at <= alarm.raised_at <= usual.raised_at + later


def _blink(how: str, devices: Sequence[str]) -> tuple[list[Event], list[Event]]:
    match how:
        case "contact":
            gone = [ContactLost(device_id=i) for i in devices]
            return [*gone], [ContactBack(device_id=i) for i in devices]
        case "radio":
            return [RadioLost(driver="zigbee", reason="pulled")], [RadioBack(driver="zigbee")]
        case _:
            return [], [DeviceSeen(device_id=i) for i in devices]


@pytest.mark.parametrize("kind", BLIND)
def test_it_says_that_it_could_not_hear(kind: str) -> None:
    case, d = WAITING[kind], waiting(kind)
    for device_id in sorted(d.home.rules[kind].needs):
        d.tell(ContactLost(device_id=device_id))
    assert first(d, HOURS).text.en.endswith(case.blind)


@pytest.mark.parametrize("kind", sorted(WAITING.keys() - NOT_HEARING))
def test_whoever_is_silent_is_told_with_the_rules_that_are_blind_without_it(kind: str) -> None:
    brief = {i: replace(each, silent_after=timedelta(hours=1)) for i, each in DEVICES.items()}
    rules = {kind: (kind, WAITING[kind].settings), "device-silent": ("device-silent", {})}
    d = Desk(home(brief, rules))
    d.wait(hours=2)
    silent = {a.device_id: a.text.en for a in d.table.values() if a.kind == "device-silent"}
    for device_id in d.home.rules[kind].needs:
        assert f"Without it these rules are blind: {kind}." in silent[device_id]
