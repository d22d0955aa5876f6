"""An alarm of the demo as one JSON object, with the night it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

FIELDS = (
    "alarm_id",
    "kind",
    "priority",
    "device_id",
    "room",
    "began_at",
    "raised_at",
    "delivered_at",
    "accepted_by",
    "state",
)


def alarm_line(alarm: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """The part of an alarm that a person or a comparison wants; `night` is its evening's date."""
    raised = datetime.fromisoformat(alarm["raised_at"]).astimezone(zone)
    return {
        **{field: alarm[field] for field in FIELDS},
        "night": (raised - timedelta(hours=12)).date().isoformat(),
        "text": alarm["text"]["en"],
    }
