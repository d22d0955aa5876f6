"""The statements: how transactions are written to the tables and what is read back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from pydantic_core import PydanticSerializationError, to_json

from heimvakt.core.alarms import Alarm, Priority
from heimvakt.core.codec import CannotDecode, Json, decode, encode, encode_event
from heimvakt.core.events import Event, RecordsDropped, StoreFault
from heimvakt.core.ledger import Fault, Transaction, Waiting
from heimvakt.core.times import raised_at

from .migrations import WAY_BACK

FAULT = "fault:store"
"""The row of the state with a fault that no event has told yet."""


def dump(value: Json) -> str:
    """JSON as it is stored: compact, letters as they are where they are letters."""
    try:
        return to_json(value).decode()
    except PydanticSerializationError:  # half a character, out of somebody's broken message
        return json.dumps(value, separators=(",", ":"))


@contextmanager
def transaction_on(connection: sqlite3.Connection) -> Iterator[None]:
    """All that is done inside, committed and flushed at its end; or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def write(
    connection: sqlite3.Connection, transaction: Transaction, rank: Callable[[Event], int | None]
) -> None:
    """What a transaction says; part of one. `rank` is of the report that somebody wants of it."""
    connection.executemany(
        "INSERT INTO journal (seq, class, body) VALUES (?, ?, ?)",
        [(e.seq, rank(e), dump(encode_event(e))) for e in transaction.events],
    )
    for key, body in transaction.state.items():
        if body is None:
            connection.execute("DELETE FROM state WHERE key = ?", (key,))
        else:
            write_part(connection, key, body)
    for event in transaction.events:
        # Now it is in the journal.
        if isinstance(event, StoreFault):
            connection.execute("DELETE FROM state WHERE key = ?", (FAULT,))
        elif isinstance(event, RecordsDropped):
            connection.execute("DELETE FROM drops WHERE drop_id = ?", (event.drop_id,))
    write_alarms(connection, transaction.alarms.values(), transaction.over)
    # Before what is new: an alarm that changed in the answer's own batch still waits.
    connection.executemany(
        f"DELETE FROM outbox WHERE {_ONE_WAITING} AND revision <= ?",  # noqa: S608 (our own words)
        [(r, number_of(i), i, revision) for r, i, revision in transaction.answered],
    )
    write_waiting(connection, transaction.outbox.values())


_URGENCIES = ", ".join(str(priority.rank) for priority in Priority)
_ONE_WAITING = f"receiver = ? AND urgency IN ({_URGENCIES}) AND number = ? AND alarm_id = ?"
"""The outbox is found by its own order, whatever the urgency: no index is written for it."""


def number_of(alarm_id: str) -> int:
    """The number that an alarm's id ends in; one that is none is nobody's."""
    digits = alarm_id.rpartition("-")[2]
    return int(digits) if digits.isdecimal() and len(digits) < 19 else -1


def write_alarms(
    connection: sqlite3.Connection, alarms: Iterable[Alarm], over: Container[str]
) -> None:
    """Alarms as they are now; part of a transaction."""
    connection.executemany(
        "INSERT INTO alarms (number, alarm_id, over, body) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (number) DO UPDATE SET over = excluded.over, body = excluded.body",
        [(a.number, a.alarm_id, a.alarm_id in over, dump(encode(a))) for a in alarms],
    )


def write_waiting(connection: sqlite3.Connection, rows: Iterable[Waiting]) -> None:
    """Rows of the outbox; part of a transaction."""
    connection.executemany(
        "INSERT INTO outbox (receiver, alarm_id, urgency, number, revision) "
        "VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (receiver, urgency, number) DO UPDATE SET revision = excluded.revision",
        [(w.receiver, w.alarm_id, w.urgency, w.number, w.revision) for w in rows],
    )


def write_part(connection: sqlite3.Connection, key: str, body: Json) -> None:
    """One part of the state."""
    connection.execute(
        "INSERT INTO state (key, body) VALUES (?, ?) "
        "ON CONFLICT (key) DO UPDATE SET body = excluded.body",
        (key, dump(body)),
    )


def write_fault(connection: sqlite3.Connection, fault: Fault) -> None:
    """What happened to the database before this one, until an event tells it."""
    write_part(connection, FAULT, encode(fault))


def read_fault(connection: sqlite3.Connection) -> Fault | None:
    """The fault that no event has told yet."""
    row = connection.execute("SELECT body FROM state WHERE key = ?", (FAULT,)).fetchone()
    body = parse(row[0]) if row else None
    try:
        return None if body is None else decode(Fault, body)
    except CannotDecode:
        return None


