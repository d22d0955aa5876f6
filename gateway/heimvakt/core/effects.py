"""What a rule answers with: things to be done, as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .alarms import Evidence, Priority
from .commands import Verb
from .words import Words


@dataclass(frozen=True, slots=True)
class ArmTimer:
    """Fire `name` at `at`; arming a name again moves it. Names belong to one rule."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Forget a deadline; one that is not armed is no mistake."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseAlarm:
    """Raise an alarm, or let it wait for `ConfirmAlarm` when `pending`.

    Every one that is asked for is made, also of a `key` that has an open alarm: it is the rule that
    knows what is one cause. A pre-alarm that its rule forgets is raised by the engine.
    """

    key: str
    """Which condition of the rule it is; later effects mean every alarm of this key."""
    kind: str
    priority: Priority
    began_at: datetime
    text: Words
    evidence: tuple[Evidence, ...]
    device_id: str | None = None
    thresholds: tuple[tuple[str, str], ...] = ()
    pending: bool = False


@dataclass(frozen=True, slots=True)
class ConfirmAlarm:
    """Nobody took the pre-alarm back: now it is raised."""

    key: str


@dataclass(frozen=True, slots=True)
class CancelAlarm:
    """The resident took it back."""

    key: str


@dataclass(frozen=True, slots=True)
class ResetAlarm:
    """The condition went away by itself."""

    key: str


@dataclass(frozen=True, slots=True)
class NoLonger:
    """What made the alarm is over, but whoever was told of it must look all the same: it ends only
    one that a mode has kept back, and that nobody has heard of."""

    key: str


@dataclass(frozen=True, slots=True)
class NoAlarm:
    """It came near, and this is why it is none: for whoever asks. Nothing is done about it."""

    why: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveCommand:
    """Tell a device to do something. It is tried for some seconds, and not after a restart: a rule
    that means it still says it again."""

    verb: Verb
    device_id: str
    on: bool = True
    lasting: timedelta | None = None
    dose: datetime | None = None


@dataclass(frozen=True, slots=True)
class Remind:
    """Remind those who live there, by light and sound, until `EndReminder`; repeating it changes
    nothing."""

    key: str


@dataclass(frozen=True, slots=True)
class EndReminder:
    """It is done, or too late."""

    key: str


Effect = (
    ArmTimer
    | CancelTimer
    | RaiseAlarm
    | ConfirmAlarm
    | CancelAlarm
    | ResetAlarm
    | NoLonger
    | NoAlarm
    | GiveCommand
    | Remind
    | EndReminder
)
Effects = Sequence[Effect]
