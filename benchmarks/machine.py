"""On what a run was made: without it a figure says nothing."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The machine, the moment, and the versions."""

    at: str
    processor: str
    cores: int
    kernel: str
    python: str
    file_system: str
    """Under the folder in which databases lay."""
    broker: str
    load_before: float
    """Others' work in the minute before the run, in cores."""
    zigpy: str
    zigpy_znp: str
    peer: str
    """zigbee2mqtt's version, or why it is not there."""


def describe(folder: Path, *, broker: str, peer: str) -> Machine:
    """This machine, now."""
    return Machine(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        kernel=platform.release(),
        python=platform.python_version(),
        file_system=_file_system(folder),
        broker=broker,
        load_before=os.getloadavg()[0],
        zigpy=version("zigpy"),
        zigpy_znp=version("zigpy-znp"),
        peer=peer,
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _file_system(folder: Path) -> str:
    """The kind of the mount that holds the folder: the longest one above it."""
    best, kind = "", "unknown"
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return kind
    for line in mounts:
        _, where, what, *_ = line.split()
        if folder.resolve().is_relative_to(where) and len(where) >= len(best):
            best, kind = where, what
    return kind
