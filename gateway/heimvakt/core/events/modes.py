"""What the home is set to, and by whom."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from .event import Event, event


class Mode(StrEnum):
    """What the home is set to."""

    HOME = "home"
    AWAY = "away"
    """Nobody should be in."""
    VISIT = "visit"
    """A carer is here."""
    PRIVACY = "privacy"
    """Motion sensing rests."""
    SERVICE = "service"
    """A technician is at work."""


@event
class ModeChosen(Event):
    """Somebody in front of the box sets the home to something else."""

    mode: Mode
    lasting_s: float | None = None
    """None: as long as this mode usually lasts here."""
    by: str


@event
class WalkTestTurned(Event):
    """A technician turns to a device, to try it while the home is set to service; or to none."""

    to: str | None
    """Its id; None: no device is being tried any more."""


@event
class ModeChanged(Event):
    """The home is set to something else (derived inside the engine)."""

    before: Mode
    after: Mode
    until: datetime | None
    """When it ends by itself."""
    by: str
    """Who or what did it."""
