"""A sensor that says the same for longer than anybody stays in bed: it lives, and is stuck.

Pure. Told apart from a silent one: a state counts only while its device is heard, and is judged
when the device speaks, never by time alone. Two kinds of sensors:

- a door, a bed and a chair say a state once and hold it until they say the other one. One that
  says it again without the other between has moved: what lay between was lost, and it begins anew;
- movement and presses are said again and again. Stuck is what never rests: no end, and no pause
  of `LULL` either. A motion sensor that has never told an end cannot be told from a busy room.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .devices import Device, Role
from .events import (
    BedEntered,
    BedLeft,
    ButtonHeld,
    ButtonPressed,
    ChairEntered,
    ChairLeft,
    DeviceEvent,
    DoorClosed,
    DoorOpened,
    MotionCleared,
    MotionDetected,
)

STUCK_AFTER: Mapping[Role, timedelta] = {
    Role.DOOR: timedelta(days=3),  # a window in summer is open for days
    Role.BED: timedelta(hours=36),  # a night, a day in bed with a fever, and most of the next night
    Role.CHAIR: timedelta(hours=36),
    Role.MOTION: timedelta(hours=12),
    Role.BUTTON: timedelta(hours=12),
}
"""Roles that are not here have no state that could be stuck: smoke for a day is a fire."""

NEVER = timedelta.max
REPEATING = frozenset({Role.MOTION, Role.BUTTON})
"""They say it again and again for as long as it is so."""

LULL = timedelta(hours=2)
"""What hangs says so with each check-in, every 50 min with the sensors of the field recordings."""

_END = (DoorClosed, BedLeft, ChairLeft, MotionCleared)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A state that a device has told, and not its end."""

    since: datetime
    said_at: datetime
    """When it was last told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What is known of the state of one device."""

    now: Held | None = None
    ends: bool = False
    """Whether it has ever told the end of a state."""
    unsure: bool = False
    """It may have said something unheard since then: when it tells the same, that is no news."""


NOTHING_HELD = Hold()
_EMPTY = Hold(ends=True)


def follow(before: Hold, event: DeviceEvent) -> Hold:
    """The state after `event`."""
    if isinstance(event, _END):
        return _EMPTY
    held, at = before.now, event.at
    match event:
        case DoorOpened() | BedEntered() | ChairEntered():
            begins = not before.unsure
        case MotionDetected() | ButtonPressed() | ButtonHeld():
            begins = held is not None and at - held.said_at > LULL
        case _:
            return before
    since = at if held is None or begins else held.since
    return Hold(now=Held(since=since, said_at=at), ends=before.ends)


def stuck_limit(device: Device) -> timedelta:
    """How long it may say the same."""
    return device.stuck_after or STUCK_AFTER.get(device.role, NEVER)


def stuck_since(device: Device, hold: Hold, at: datetime) -> datetime | None:
    """Since when a device that speaks now has said the same, if that is for too long."""
    held = hold.now
    if held is None or at - held.since < stuck_limit(device):
        return None
    rests = device.role in REPEATING and at - held.said_at > LULL
    unknown = device.role is Role.MOTION and not hold.ends
    return None if rests or unknown else held.since


def later(hold: Hold, by: timedelta) -> Hold:
    """The same when the clock was set."""
    if hold.now is None:
        return hold
    now = Held(since=hold.now.since + by, said_at=hold.now.said_at + by)
    return replace(hold, now=now)


def unheard(hold: Hold, gap: timedelta) -> Hold:
    """The same at the end of a time in which nothing was heard, which counts for nothing."""
    return replace(later(hold, gap), unsure=True) if hold.now else hold
