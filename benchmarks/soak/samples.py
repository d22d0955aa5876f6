"""What is looked at every few minutes of the home, and where it is written."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks import proc

MIB = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One look at the daemon and its files."""

    home_h: float
    """Hours of the home since it began."""
    real_s: float
    life: int
    """Which process it is, from 1 on."""
    age_s: float
    """Real time since that was ready."""
    rss_mib: float
    pss_mib: float | None
    uss_mib: float | None
    fds: int
    threads: int
    tasks: int
    cpu_s: float
    written_bytes: int | None
    db_bytes: int
    wal_bytes: int
    other_bytes: int
    """All else in the state folder."""
    log_bytes: int
    """What this life has written to its log."""
    seq: int | None
    """Newest event, as the daemon says; None: it did not answer at this moment."""
    alarms_waiting: int | None
    reports_waiting: int | None
    trouble: str
    """The fault that is on; empty: none."""


def looked(pid: int, state: Path) -> dict[str, Any]:
    """What the kernel and the disk say. Raises OSError when the process is gone."""
    memory = proc.memory(pid)
    sizes = {path.name: _size(path) for path in state.iterdir()}
    db, wal = sizes.pop("heimvakt.db", 0), sizes.pop("heimvakt.db-wal", 0)
    return {
        "rss_mib": round(memory.rss, 3),
        "pss_mib": None if memory.pss is None else round(memory.pss, 3),
        "uss_mib": None if memory.uss is None else round(memory.uss, 3),
        "fds": _count(Path(f"/proc/{pid}/fd")),
        "threads": _count(Path(f"/proc/{pid}/task")),
        "cpu_s": proc.cpu_s(pid),
        "written_bytes": proc.written_bytes(pid),
        "db_bytes": db,
        "wal_bytes": wal,
        "other_bytes": sum(sizes.values()),
    }


def _count(folder: Path) -> int:
    return sum(1 for _ in folder.iterdir())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


class Book:
    """Lines of JSON, flushed one by one: what ran is there however it ends."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")

    def sample(self, sample: Sample) -> None:
        """One look."""
        self._write({"what": "sample", **asdict(sample)})

    def note(self, what: str, **fields: object) -> None:
        """Something that happened."""
        self._write({"what": what, **fields})

    def _write(self, record: dict[str, Any]) -> None:
        self._file.write(json.dumps(record, default=_text) + "\n")
        self._file.flush()


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
