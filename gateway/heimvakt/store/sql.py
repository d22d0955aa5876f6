"""The statements: how transactions are written to the tables and what is read back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from heimvakt.core.alarms import Alarm
from heimvakt.core.codec import CannotDecode, Json, decode, encode, encode_event
from heimvakt.core.events import Event
from heimvakt.core.ledger import Transaction, Waiting

from .salvage import Salvaged


def dump(value: Json) -> str:
    """JSON as it is stored: compact, letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


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
            connection.execute(
                "INSERT INTO state (key, body) VALUES (?, ?) "
                "ON CONFLICT (key) DO UPDATE SET body = excluded.body",
                (key, dump(body)),
            )
    for alarm in transaction.alarms.values():
        over = alarm.alarm_id in transaction.over
        connection.execute(
            "INSERT INTO alarms (number, alarm_id, over, body) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (alarm_id) DO UPDATE SET over = excluded.over, body = excluded.body",
            (alarm.number, alarm.alarm_id, over, dump(encode(alarm))),
        )
    # Before what is new: an alarm that changed in the answer's own batch still waits.
    connection.executemany(
        "DELETE FROM outbox WHERE receiver = ? AND alarm_id = ? AND revision <= ?",
        transaction.answered,
    )
    connection.executemany(
        "INSERT INTO outbox (receiver, alarm_id, urgency, number, revision) "
        "VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (receiver, alarm_id) DO UPDATE SET revision = excluded.revision",
        [
            (w.receiver, w.alarm_id, w.urgency, w.number, w.revision)
            for w in transaction.outbox.values()
        ],
    )


def _journal(connection: sqlite3.Connection, events: Iterable[Event]) -> None:
    connection.executemany(
        "INSERT INTO journal (seq, at, kind, body) VALUES (?, ?, ?, ?)",
        [(e.seq, e.at.isoformat(), e.kind, dump(encode_event(e))) for e in events],
    )


def put_back(connection: sqlite3.Connection, saved: Salvaged) -> None:
    """Fill a new database with what was saved, in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for table, columns, rows in (
            ("alarms", "number, alarm_id, over, body", saved.alarms),
            ("outbox", "receiver, alarm_id, urgency, number, revision", saved.outbox),
            ("state", "key, body", saved.state),
            ("journal", "seq, at, kind, body", saved.journal),
        ):
            marks = ", ".join("?" * (columns.count(",") + 1))
            statement = f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608
            for row in rows:
                try:
                    connection.execute(statement, row)
                except (sqlite3.IntegrityError, sqlite3.InterfaceError):
                    continue  # a row whose bytes were damaged into the wrong type
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def read_state(connection: sqlite3.Connection) -> dict[str, Json]:
    """Every part of the state; one that is no JSON is left out."""
    parts: dict[str, Json] = {}
    for key, body in connection.execute("SELECT key, body FROM state"):
        parsed = _parsed(body)
        if parsed is not None:
            parts[key] = parsed
    return parts


def read_mark(body: Json | None) -> datetime | None:
    """When the pipeline last marked that it lived."""
    try:
        return datetime.fromisoformat(body["at"]) if body else None
    except (KeyError, ValueError, TypeError):
        return None


def read_last(connection: sqlite3.Connection) -> tuple[int, datetime | None]:
    """The highest number in use, and when the last event was taken."""
    row = connection.execute("SELECT seq, at FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    (alarm,) = connection.execute("SELECT coalesce(max(number), 0) FROM alarms").fetchone()
    if row is None:
        return alarm, None
    try:
        return max(row[0], alarm), datetime.fromisoformat(row[1])
    except ValueError:
        return max(row[0], alarm), None


def read_kept(connection: sqlite3.Connection, *, with_undelivered: bool) -> list[Alarm]:
    """The alarms that the engine still has to do with.

    `with_undelivered` adds every alarm that nobody received: after damage their mark may be lost.
    """
    query = "SELECT body FROM alarms WHERE NOT over ORDER BY number"
    if with_undelivered:
        query = "SELECT body FROM alarms ORDER BY number"
    alarms = [alarm for (body,) in connection.execute(query) if (alarm := _alarm(body))]
    if with_undelivered:
        alarms = [a for a in alarms if a.state.is_open or a.delivered_at is None]
    return alarms


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
    return _alarm(row[0]) if row else None


def read_alarms(connection: sqlite3.Connection, limit: int) -> list[Alarm]:
    """The newest first."""
    rows = connection.execute("SELECT body FROM alarms ORDER BY number DESC LIMIT ?", (limit,))
    return [alarm for (body,) in rows if (alarm := _alarm(body)) is not None]


def _alarm(body: Any) -> Alarm | None:
    parsed = _parsed(body)
    try:
        return None if parsed is None else decode(Alarm, parsed)
    except CannotDecode:
        return None


def _parsed(body: Any) -> Json | None:
    try:
        parsed = json.loads(body)
    except (ValueError, TypeError):
        return None
    return parsed if isinstance(parsed, dict) else None
