"""What a daemon that is not running has on disk, and what its journal says must be there."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heimvakt.app import catalogue
from heimvakt.config.loader import load
from heimvakt.core.codec import decode_event, encode, encode_tagged
from heimvakt.core.engine import step
from heimvakt.core.events import Event
from heimvakt.core.ledger import ALIVE
from heimvakt.core.snapshot import changes
from heimvakt.core.state import State

Record = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The database at one moment."""

    journal: Mapping[int, Record]
    """By sequence number."""
    alarms: Mapping[str, Record]
    rows: Mapping[str, Record]
    """The parts of the state, without the mark of life."""
    waiting: frozenset[str]
    """Alarm ids in the outbox."""
    answered_to: int = 0
    """Up to this number the receivers have answered for reports, as far as that was written."""

    @property
    def last_seq(self) -> int:
        return max(self.journal, default=0)

    def of_kind(self, kind: str) -> list[Record]:
        """The events of one kind, in order."""
        return [event for event in self.journal.values() if event["kind"] == kind]


def kept(database: Path) -> Kept:
    """Read a copy: opening the file itself would do some of the daemon's recovery for it."""
    with tempfile.TemporaryDirectory(prefix="hv-kept-") as folder:
        copy = Path(folder) / "copy.db"
        for suffix in ("", "-wal"):
            part = database.with_name(database.name + suffix)
            if part.exists():
                shutil.copyfile(part, copy.with_name(copy.name + suffix))
        with closing(sqlite3.connect(copy)) as connection:
            (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
            assert verdict == "ok"
            if not connection.execute(
                "SELECT 1 FROM sqlite_master WHERE name='journal'"
            ).fetchone():
                return Kept(journal={}, alarms={}, rows={}, waiting=frozenset())
            rows = dict(connection.execute("SELECT key, body FROM state"))
            return Kept(
                journal={
                    seq: json.loads(body)
                    for seq, body in connection.execute(
                        "SELECT seq, body FROM journal ORDER BY seq"
                    )
                },
                alarms={
                    alarm_id: json.loads(body)
                    for alarm_id, body in connection.execute("SELECT alarm_id, body FROM alarms")
                },
                rows={key: json.loads(body) for key, body in rows.items() if key != ALIVE},
                waiting=frozenset(i for (i,) in connection.execute("SELECT alarm_id FROM outbox")),
                answered_to=max(
                    (n for (n,) in connection.execute("SELECT through FROM places")), default=0
                ),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What the engine makes of the journal up to and with one event."""

    event: Event
    state: State
    initial: Mapping[str, Record]
    """Rows of rules that have seen nothing yet; no store need hold them."""
    alarms: Mapping[str, Record]
    """Every alarm so far, as it is now."""

    @property
    def rows(self) -> dict[str, Record]:
        """The parts of the state as the store would have them."""
        rows = changes(State(), self.state)
        return {key: body for key, body in rows.items() if body is not None}


def replay(journal: Mapping[int, Record], configuration: Path) -> Iterator[Replayed]:
    """Play a journal from an empty home, event by event: pure, and with no store in between."""
    loaded = load(configuration, catalogue()).configuration
    assert loaded is not None
    home, state = loaded.to_home(), State()
    initial = {f"rule:{i}": encode_tagged(rule.initial) for i, rule in home.rules.items()}
    alarms: dict[str, Record] = {}
    for record in journal.values():
        event = decode_event(record)
        outcome = step(home, state, event)
        state = outcome.state
        alarms |= {alarm.alarm_id: encode(alarm) for alarm in outcome.changed}
        yield Replayed(event=event, state=state, initial=initial, alarms=dict(alarms))
