"""Somebody is heard as people are: by two sensors, since one alone may be wrong."""

from __future__ import annotations

from datetime import datetime

from heimvakt.core.events import BedLeft, Event, MotionDetected

from .homes import Desk

_HALL, _BED = MotionDetected(device_id="hall"), BedLeft(device_id="bed")


def seen(desk: Desk, event: Event = _HALL, *, at: datetime | None = None) -> None:
    """Tell of something that somebody did, with another sensor that tells of him too."""
    desk.tell(_HALL if getattr(event, "device_id", "") == "bed" else _BED, at=at)
    desk.tell(event)
