"""What the daemon says of events, thoughts and alarms, as short lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

QUIET = frozenset(
    {
        "battery-measured",
        "link-measured",
        "device-seen",
        "enrolment-verified",
        "tamper-closed",
        "timer-fired",
    }
)
STATES = {
    "raised": "goes out",
    "delivered": "the centre has it",
    "accepted": "help is coming",
    "cancelled": "taken back",
    "reset": "over by itself",
    "closed": "closed",
    "pending": "may be taken back",
    "suppressed": "kept back by a mode",
}


def clock(at: str | datetime, zone: ZoneInfo) -> str:
    """A time as the wall clock of the home shows it."""
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.astimezone(zone).strftime("%a %H:%M:%S")


def event_words(line: Mapping[str, Any]) -> str | None:
    """What happened, or None where it is not worth a line."""
    event = line["event"]
    if event["kind"] in QUIET or event["kind"].startswith("alarm-"):
        return None
    device = f" {event['device_id']}" if event.get("device_id") else ""
    return f"{event['kind'].replace('-', ' ')}{device}"


def thought_words(line: Mapping[str, Any], zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    """(rule, what it thinks) for what rules answered."""
    for thought in line["thoughts"]:
        rule = thought["rule"]
        match thought["effect"]:
            case "ArmTimer" if rule != "device-silent":
                yield rule, f"looks again at {clock(thought['at'], zone)[4:]}"
            case "CancelTimer" if line["event"]["kind"] in ("bed-entered", "button-pressed"):
                yield rule, "all is well again"
            case "RaiseAlarm":
                yield rule, f"ALARM {thought['priority']}: {thought['text']['en']}"


def alarm_words(alarm: Mapping[str, Any]) -> str:
    """An alarm in one line."""
    device = f" {alarm['device_id']}" if alarm["device_id"] else ""
    state = STATES[alarm["state"]]
    return f"{alarm['number']} {alarm['priority']} {alarm['kind']}{device}: {state}"
