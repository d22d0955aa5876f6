"""What the kernel knows of a process: its memory, its processor time, what it has written."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_KIB_IN_MIB = 1024


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory, MiB."""

    rss: float
    """All pages, those of shared libraries too."""
    pss: float | None
    """With each shared page divided among those who share it; None where it cannot be read."""
    uss: float | None
    """What would be free again if the process ended."""


def memory(pid: int) -> Memory:
    """Of a process and nobody else. Raises OSError when it is gone."""
    rss = _fields(Path(f"/proc/{pid}/status"))["VmRSS"]
    try:
        parts = _fields(Path(f"/proc/{pid}/smaps_rollup"))
    except OSError:
        return Memory(rss / _KIB_IN_MIB, None, None)
    uss = parts["Private_Clean"] + parts["Private_Dirty"]
    return Memory(rss / _KIB_IN_MIB, parts["Pss"] / _KIB_IN_MIB, uss / _KIB_IN_MIB)


def peak(pid: int) -> float:
    """The most that a process ever had resident, MiB."""
    return _fields(Path(f"/proc/{pid}/status"))["VmHWM"] / _KIB_IN_MIB


def cpu_s(pid: int) -> float:
    """Processor time of all its threads since it began, user and system; in steps of 10 ms."""
    text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    after_name = text.rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) * _TICK_S


def written_bytes(pid: int) -> int | None:
    """What it had the kernel write to storage so far, in whole pages; None where nobody says."""
    try:
        return _fields(Path(f"/proc/{pid}/io")).get("write_bytes")
    except OSError:
        return None


def _fields(path: Path) -> dict[str, int]:
    fields: dict[str, int] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        name, colon, rest = line.partition(":")
        words = rest.split()
        if colon and words and words[0].isdecimal():
            fields[name] = int(words[0])
    return fields
