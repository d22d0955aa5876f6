"""What one device has told lately, counted from the journal beside the writer, never in its way.

A connection of its own that can only read, opened for one question. The journal has no index of
devices, so that no commit pays for one: it is gone through from its end, a piece at a time, until
the time that was asked for, or until it has taken long enough.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

PIECE = 5_000
"""Rows that are looked at in one go: the writer may empty its log between two of them."""
WITHIN_S = 2.0
"""After this it answers with what it has."""
STRETCHES = 840
"""Into so many the time is cut: it can be put together to 24, 28 and 30."""
ENDS = "SELECT (SELECT min(seq) FROM journal), (SELECT max(seq) FROM journal)"
"""Each by itself is looked up; asked for together they would be looked for in every row."""
FIGURES = ("lqi", "percent", "celsius")
"""What is measured, as the fields of events call it."""


@dataclass(slots=True)
class Stretch:
    """What was told in a part of the time."""

    counts: dict[str, int] = field(default_factory=dict)
    """By kind of event."""
    measured: dict[str, float] = field(default_factory=dict)
    """The last of each: `link-measured.lqi`."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a device has told from `since` to `until`."""

    stretches: Mapping[int, Stretch]
    """By number, the oldest is 0; those in which it told nothing are left out."""
    looked_back_to: datetime
    """Before this nothing was looked at; `since`, where there was time for all of it."""


def told_by(
    path: Path, device_id: str, since: datetime, until: datetime, monotonic: Callable[[], float]
) -> Told:
    """Blocks for `WITHIN_S` at most.

    Raises:
        sqlite3.Error: it cannot be read.
    """
    give_up = monotonic() + WITHIN_S
    found: dict[int, Stretch] = {}
    uri = f"{path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as database:
        database.text_factory = lambda stored: stored.decode(errors="replace")
        database.execute("PRAGMA cache_size = -256")
        first, last = database.execute(ENDS).fetchone()
        while last is not None and last >= first:
            for event in _piece(database, device_id, last):
                _count(found, event, since, until)
            last -= PIECE
            begins = _begins(database, last)
            if begins is not None and begins < since:
                break
            if begins is not None and last >= first and monotonic() > give_up:
                return Told(found, begins)
    return Told(found, since)


def _piece(database: sqlite3.Connection, device_id: str, last: int) -> Iterator[Mapping[str, Any]]:
    """Newest first. An id has letters, digits and hyphens, so it stands in JSON as it is."""
    rows = database.execute(
        "SELECT body FROM journal WHERE seq <= ? AND seq > ? AND instr(body, ?) ORDER BY seq DESC",
        (last, last - PIECE, f'"{device_id}"'),
    )
    for (body,) in rows:
        event = _read(body)
        if event is not None and event.get("device_id") == device_id:
            yield event


def _count(
    found: dict[int, Stretch], event: Mapping[str, Any], since: datetime, until: datetime
) -> None:
    at = _at(event)
    if at is None or not since <= at <= until:
        return
    number = min((at - since) * STRETCHES // (until - since), STRETCHES - 1)
    stretch = found.setdefault(number, Stretch())
    kind = str(event.get("kind"))
    stretch.counts[kind] = stretch.counts.get(kind, 0) + 1
    for name in FIGURES:
        if isinstance(value := event.get(name), int | float):
            stretch.measured.setdefault(f"{kind}.{name}", float(value))


def _begins(database: sqlite3.Connection, seq: int) -> datetime | None:
    """When what is at this number, or follows it, was; None if nobody knows."""
    row = database.execute(
        "SELECT body FROM journal WHERE seq >= ? ORDER BY seq LIMIT 1", (seq,)
    ).fetchone()
    event = _read(row[0]) if row else None
    return None if event is None or event.get("clock") == "unknown" else _at(event)


def _at(event: Mapping[str, Any]) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(event.get("at")))
    except ValueError:
        return None
    return at if at.tzinfo else None


def _read(body: str) -> Mapping[str, Any] | None:
    try:
        event = json.loads(body)
    except ValueError:
        return None  # one damaged row hides no other
    return event if isinstance(event, dict) else None
