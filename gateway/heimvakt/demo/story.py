"""The life that the demo shows: a bad first night, then days and nights from a seeded chance."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .scene import Moment, Scene, Thing

ZONE = ZoneInfo("Europe/Oslo")
CHECK_IN = timedelta(minutes=50)
"""How often a family of contacts on the market says that it lives."""
FALLS_SILENT = "kitchen-motion"

THINGS = (
    Thing(device_id="bed", kind="BedMat", role="bed", room="bedroom"),
    Thing(device_id="hall-motion", kind="MotionSensor", role="motion", room="hall"),
    Thing(
        device_id="front-door",
        kind="ContactSensor",
        role="door",
        room="hall",
        extra="outer = true\n",
    ),
    Thing(device_id="pendant", kind="EmergencyButton", role="button", room="bedroom"),
    Thing(device_id="bathroom", kind="OccupancySensor", role="motion", room="bathroom"),
    Thing(
        device_id=FALLS_SILENT,
        kind="MotionSensor",
        role="motion",
        room="kitchen",
        extra='silent_after = "1h"\n',
    ),
)

RULES = """
[rules.night-wandering]
between = "23:00-06:00"
out_of = "bed"
signs = ["hall-motion", "kitchen-motion", "front-door"]
back_within = "20m"

[rules.night-door]
between = "22:00-07:00"
doors = ["front-door"]
"""

_FIRST_NIGHT = (
    ("22:32", "kitchen-motion", "motion", "a last look at the kitchen"),
    ("22:33", "kitchen-motion", "clear", ""),
    ("22:36", "bathroom", "occupied", "brushing teeth"),
    ("22:41", "bathroom", "vacant", ""),
    ("22:44", "bed", "occupy", "goes to bed"),
    ("22:52", "pendant", "press", "presses the button: a cramp in the leg"),
    ("22:53", "pendant", "release", ""),
    ("23:12", "bed", "leave", "gets up"),
    ("23:13", "hall-motion", "motion", "walks in the hall"),
    ("23:14", "hall-motion", "clear", ""),
    ("23:16", "hall-motion", "motion", "walks in the hall again"),
    ("23:17", "hall-motion", "clear", ""),
    ("23:18", "front-door", "open", "opens the front door"),
    ("23:20", "front-door", "close", "is led back in by a neighbour"),
    ("23:26", "bed", "occupy", "goes back to bed"),
    ("00:20", "bed", "leave", "gets up"),
    ("00:22", "bathroom", "occupied", "to the bathroom"),
    ("00:28", "bathroom", "vacant", ""),
    ("00:30", "bed", "occupy", "and back to bed, as on most nights"),
    ("01:25", "bed", "leave", "gets up and sits down on a chair"),
    ("01:58", "bed", "occupy", "goes back to bed"),
)


def story(evening: date, seed: int) -> Scene:
    """A scene that begins at half past ten on `evening`, local time."""
    start = _at(evening, "22:30")
    return Scene(
        title="a virtual home, one night that goes wrong",
        zone=ZONE,
        start=start,
        things=THINGS,
        rules=RULES,
        moments=heapq.merge(
            _life(evening, random.Random(seed)), _check_ins(start), key=lambda moment: moment.at
        ),
    )


def _life(evening: date, chance: random.Random) -> Iterator[Moment]:
    start = _at(evening, "22:30")
    yield Moment(at=start, device_id="bed", act="leave")  # nobody is in bed yet
    for clock, device_id, act, said in _FIRST_NIGHT:
        day = evening if clock > "12" else evening + timedelta(days=1)
        yield Moment(at=_at(day, clock), device_id=device_id, act=act, said=said)
    day = evening
    while True:
        day += timedelta(days=1)
        yield from _day(day, chance)


def _day(day: date, chance: random.Random) -> Iterator[Moment]:
    """From getting up to the next night's sleep: an ordinary day."""
    now = _at(day, "07:00") + timedelta(minutes=chance.randrange(90))

    def then(minutes: float, device_id: str, act: str, said: str = "") -> Moment:
        nonlocal now
        now += timedelta(minutes=minutes)
        return Moment(at=now, device_id=device_id, act=act, said=said)

    yield then(0, "bed", "leave", "good morning")
    yield then(2, "bathroom", "occupied")
    yield then(12, "bathroom", "vacant")
    for _ in range(chance.randrange(10, 16)):
        yield then(chance.uniform(20, 50), "hall-motion", "motion", "walks through the hall")
        yield then(1, "hall-motion", "clear")
        if chance.random() < 0.15:
            yield then(2, "front-door", "open", "goes out for the post")
            yield then(1, "front-door", "close")
    evening = _at(day, "22:30") + timedelta(minutes=chance.randrange(20))
    now = max(now + timedelta(minutes=5), evening)
    yield then(0, "bed", "occupy", "goes to bed")
    night = _at(day, "23:59") + timedelta(minutes=chance.randrange(60, 180))
    now = max(now, night)
    yield then(0, "bed", "leave", "gets up")
    yield then(1, "bathroom", "occupied", "to the bathroom")
    yield then(chance.uniform(3, 8), "bathroom", "vacant")
    yield then(1, "bed", "occupy", "and back to bed")


def _check_ins(start: datetime) -> Iterator[Moment]:
    now = start
    while True:
        for index, thing in enumerate(THINGS):
            if thing.device_id != FALLS_SILENT:
                at = now + CHECK_IN * (index + 1) / len(THINGS)
                yield Moment(at=at, device_id=thing.device_id, act="check-in")
        now += CHECK_IN


def _at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=ZONE).astimezone(UTC)
