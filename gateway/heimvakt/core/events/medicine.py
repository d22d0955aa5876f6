"""What a medicine dispenser tells of its doses and of itself."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from .event import LoggedEvent, event


class TakenHow(StrEnum):
    """How a dose came to be taken."""

    IN_TIME = "in-time"
    EARLY = "early"
    """Before its time, by permission."""
    TRAVEL = "travel"
    """Handed out beforehand, for days away."""


@event
class DoseOffered(LoggedEvent):
    """The dispenser holds a dose out, or unlocked it."""

    dose: datetime
    """Which one: the moment that it is planned for, UTC."""


@event
class DoseTaken(LoggedEvent):
    """Somebody took a dose out. Whether it was swallowed nobody knows."""

    dose: datetime
    how: TakenHow = TakenHow.IN_TIME


@event
class DoseMissed(LoggedEvent):
    """The window ended and the dose was still there."""

    dose: datetime


@event
class DoseRetracted(LoggedEvent):
    """A dose that was held out is locked away: nobody can take it any more."""

    dose: datetime


@event
class DispenserJammed(LoggedEvent):
    """It cannot move; nothing is given out."""

    reason: str = ""


@event
class DispenserFreed(LoggedEvent):
    """It moves again."""


@event
class DispenserLow(LoggedEvent):
    """Few doses are left in it."""

    left: int


@event
class DispenserEmpty(LoggedEvent): ...


@event
class DispenserRefilled(LoggedEvent):
    """Somebody filled it and closed it."""

    doses: int


@event
class DispenserOpened(LoggedEvent):
    """Its lid is open."""

    forced: bool = False
    """Without the key."""


@event
class DispenserClosed(LoggedEvent): ...


@event
class DispenserTilted(LoggedEvent):
    """It lies or hangs so that it cannot work."""


@event
class DispenserUpright(LoggedEvent): ...


@event
class DispenserOnBattery(LoggedEvent): ...


@event
class DispenserOnMains(LoggedEvent): ...
