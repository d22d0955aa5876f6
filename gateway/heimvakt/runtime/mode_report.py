"""What the home is set to, as it is told to those in front of the box."""

from __future__ import annotations

from typing import Any

from heimvakt.core.alarms import AlarmState
from heimvakt.core.state import State


def mode_facts(state: State) -> dict[str, Any]:
    """For a person, or a program."""
    now = state.mode
    kept = [a.alarm_id for a in state.alarms.values() if a.state is AlarmState.SUPPRESSED]
    return {
        "mode": now.mode,
        "since": now.since.isoformat() if now.since else None,
        "until": now.until.isoformat() if now.until else None,
        "by": now.by,
        "suppressed": kept,
    }
