"""Lines of homes that others have recorded, as readings: when which sensor showed what.

Three ways of writing are known, and told apart by their first line:

    casas     2010-11-04 00:03:50.209589  M003  ON  [activity]      changes, local time
    ordonez   2012-11-11 21:14:21  2012-11-12 00:21:49  Seat  Pressure  Living     intervals, tabs
    kasteren  28-Feb-2008 00:53:59  28-Feb-2008 00:54:02  24  1                 intervals

CASAS: Washington State University. Ordóñez, de Toledo, Sanchis, Sensors 2013, 13, 5460-5477.
Van Kasteren, Noulas, Englebienne, Kröse, UbiComp 2008. None of them gives a time zone.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from .journal import Unread

INTERVAL_SECONDS_MAX = 7 * 86_400.0
"""A sensor that is on for longer has been forgotten, not used; it is let go after this time."""


@dataclass(frozen=True, slots=True, order=True)
class Reading:
    """What a sensor showed from a moment on."""

    at: datetime
    """Local time of the home, no zone."""
    sensor: str
    """Its name in the recording."""
    value: str
    """`ON`, `OFF`, `OPEN`, a number."""


class UnknownFormat(ValueError):
    """The lines are of no kind that is known."""


_CASAS = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\d[ \t]\d\d:\d\d:\d\d(?:\.\d+)?)\s+(?P<sensor>\S+)\s+(?P<value>\S+)"
)
_ORDONEZ = re.compile(
    r"(?P<begin>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s+(?P<end>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)"
    r"\s+(?P<place>\S+)\s+(?P<type>\S+)\s+(?P<room>\S+)"
)
_KASTEREN = re.compile(
    r"(?P<begin>\d\d?-\w{3}-\d{4} \d\d:\d\d:\d\d)\s+(?P<end>\d\d?-\w{3}-\d{4} \d\d:\d\d:\d\d)"
    r"\s+(?P<sensor>\d+)\s+(?P<value>\d+)"
)


def readings(lines: Iterable[str], unread: Unread) -> Iterator[Reading]:
    """What the sensors showed, in order of time.

    A line that cannot be read is told and left out. Lines of intervals are to be in the order of
    their begins, as they are in what was published; a few seconds of disorder are put right.

    Raises:
        UnknownFormat: no line is of a kind that is known.
    """
    several = enumerate(lines, start=1)
    for number, line in several:
        for pattern, read in _FORMATS:
            if pattern.match(line):
                rest = ((n, text) for n, text in _chain((number, line), several))
                yield from _in_order(_read(rest, pattern, read, unread))
                return
    raise UnknownFormat("no line is of a recorded home: a date, a time, a sensor and a value")


def _chain(first: tuple[int, str], rest: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    yield first
    yield from rest


def _read(
    lines: Iterable[tuple[int, str]],
    pattern: re.Pattern[str],
    read: Callable[[re.Match[str]], tuple[Reading, ...]],
    unread: Unread,
) -> Iterator[tuple[Reading, ...]]:
    for number, line in lines:
        if not line.strip():
            continue
        found = pattern.match(line)
        try:
            if found is None:
                raise ValueError("not like the lines before it")
            yield read(found)
        except ValueError as error:
            unread(f"line {number}: {error}")


def _in_order(groups: Iterable[tuple[Reading, ...]]) -> Iterator[Reading]:
    """Ends of intervals wait for their time; what has begun before is told before."""
    waiting: list[tuple[datetime, int, Reading]] = []
    for number, group in enumerate(groups):
        for reading in group:
            heapq.heappush(waiting, (reading.at, number, reading))
        while waiting and waiting[0][0] <= group[0].at:
            yield heapq.heappop(waiting)[2]
    while waiting:
        yield heapq.heappop(waiting)[2]


def _casas(found: re.Match[str]) -> tuple[Reading, ...]:
    at = datetime.fromisoformat(found["at"].replace("\t", " "))
    return (Reading(at, found["sensor"], found["value"].upper()),)


def _ordonez(found: re.Match[str]) -> tuple[Reading, ...]:
    begin, end = (datetime.fromisoformat(found[key]) for key in ("begin", "end"))
    return _interval(begin, end, f"{found['room']} {found['place']}")


def _kasteren(found: re.Match[str]) -> tuple[Reading, ...]:
    begin, end = (
        datetime.strptime(found[key], "%d-%b-%Y %H:%M:%S")  # noqa: DTZ007  # no zone is given
        for key in ("begin", "end")
    )
    return _interval(begin, end, found["sensor"])


def _interval(begin: datetime, end: datetime, sensor: str) -> tuple[Reading, ...]:
    if end < begin:
        raise ValueError("it ends before it begins")
    if (end - begin).total_seconds() > INTERVAL_SECONDS_MAX:
        raise ValueError("it lasts for more than a week")
    return (Reading(begin, sensor, "ON"), Reading(end, sensor, "OFF"))


_FORMATS = ((_ORDONEZ, _ordonez), (_KASTEREN, _kasteren), (_CASAS, _casas))
