"""A recorded real home as a scene: every interval of the file becomes two changes of a device.

The format is that of the homes of Ordóñez, de Toledo and Sanchis (Sensors 2013, 13, 5460-5477):
start, end, place, type, room, with two header lines; local time of Madrid, no zone given.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from .scene import Moment, Scene, Thing

ZONE = ZoneInfo("Europe/Madrid")
CHECK_IN = timedelta(hours=2)
"""The recording has only changes; the virtual sensors say besides that they live."""
RECORDING_BYTES_MAX = 50_000_000

RULES = """
[rules.night-wandering]
out_of = "{bed}"
signs = [{signs}]

[rules.night-door]
between = "23:00-06:00"
doors = ["{door}"]
"""


class BadRecording(Exception):
    """The recording cannot be played; the text says where it is wrong."""


@dataclass(frozen=True, slots=True)
class Interval:
    """One sensor was on from `begin` to `end`, UTC."""

    begin: datetime
    end: datetime
    place: str
    kind: str
    room: str

    @property
    def device_id(self) -> str:
        """`Maindoor Magnetic Entrance` is `entrance-maindoor`."""
        return re.sub(r"[^a-z0-9]+", "-", f"{self.room} {self.place}".lower()).strip("-")


@dataclass(frozen=True, slots=True)
class _Fit:
    """How a type of sensor of the recording is played."""

    kind: str
    role: str
    on: str
    off: str


PRESSURE = _Fit("BedMat", "bed", "occupy", "leave")
FITS = {
    "Pressure": PRESSURE,
    "Magnetic": _Fit("ContactSensor", "door", "open", "close"),
    "PIR": _Fit("MotionSensor", "motion", "motion", "clear"),
    # A flush and a stove or oven that draws power are signs of somebody there.
    "Flush": _Fit("OccupancySensor", "motion", "occupied", "vacant"),
    "Electric": _Fit("OccupancySensor", "motion", "occupied", "vacant"),
}


def recording(
    folder: Path, home: str, *, first: datetime | None = None, last: datetime | None = None
) -> Scene:
    """The home `A` or `B` in `folder`, from `first` to `last` (local time, no zone).

    Raises:
        BadRecording: there is no such file, or a line of it cannot be read.
    """
    intervals = [
        interval
        for interval in read(folder / f"Ordonez{home}_Sensors.txt")
        if (first is None or interval.begin >= _utc(first))
        and (last is None or interval.begin < _utc(last))
    ]
    if not intervals:
        raise BadRecording(f"home {home} in {folder} has nothing between --from and --to")
    things = _things(intervals)
    start = intervals[0].begin - timedelta(minutes=1)
    end = max(interval.end for interval in intervals) + timedelta(hours=1)
    changes = sorted(_changes(intervals), key=lambda item: item[0])
    return Scene(
        title=f"recorded home {home}, {len(intervals)} intervals, {(end - start).days} days",
        zone=ZONE,
        start=start,
        things=things,
        rules=_rules(things),
        moments=heapq.merge(
            _at_rest(things, start),
            (moment for _, moment in changes),
            _check_ins(things, start, end),
            key=lambda moment: moment.at,
        ),
        end=end,
    )


def read(path: Path) -> list[Interval]:
    """Every interval of a file, in the order of their begin.

    Raises:
        BadRecording: with file and line.
    """
    try:
        if path.stat().st_size > RECORDING_BYTES_MAX:
            raise BadRecording(f"{path} is larger than {RECORDING_BYTES_MAX} bytes")
        lines = path.read_text(encoding="latin-1").splitlines()
    except OSError as error:
        raise BadRecording(f"{path}: {error.strerror}") from error
    intervals = [
        _interval(f"{path}:{number}", line)
        for number, line in enumerate(lines, start=1)
        if number > 2 and line.strip()
    ]
    return sorted(intervals, key=lambda interval: interval.begin)


def _interval(where: str, line: str) -> Interval:
    fields = [field.strip() for field in line.split("\t") if field.strip()]
    if len(fields) != 5:
        raise BadRecording(f"{where}: {len(fields)} fields where five belong")
    try:
        begin, end = (_utc(datetime.fromisoformat(text)) for text in fields[:2])
    except ValueError as error:
        raise BadRecording(f"{where}: {error}") from error
    if end < begin:
        raise BadRecording(f"{where}: it ends before it begins")
    if fields[3] not in FITS:
        raise BadRecording(f"{where}: no sensor type {fields[3]!r}; known: {', '.join(FITS)}")
    return Interval(begin, end, *fields[2:])


def _things(intervals: Sequence[Interval]) -> tuple[Thing, ...]:
    things = {}
    for interval in intervals:
        fit = FITS[interval.kind]
        role = "chair" if fit is PRESSURE and interval.place != "Bed" else fit.role
        things[interval.device_id] = Thing(
            device_id=interval.device_id,
            kind=fit.kind,
            role=role,
            room=interval.room.lower(),
            extra="outer = true\n" if interval.place == "Maindoor" else "",
        )
    return tuple(things[name] for name in sorted(things))


def _rules(things: Sequence[Thing]) -> str:
    """Signs are movement in rooms that nobody needs at night, and the door out."""
    bed = next((t.device_id for t in things if t.role == "bed"), None)
    door = next((t.device_id for t in things if t.extra), None)
    if bed is None or door is None:
        raise BadRecording("the recording has no bed or no main door in this time")
    elsewhere = [
        t.device_id for t in things if t.role == "motion" and t.room in ("kitchen", "living")
    ]
    signs = ", ".join(f'"{sign}"' for sign in [*elsewhere, door])
    return RULES.format(bed=bed, door=door, signs=signs)


def _changes(intervals: Sequence[Interval]) -> Iterator[tuple[tuple[datetime, int, int], Moment]]:
    """Each change with its place in time: in one second an earlier interval goes first."""
    for index, interval in enumerate(intervals):
        fit = FITS[interval.kind]
        for order, (at, act) in enumerate(((interval.begin, fit.on), (interval.end, fit.off))):
            yield (
                (at, index, order),
                Moment(at=at, device_id=interval.device_id, act=act, recorded=True),
            )


def _at_rest(things: Sequence[Thing], start: datetime) -> Iterator[Moment]:
    """Before the first interval everything is off, and the gateway is to know it."""
    off = {(fit.kind): fit.off for fit in FITS.values()}
    for thing in things:
        yield Moment(at=start, device_id=thing.device_id, act=off[thing.kind])


def _check_ins(things: Sequence[Thing], start: datetime, end: datetime) -> Iterator[Moment]:
    now = start
    while now < end:
        for index, thing in enumerate(things):
            at = now + CHECK_IN * (index + 1) / (len(things) + 1)
            yield Moment(at=at, device_id=thing.device_id, act="check-in")
        now += CHECK_IN


def _utc(local: datetime) -> datetime:
    return local.replace(tzinfo=ZONE).astimezone(UTC)
