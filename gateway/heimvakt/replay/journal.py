"""Events as they were stored: from the database of a gateway, or from a file of lines.

The database is opened for reading only, beside a service that runs or not. An event that cannot be
read is counted and left out, so that one damaged line does not keep a bad night from being seen.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path

from pydantic_core import from_json

from heimvakt.core.alarms import Alarm
from heimvakt.core.codec import CannotDecode, decode, decode_event
from heimvakt.core.events import Event
from heimvakt.core.snapshot import APART
from heimvakt.core.usual import Usual

LINE_BYTES_MAX = 64 * 1024
"""Of one event; a real one has some 300 bytes."""

Unread = Callable[[str], None]
"""Told where something stands that is no event, and why."""


class NoSource(Exception):
    """There is nothing to be replayed; the text says why.

    Attributes:
        hint: what to do about it.
    """

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


def from_database(path: Path, unread: Unread) -> Iterator[Event]:
    """The journal of a gateway, in its order.

    Raises:
        NoSource: it is no database of Heimvakt, or cannot be read.
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT seq, body FROM journal ORDER BY seq")
            yield from _decoded("event", rows, unread)
    except sqlite3.Error as error:
        raise NoSource(
            f"{path}: {error}", "is it the heimvakt.db of a gateway, and may you read it?"
        ) from error


def alarms_of(path: Path) -> Iterator[Alarm]:
    """The alarms as they stand in a database; those that cannot be read are left out.

    Raises:
        NoSource: it is no database of Heimvakt, or cannot be read.
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            for (body,) in database.execute("SELECT body FROM alarms ORDER BY number"):
                with suppress(ValueError, CannotDecode):
                    yield decode(Alarm, json.loads(body))
    except sqlite3.Error as error:
        raise NoSource(f"{path}: {error}") from error


def learned_by(path: Path, rule_id: str) -> Usual | None:
    """What a rule knows of what is usual, as it stands in a database; None: nothing that can be
    read.

    Raises:
        NoSource: it is no database of Heimvakt, or cannot be read.
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            row = (f"{APART}:{rule_id}",)
            found = database.execute("SELECT body FROM state WHERE key = ?", row).fetchone()
    except sqlite3.Error as error:
        raise NoSource(f"{path}: {error}") from error
    with suppress(ValueError, CannotDecode):
        return decode(Usual, json.loads(found[0])) if found else None
    return None


def from_lines(path: Path, unread: Unread) -> Iterator[Event]:
    """The events of an export, one JSON object a line.

    Raises:
        NoSource: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            yield from _decoded("line", enumerate(_lines(file), start=1), unread)
    except OSError as error:
        raise NoSource(f"{path}: {error.strerror}") from error


def _lines(file: Iterable[bytes]) -> Iterator[bytes]:
    for line in file:
        yield line if len(line) <= LINE_BYTES_MAX else b"too long"


def _decoded(
    called: str, found: Iterable[tuple[int, str | bytes]], unread: Unread
) -> Iterator[Event]:
    for number, text in found:
        if not text or text.isspace():
            continue
        try:
            record = from_json(text)
            if not isinstance(record, dict):
                raise CannotDecode("it is no JSON object")
            yield decode_event(record)
        except (ValueError, CannotDecode, RecursionError) as error:
            unread(f"{called} {number}: {error}")
