"""What is said of somebody who is out of bed at night."""

from __future__ import annotations

from datetime import timedelta

from heimvakt.core.events import DoorOpened, MotionDetected
from heimvakt.core.words import Words, spell_duration


def not_back(limit: timedelta) -> Words:
    """Not in bed again in time, whatever else was seen."""
    within = spell_duration(limit.total_seconds())
    return Words(
        nb=f"Ute av sengen om natten og ikke tilbake innen {within.nb}.",
        en=f"Out of bed at night and not back within {within.en}.",
    )


def seen_elsewhere(sign: DoorOpened | MotionDetected) -> Words:
    """The sign by which it is known that he is up."""
    if isinstance(sign, DoorOpened):
        return Words(
            nb=f"Ute av sengen om natten, og døren {sign.device_id} ble åpnet.",
            en=f"Out of bed at night, and the door {sign.device_id} was opened.",
        )
    return Words(
        nb=f"Ute av sengen om natten, og bevegelse ved {sign.device_id}.",
        en=f"Out of bed at night, and movement at {sign.device_id}.",
    )
