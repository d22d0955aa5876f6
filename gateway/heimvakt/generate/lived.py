"""What a life is made of, as values: where somebody is, what he does, what should be told of it.

Local time without a zone: a person lives by the clock on the wall.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Room(StrEnum):
    """Where somebody can be."""

    BEDROOM = "bedroom"
    BATHROOM = "bathroom"
    KITCHEN = "kitchen"
    LIVING = "living"
    HALL = "hall"
    OUT = "out"


class Doing(StrEnum):
    """What somebody does, as far as sensors can tell."""

    SLEEPS = "sleeps"
    """In bed."""
    SITS = "sits"
    """In a chair: little movement."""
    IS_UP = "is-up"
    COOKS = "cooks"
    LIES = "lies"
    """On the floor: no movement at all."""
    IS_OUT = "is-out"


class Deed(StrEnum):
    """What somebody does in a moment."""

    CALLS = "calls"
    """Presses the button that he wears."""
    FALLS = "falls"
    SETS_AWAY = "sets-away"
    """Tells the home that nobody will be in."""


class Happened(StrEnum):
    """What somebody should hear of."""

    WANDERING = "wandering"
    """Up at night for long, and about."""
    LEFT_AT_NIGHT = "left-at-night"
    FALL = "fall"
    """And lies there."""
    FALL_IN_BATHROOM = "fall-in-bathroom"
    FALL_AT_NIGHT = "fall-at-night"
    """Out of bed, and lies there."""
    CALLED = "called"
    LONG_IN_BATHROOM = "long-in-bathroom"
    NOT_UP = "not-up"
    DOOR_LEFT_OPEN = "door-left-open"
    AWAY_UNTOLD = "away-untold"
    """Away for days, and the home does not know."""
    DOSE_MISSED = "dose-missed"
    VISIT_MISSED = "visit-missed"
    DEVICE_DEAD = "device-dead"
    BATTERY_LOW = "battery-low"
    CLOCK_WRONG = "clock-wrong"
    MAINS_LOST = "mains-lost"


@dataclass(frozen=True, slots=True)
class Stay:
    """In one room, doing one thing."""

    begin: datetime
    end: datetime
    room: Room
    doing: Doing
    door_stays_open: bool = False
    """Out of the home: the door is not closed behind him."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Something that an alarm should have come of."""

    what: Happened
    begin: datetime
    end: datetime
    device_id: str | None = None
    """Of what it is true, where that is a device."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody else was there."""

    begin: datetime
    end: datetime
    with_key: bool = False
    """A carer, whose key the home knows."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something was done."""

    at: datetime
    what: Deed
    lasting: timedelta = timedelta()
    """Of what is chosen: for how long."""


Lived = Stay | Truth | Visit | Moment
