"""What a device can be told to do, and how a driver says that it could not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Verb(StrEnum):
    """The commands that a driver may get."""

    LIGHT = "light"
    """Switch a light or a plug; `on` says which way."""
    SIREN = "siren"
    """Sound, for `lasting`; a siren ends by itself also when the gateway is gone."""
    SILENCE = "silence"
    """End what `siren` began."""
    IDENTIFY = "identify"
    """Blink or beep for a moment, so that a person finds it."""
    LOCK = "lock"
    UNLOCK = "unlock"
    RELEASE_DOSE = "release-dose"
    """Hand a dose out before its time, to be taken early or away from home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing to be done by one device, once."""

    command_id: str
    verb: Verb
    device_id: str
    on: bool = True
    lasting: timedelta | None = None
    """For how long; None: until told otherwise."""
    dose: datetime | None = None
    """Which dose: the moment that it is planned for, UTC."""
    travel: bool = False
    """The dose is for a time away from home."""
    within: timedelta | None = None
    """It is given up after this: whoever ordered it waits for the result. None: a rule asks."""


class CommandFailed(Exception):
    """The device did not do it, or said that it could not.

    Attributes:
        certain: whether it is known that nothing was done.
    """

    def __init__(self, reason: str, *, certain: bool = True) -> None:
        super().__init__(reason)
        self.certain = certain
