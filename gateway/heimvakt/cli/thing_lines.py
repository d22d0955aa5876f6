"""What locks and dispensers are at, in a line each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from .times import local

BOLTS = {None: "not known yet", "locked": "locked", "unlocked": "unlocked", "stuck": "STUCK"}
FATES = {
    "taken": "taken",
    "missed": "MISSED",
    "retracted": "LOCKED AWAY",
    "unknown": "NOT KNOWN",
    "offered": "held out now",
}
"""What a dose has become, in the order in which it is told."""


def lines(status: dict[str, Any]) -> Iterator[str]:
    """The locks, then the dispensers."""
    for name, lock in status["locks"].items():
        yield _line(name, BOLTS[lock["bolt"]], lock)
    for name, dispenser in status["dispensers"].items():
        yield _line(name, _doses(dispenser, status["timezone"]), dispenser)


def _line(name: str, text: str, facts: dict[str, Any]) -> str:
    said = [text] if facts["contact"] else [text, "NO CONTACT"]
    return f"  {name:<9} {'   '.join([*said, *facts['wrong']])}"


def _doses(facts: dict[str, Any], timezone: str) -> str:
    fates = facts["fates"]
    parts = [f"{fates[fate]} {word}" for fate, word in FATES.items() if fates.get(fate)]
    text = f"doses today {facts['today']}"
    if parts:
        text += f": {', '.join(parts)}"
    if facts["next"]:
        at: datetime = local(facts["next"], timezone)
        text += f"   next {at:%a %d %b %H:%M}"
    return text
