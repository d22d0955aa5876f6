"""What is remembered of the radio over restarts: which port it is at, and how it answered.

One small file. Losing it costs a question to the stick at the next start, so one that cannot be
read counts as empty.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from heimvakt.whole import put_whole
from heimvakt_drivers.zigbee.sticks.sticks import FAMILIES, Family

FILE = "radio.json"
VERSION = 1

log = structlog.get_logger(__name__)

Line = Mapping[str, int | str | None]
"""How the serial line is set, in zigpy's words; empty: as the family has it by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a radio is and what it is: what is needed to open it."""

    port: str
    family: Family
    line: Line = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The content of the file."""

    answered: Place | None = None
    """What was found out by asking."""
    swapped: tuple[str, str] | None = None
    """The port that the configuration named when the radio was swapped, and the one it is at."""


def read_memory(folder: Path) -> Memory:
    """What was written last; nothing where that cannot be read."""
    try:
        stored = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Memory()
    if not isinstance(stored, dict) or stored.get("v") != VERSION:
        return Memory()
    return Memory(answered=_answered(stored.get("answered")), swapped=_pair(stored.get("swapped")))


def write_memory(folder: Path, memory: Memory) -> None:
    """Keep it. What cannot be written is logged: it is found out again."""
    known = memory.answered
    content = {
        "v": VERSION,
        "answered": known
        and {"port": known.port, "family": known.family, "line": dict(known.line)},
        "swapped": memory.swapped,
    }
    try:
        put_whole(folder / FILE, json.dumps(content).encode())
    except OSError as error:
        log.warning("what the radio is could not be noted", path=str(folder), error=str(error))


def _answered(stored: object) -> Place | None:
    match stored:
        case {"port": str(port), "family": str(family), "line": dict(line)}:
            known = next((f for f in FAMILIES if f == family), None)
            return known and Place(port=port, family=known, line=line)
        case _:
            return None


def _pair(stored: object) -> tuple[str, str] | None:
    match stored:
        case [str(configured), str(now)]:
            return configured, now
        case _:
            return None
