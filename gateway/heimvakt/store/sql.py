"""The statements: how transactions are written to the tables and what is read back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Container, Iterable
from datetime import datetime

from heimvakt.core.alarms import Alarm
from heimvakt.core.codec import CannotDecode, Json, decode, encode, encode_event
from heimvakt.core.events import Event, StoreFault
from heimvakt.core.ledger import Fault, Transaction, Waiting

FAULT = "fault:store"
"""The row of the state with a fault that no event has told yet."""


def dump(value: Json) -> str:
    """JSON as it is stored: compact, letters as they are where they are letters."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, out of somebody's broken message
        return json.dumps(value, separators=(",", ":"))
    return text


def write(connection: sqlite3.Connection, transaction: Transaction) -> None:
    """One transaction; commits and flushes before it returns, or rolls back and raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        _write_all(connection, transaction)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _write_all(connection: sqlite3.Connection, transaction: Transaction) -> None:
    _journal(connection, transaction.events)
    for key, body in transaction.state.items():
        if body is None:
            connection.execute("DELETE FROM state WHERE key = ?", (key,))
        else:
            write_part(connection, key, body)
    if any(event.kind == StoreFault.kind for event in transaction.events):
        connection.execute("DELETE FROM state WHERE key = ?", (FAULT,))  # now it is in the journal
    write_alarms(connection, transaction.alarms.values(), transaction.over)
    # Before what is new: an alarm that changed in the answer's own batch still waits.
    connection.executemany(
        "DELETE FROM outbox WHERE receiver = ? AND alarm_id = ? AND revision <= ?",
        transaction.answered,
    )
    write_waiting(connection, transaction.outbox.values())


def write_alarms(
    connection: sqlite3.Connection, alarms: Iterable[Alarm], over: Container[str]
) -> None:
    """Alarms as they are now; part of a transaction."""
    connection.executemany(
        "INSERT INTO alarms (number, alarm_id, over, body) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (alarm_id) DO UPDATE SET over = excluded.over, body = excluded.body",
        [(a.number, a.alarm_id, a.alarm_id in over, dump(encode(a))) for a in alarms],
    )


def write_waiting(connection: sqlite3.Connection, rows: Iterable[Waiting]) -> None:
    """Rows of the outbox; part of a transaction."""
    connection.executemany(
        "INSERT INTO outbox (receiver, alarm_id, urgency, number, revision) "
        "VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (receiver, alarm_id) DO UPDATE SET revision = excluded.revision",
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


def _journal(connection: sqlite3.Connection, events: Iterable[Event]) -> None:
    connection.executemany(
        "INSERT INTO journal (seq, at, kind, body) VALUES (?, ?, ?, ?)",
        [(e.seq, e.at.isoformat(), e.kind, dump(encode_event(e))) for e in events],
    )


def read_state(connection: sqlite3.Connection) -> dict[str, Json]:
    """Every part of the state.

    Raises:
        CannotDecode: one is not what was written.
    """
    parts: dict[str, Json] = {}
    for key, body in connection.execute("SELECT key, body FROM state WHERE key <> ?", (FAULT,)):
        parsed = parse(body)
        if parsed is None:
            raise CannotDecode(f"the part {key} of the state cannot be read")
        parts[key] = parsed
    return parts


def read_mark(body: Json | None) -> datetime | None:
    """When the pipeline last marked that it lived."""
    try:
        return _moment(body["at"]) if body else None
    except (KeyError, ValueError, TypeError):
        return None


def read_last(connection: sqlite3.Connection) -> tuple[int, datetime | None]:
    """The highest number in use, and when the last event was taken."""
    row = connection.execute("SELECT seq, at FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    (alarm,) = connection.execute("SELECT coalesce(max(number), 0) FROM alarms").fetchone()
    if row is None:
        return alarm, None
    try:
        return max(row[0], alarm), _moment(row[1])
    except ValueError:
        return max(row[0], alarm), None


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
        "WHERE NOT over OR alarm_id IN (SELECT alarm_id FROM outbox) ORDER BY number"
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
        "SELECT receiver, alarm_id, urgency, number, revision FROM outbox "
        "WHERE receiver = ? ORDER BY urgency, number LIMIT ?",
        (receiver, limit),
    )
    return [
        Waiting(receiver=r, alarm_id=a, urgency=u, number=n, revision=v) for r, a, u, n, v in rows
    ]


def read_waits_for(connection: sqlite3.Connection, receiver: str, alarm_id: str) -> int | None:
    """The revision that waits for this receiver's answer."""
    row = connection.execute(
        "SELECT revision FROM outbox WHERE receiver = ? AND alarm_id = ?", (receiver, alarm_id)
    ).fetchone()
    return row[0] if row else None


def read_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """How many wait, by receiver."""
    return dict(connection.execute("SELECT receiver, count(*) FROM outbox GROUP BY receiver"))


def read_alarm(connection: sqlite3.Connection, alarm_id: str) -> Alarm | None:
    """One alarm."""
    row = connection.execute("SELECT body FROM alarms WHERE alarm_id = ?", (alarm_id,)).fetchone()
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
