"""What is stored, counted and looked through: of the life of the resident only how much it is.

Read beside a service that runs or not, and however damaged: what can be had is told, and what not.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

FILE = "heimvakt.db"
LOOK_S = 30.0
"""For each look at it: a database of 256 MiB takes a few seconds."""
STEPS = 10_000
EVENTS_MAX = 50_000

_TABLES = ("journal", "alarms", "outbox", "places", "state", "drops", "dropped", "audit")


def figures(state: Path, monotonic: Callable[[], float]) -> dict[str, Any]:
    """Of the database in this folder."""
    path = state / FILE
    if not path.exists():
        return {"there": False}
    looks: dict[str, Callable[[sqlite3.Connection], Any]] = {
        "integrity": _integrity,
        "version": lambda db: db.execute("PRAGMA user_version").fetchone()[0],
        "pages": lambda db: db.execute("PRAGMA page_count").fetchone()[0],
        "free_pages": lambda db: db.execute("PRAGMA freelist_count").fetchone()[0],
        "journal_mode": lambda db: db.execute("PRAGMA journal_mode").fetchone()[0],
        "rows": _rows,
        "outbox": _outbox,
        "places": lambda db: [list(row) for row in db.execute("SELECT * FROM places LIMIT 100")],
        "dropped": lambda db: dict(db.execute("SELECT what, count FROM dropped").fetchall()),
        "events": _events_by_kind,
        "alarms": _alarms_by_kind,
    }
    return {"there": True, **{n: _looked(path, look, monotonic) for n, look in looks.items()}}


def events(state: Path, days: int, now: datetime) -> Iterator[str]:
    """What was journalled in the last days, the newest first; only so much of it."""
    since = now - timedelta(days=days)
    with closing(_opened(state / FILE)) as db:
        rows = db.execute("SELECT body FROM journal ORDER BY seq DESC LIMIT ?", (EVENTS_MAX,))
        for (body,) in rows:
            if datetime.fromisoformat(json.loads(body)["at"]) < since:
                return
            yield body


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5.0)


def _looked(
    path: Path, look: Callable[[sqlite3.Connection], Any], monotonic: Callable[[], float]
) -> Any:
    ends_at = monotonic() + LOOK_S
    try:
        with closing(_opened(path)) as db:
            db.set_progress_handler(lambda: monotonic() > ends_at, STEPS)
            return look(db)
    except (sqlite3.Error, OSError, ValueError, KeyError, TypeError) as error:
        return f"could not be had: {type(error).__name__}: {error}"


def _integrity(db: sqlite3.Connection) -> list[str]:
    return [str(row[0]) for row in db.execute("PRAGMA quick_check(20)")]


def _rows(db: sqlite3.Connection) -> dict[str, int]:
    return {
        table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - of ours
        for table in _TABLES
    }


def _outbox(db: sqlite3.Connection) -> list[Mapping[str, Any]]:
    rows = db.execute(
        "SELECT receiver, urgency, count(*), min(number), max(number) FROM outbox GROUP BY 1, 2"
    )
    names = ("receiver", "urgency", "waiting", "first", "last")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _events_by_kind(db: sqlite3.Connection) -> dict[str, Any]:
    """In all, so that no day and no hour can be told."""
    first, last = db.execute("SELECT min(seq), max(seq) FROM journal").fetchone()
    kinds = db.execute("SELECT json_extract(body, '$.kind'), count(*) FROM journal GROUP BY 1")
    return {"first": first, "last": last, "kinds": dict(kinds.fetchall())}


def _alarms_by_kind(db: sqlite3.Connection) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for (body,) in db.execute("SELECT body FROM alarms"):
        alarm = json.loads(body)
        counted[f"{alarm.get('priority')} {alarm.get('kind')}: {alarm.get('state')}"] += 1
    return dict(counted)
