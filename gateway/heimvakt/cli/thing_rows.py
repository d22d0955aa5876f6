"""What locks and dispensers are at, in a row each."""

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


def rows(status: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The locks, then the dispensers."""
    for name, lock in status["locks"].items():
        yield name, _said(BOLTS[lock["bolt"]], lock)
    for name, dispenser in status["dispensers"].items():
        yield name, _said(_doses(dispenser, status["timezone"]), dispenser)


def _said(text: str, facts: dict[str, Any]) -> str:
    said = [text] if facts["contact"] else [text, "NO CONTACT"]
    return "   ".join([*said, *facts["wrong"]])


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
