"""Make a new database out of a damaged one, and put it in its place; a cut anywhere loses nothing.

The new one is complete on the disk before the damaged one is touched. Then the damaged files are
renamed, and the new one comes last: a start that finds it finishes what was begun.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from heimvakt.core import audit_chain
from heimvakt.core.alarms import Alarm, AlarmState, Priority, Step, is_over
from heimvakt.core.events import ClockQuality
from heimvakt.core.ledger import ALIVE, Fault, Waiting
from heimvakt.core.words import Words
from heimvakt.whole import flush_folder

from . import salvage, sql
from .database import SUFFIXES
from .migrations import WAY_BACK, lay_out, migrate

ASIDE = DAMAGED, NEWER = ("damaged", "newer")
"""What the name of a file says that was set aside."""
KEPT_ASIDE = 5
"""Files that are kept for those who want to know why; the oldest goes first."""


def rebuild(path: Path, reason: str, at: datetime, *, newer: bool = False) -> None:
    """Put a new database in the place of the damaged one, with what could be read from it; or in
    the place of one that is of a newer version.

    The fault is told in the new one, until an event has taken it over.

    Raises:
        sqlite3.Error, OSError: nothing has changed (rights, disk).
    """
    new = path.with_name(path.name + ".rebuilding")
    for suffix in SUFFIXES:
        new.with_name(new.name + suffix).unlink(missing_ok=True)
    parts = [path.with_name(path.name + suffix) for suffix in SUFFIXES]
    aside = (
        _free_name(path, NEWER if newer else DAMAGED, at)
        if any(part.exists() for part in parts)
        else ""
    )
    with closing(sqlite3.connect(new, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        lay_out(connection)
        migrate(connection)
        with salvage.Wreck(path) as wreck:
            saved = _fill(connection, wreck, at)
        fault = Fault(reason=reason, set_aside=aside, saved=saved, newer=newer)
        sql.write_fault(connection, fault)
    new.rename(_rebuilt(path))
    flush_folder(path.parent)
    finish(path)


def finish(path: Path) -> None:
    """Put a new database that is complete in its place, if there is one."""
    rebuilt = _rebuilt(path)
    if not rebuilt.exists():
        return
    with closing(sqlite3.connect(rebuilt, isolation_level=None)) as connection:
        fault = sql.read_fault(connection)
    aside = fault.set_aside if fault and fault.set_aside else f"{path.name}.{DAMAGED}"
    for suffix in reversed(SUFFIXES):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(path.with_name(aside + suffix))
    flush_folder(path.parent)
    rebuilt.rename(path)
    suspicion(path).unlink(missing_ok=True)
    flush_folder(path.parent)
    _forget_oldest(path)


def suspicion(path: Path) -> Path:
    """The file that says that damage was met while the database was in use."""
    return path.with_name(path.name + ".suspect")


def has_wrecks(path: Path) -> bool:
    """Whether anything was ever set aside here."""
    return any(_aside(path))


def _rebuilt(path: Path) -> Path:
    return path.with_name(path.name + ".rebuilt")


def _aside(path: Path) -> Iterator[Path]:
    for why in ASIDE:
        yield from path.parent.glob(f"{path.name}.{why}*")


def _free_name(path: Path, why: str, at: datetime) -> str:
    base = f"{path.name}.{why}-{at:%Y%m%dT%H%M%SZ}"
    name, count = base, 1
    while any(path.with_name(name + suffix).exists() for suffix in SUFFIXES):
        count += 1
        name = f"{base}-{count}"
    return name


def _forget_oldest(path: Path) -> None:
    wrecks = sorted(
        (p for p in _aside(path) if not p.name.endswith(("-shm", "-journal"))),
        key=lambda p: p.stat().st_mtime_ns,
    )
    names = list(dict.fromkeys(p.name.removesuffix("-wal") for p in wrecks))
    for name in names[:-KEPT_ASIDE]:
        for suffix in SUFFIXES:
            path.with_name(name + suffix).unlink(missing_ok=True)


def _fill(connection: sqlite3.Connection, wreck: salvage.Wreck, at: datetime) -> str:
    """What was saved, in words. Alarms and who waits for them first."""
    connection.execute("BEGIN IMMEDIATE")
    waiting = {row for row in map(_waiting, wreck.rows(salvage.OUTBOX)) if row is not None}
    alarms: dict[int, Alarm] = {}
    for alarm in filter(None, map(_alarm, wreck.rows(salvage.ALARMS))):
        alarms[alarm.number] = max(alarm, alarms.get(alarm.number, alarm), key=_age)
    known = {alarm.alarm_id for alarm in alarms.values()}
    unknown = {w.number: w for w in waiting if w.alarm_id not in known and w.number not in alarms}
    alarms |= {number: _substitute(row, at) for number, row in unknown.items()}
    sql.write_alarms(
        connection, alarms.values(), {a.alarm_id for a in alarms.values() if is_over(a)}
    )
    sql.write_waiting(connection, [row for row in waiting if row.number in alarms])
    parts = _insert(connection, salvage.STATE, filter(_is_part, wreck.rows(salvage.STATE)))
    for table in (salvage.PLACES, salvage.DROPS, salvage.DROPPED):
        _insert(connection, table, wreck.rows(table))
    # A row that was changed is none: that it lacks is seen, and told, by whoever follows the chain.
    _insert(connection, salvage.AUDIT, filter(_is_audited, wreck.rows(salvage.AUDIT)))
    connection.execute("COMMIT")
    connection.execute("BEGIN IMMEDIATE")
    events = _insert(connection, salvage.JOURNAL, filter(_is_event, wreck.rows(salvage.JOURNAL)))
    connection.execute(
        # A place beyond all that is known would leave reports out.
        "DELETE FROM places WHERE through > (SELECT coalesce(max(seq), 0) FROM journal)"
    )
    connection.execute("COMMIT")
    told = f"{len(waiting)} undelivered of {len(alarms)} alarms, {parts} parts of the state and "
    return told + f"{events} events were saved"


def _insert(
    connection: sqlite3.Connection, table: salvage.Table, rows: Iterable[salvage.Row]
) -> int:
    count = 0
    for row in rows:
        # A row whose bytes were damaged into the wrong type is none.
        with suppress(sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.DataError):
            count += max(connection.execute(table.insert, row).rowcount, 0)
    return count


def _waiting(row: salvage.Row) -> Waiting | None:
    receiver, urgency, number, alarm_id, revision = row
    numbers = (urgency, number, revision)
    if not all(isinstance(n, int) and n >= 0 for n in numbers) or urgency >= len(Priority):
        return None
    if not isinstance(receiver, str) or not str(alarm_id).endswith(f"-{number}"):
        return None
    return Waiting(
        receiver=receiver, alarm_id=alarm_id, urgency=urgency, number=number, revision=revision
    )


def _alarm(row: salvage.Row) -> Alarm | None:
    alarm = sql.parse_alarm(row[3])
    fits = alarm is not None and alarm.alarm_id.endswith(f"-{alarm.number}")
    return alarm if fits else None


def _age(alarm: Alarm) -> tuple[int, int, bool]:
    """Of two pictures of an alarm, the later one has more to tell."""
    return len(alarm.history), alarm.revision, alarm.delivered_at is not None


def _is_part(row: salvage.Row) -> bool:
    key, body = row
    if not isinstance(key, str) or key == ALIVE or key.startswith(WAY_BACK):
        return False
    return sql.parse(body) is not None


def _is_audited(row: salvage.Row) -> bool:
    number, row_hash, body = row
    whole = isinstance(number, int) and isinstance(row_hash, str) and isinstance(body, str)
    return whole and audit_chain.is_itself(audit_chain.Row(number, row_hash, body))


def _is_event(row: salvage.Row) -> bool:
    """Whether it is whole; of one that a cut has torn there may be an older picture that is."""
    body = sql.parse(row[2])
    return body is not None and body.get("seq") == row[0]


def _substitute(row: Waiting, at: datetime) -> Alarm:
    """Nobody knows any more what it was, but somebody was to be told of something."""
    return Alarm(
        alarm_id=row.alarm_id,
        number=row.number,
        kind="store",
        priority=list(Priority)[row.urgency],
        began_at=at,
        raised_at=at,
        clock=ClockQuality.UNKNOWN,
        rule_id="store",
        rule_version=1,
        key=row.alarm_id,
        text=Words(
            nb="En alarm ble skadet før noen fikk den, og ingen vet hva den gjaldt. "
            "Se etter beboeren.",
            en="An alarm was damaged before anybody had it, and nobody knows what it was. "
            "Look after the resident.",
        ),
        state=AlarmState.RAISED,
        history=(Step(state=AlarmState.RAISED, at=at),),
        revision=row.revision,
    )
