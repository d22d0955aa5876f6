"""Phrases that several rules about devices have in common."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from heimvakt.core.devices import Device
from heimvakt.core.events import TimerFired
from heimvakt.core.words import Words, spell_duration

LATE = timedelta(minutes=1)
"""A deadline that comes later than this was waited for by nobody."""
NOTHING = Words(nb="", en="")
"""To be put behind a sentence that nothing has to be added to."""
MINUTE_S, HOUR_S, DAY_S = 60.0, 3_600.0, 86_400.0


def whereabouts(device: Device) -> str:
    """A device and its room, to be put into a sentence in any language."""
    return f"{device.device_id} ({device.room})" if device.room else device.device_id


def blind_words(rules: Sequence[str]) -> Words:
    """A sentence about the rules that cannot see any more, to be put behind another; or nothing."""
    if not rules:
        return NOTHING
    names = ", ".join(rules)
    return Words(
        nb=f" Uten den ser disse reglene ikke: {names}.",
        en=f" Without it these rules are blind: {names}.",
    )


def unheard_words(device_id: str) -> Words:
    """A sentence to be put behind another: what it says of this device is not known to be so."""
    return Words(
        nb=f" {device_id} kan ikke høres nå.", en=f" {device_id} cannot be heard at the moment."
    )


def late_words(event: TimerFired) -> Words:
    """A sentence about a deadline that came late, as after a time without power; or nothing."""
    return told_late_by(event.at - event.due)


def told_late_by(late: timedelta) -> Words:
    """A sentence about something that should have been told so long ago; or nothing."""
    if late < LATE:
        return NOTHING
    by = spell_about(late.total_seconds())
    return Words(
        nb=f" Varslet {by.nb} for sent: sentralen i boligen var av.",
        en=f" Told {by.en} late: the gateway was off.",
    )


def spell_about(seconds: float) -> Words:
    """A duration that nobody knows to the minute: `50 min`, `4 h 30 min`, `12 h`, `3 days`."""
    if seconds >= 2 * DAY_S:
        days = round(seconds / DAY_S)
        return Words(nb=f"{days} døgn", en=f"{days} days")
    for below_s, step_s in ((MINUTE_S, 5.0), (10 * MINUTE_S, MINUTE_S), (HOUR_S, 5 * MINUTE_S)):
        if seconds < below_s:
            return spell_duration(max(round(seconds / step_s), 1) * step_s)
    step_s = HOUR_S / 2 if seconds < 10 * HOUR_S else HOUR_S
    return spell_duration(round(seconds / step_s) * step_s)
