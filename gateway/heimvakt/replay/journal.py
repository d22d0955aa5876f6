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

from heimvakt.core.alarms import Alarm
from heimvakt.core.codec import CannotDecode, decode, decode_event
from heimvakt.core.events import Event

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
            yield from _decoded(((f"event {seq}", body) for seq, body in rows), unread)
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


def from_lines(path: Path, unread: Unread) -> Iterator[Event]:
    """The events of an export, one JSON object a line.

    Raises:
        NoSource: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            lines = (
                (f"line {number}", line)
                for number, line in enumerate(_lines(file), start=1)
                if line.strip()
            )
            yield from _decoded(lines, unread)
    except OSError as error:
        raise NoSource(f"{path}: {error.strerror}") from error


def _lines(file: Iterable[bytes]) -> Iterator[bytes]:
    for line in file:
        yield line if len(line) <= LINE_BYTES_MAX else b"too long"


def _decoded(found: Iterable[tuple[str, str | bytes]], unread: Unread) -> Iterator[Event]:
    for where, text in found:
        try:
            record = json.loads(text)
            if not isinstance(record, dict):
                raise CannotDecode("it is no JSON object")
            yield decode_event(record)
        except (ValueError, CannotDecode, RecursionError) as error:
            unread(f"{where}: {error}")