def read_state(connection: sqlite3.Connection) -> dict[str, Json]:
    """Every part of the state.

    Raises:
        CannotDecode: one is not what was written.
    """
    parts: dict[str, Json] = {}
    for key, body in connection.execute("SELECT key, body FROM state WHERE key <> ?", (FAULT,)):
        if key.startswith(WAY_BACK):
            continue
        parsed = parse(body)
        if parsed is None:
            raise CannotDecode(f"the part {key} of the state cannot be read")
        parts[key] = parsed
    return parts


def read_mark(body: Json | None) -> datetime | None:
    """When an event was taken, or when the pipeline last marked that it lived."""
    try:
        return _moment(body["at"]) if body else None
    except (KeyError, ValueError, TypeError):
        return None


def read_last(connection: sqlite3.Connection) -> tuple[int, datetime | None]:
    """The highest number in use, and when the last event was taken."""
    row = connection.execute("SELECT seq, body FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    (alarm,) = connection.execute("SELECT coalesce(max(number), 0) FROM alarms").fetchone()
    return (alarm, None) if row is None else (max(row[0], alarm), read_mark(parse(row[1])))


def _moment(text: str) -> datetime | None:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else None


def read_kept(connection: sqlite3.Connection) -> list[Alarm]:
    """The alarms that the engine still has to do with.

    Raises:
        CannotDecode: one of them, or one that waits for a receiver, is not what was written.
    """
    kept: list[Alarm] = []
    for alarm_id, over, body in connection.execute(
        "SELECT alarm_id, over, body FROM alarms "
        "WHERE NOT over OR number IN (SELECT number FROM outbox) ORDER BY number"
    ):
        alarm = parse_alarm(body)
        if alarm is None or alarm.alarm_id != alarm_id:
            raise CannotDecode(f"the alarm {alarm_id} cannot be read")
        if not over:
            kept.append(alarm)
    return kept


def read_waiting(connection: sqlite3.Connection, receiver: str, limit: int) -> list[Waiting]:
    """Most urgent first, then oldest."""
    rows = connection.execute(
        f"{_WAITING} ORDER BY urgency, number LIMIT ?",
        (receiver, limit),
    )
    return _waitings(rows)


def read_newest_high(connection: sqlite3.Connection, receiver: str, limit: int) -> list[Waiting]:
    """The newest first."""
    rows = connection.execute(
        f"{_WAITING} AND urgency = ? ORDER BY number DESC LIMIT ?",
        (receiver, Priority.HIGH.rank, limit),
    )
    return _waitings(rows)


_WAITING = "SELECT receiver, alarm_id, urgency, number, revision FROM outbox WHERE receiver = ?"


def _waitings(rows: Iterable[tuple[str, str, int, int, int]]) -> list[Waiting]:
    return [
        Waiting(receiver=r, alarm_id=a, urgency=u, number=n, revision=v) for r, a, u, n, v in rows
    ]


def read_waits_for(connection: sqlite3.Connection, receiver: str, alarm_id: str) -> int | None:
    """The revision that waits for this receiver's answer."""
    row = connection.execute(
        f"SELECT revision FROM outbox WHERE {_ONE_WAITING}",  # noqa: S608 (our own words)
        (receiver, number_of(alarm_id), alarm_id),
    ).fetchone()
    return row[0] if row else None


def read_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """How many wait, by receiver."""
    return dict(connection.execute("SELECT receiver, count(*) FROM outbox GROUP BY receiver"))


def read_oldest_waiting(connection: sqlite3.Connection) -> datetime | None:
    """When the alarm was raised that has waited longest."""
    (number,) = connection.execute("SELECT min(number) FROM outbox").fetchone()
    row = connection.execute("SELECT body FROM alarms WHERE number = ?", (number,)).fetchone()
    alarm = parse_alarm(row[0]) if row else None
    return None if alarm is None else raised_at(alarm)


def read_alarm(connection: sqlite3.Connection, alarm_id: str) -> Alarm | None:
    """One alarm."""
    row = connection.execute(
        "SELECT body FROM alarms WHERE number = ? AND alarm_id = ?",
        (number_of(alarm_id), alarm_id),
    ).fetchone()
    return parse_alarm(row[0]) if row else None


def read_alarms(connection: sqlite3.Connection, limit: int) -> list[Alarm]:
    """The newest first."""
    rows = connection.execute("SELECT body FROM alarms ORDER BY number DESC LIMIT ?", (limit,))
    return [alarm for (body,) in rows if (alarm := parse_alarm(body)) is not None]


def parse_alarm(body: object) -> Alarm | None:
    """An alarm as it is stored; None if it is none."""
    parsed = parse(body)
    try:
        return None if parsed is None else decode(Alarm, parsed)
    except CannotDecode:
        return None


def parse(body: object) -> Json | None:
    """A JSON object as it is stored; None if it is none."""
    try:
        parsed = json.loads(body) if isinstance(body, str) else None
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None
