"""What a fact is: a frozen value with a stamp, entered by name among all kinds of fact."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, TypeVar, dataclass_transform

from heimvakt.core.changed import replace

from .stamp import NOT_STAMPED, Stamp

_T = TypeVar("_T")
KINDS: dict[str, type[Event]] = {}
"""Every kind of event by its name on disk (`door-opened`)."""


@dataclass_transform(kw_only_default=True, frozen_default=True)
def event(cls: type[_T]) -> type[_T]:
    """Freeze a kind of event and enter it in `KINDS`."""
    made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", cls.__name__).lower()
    made.kind = kind  # type: ignore[attr-defined]
    KINDS[kind] = made  # type: ignore[assignment]
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact in the past."""

    kind: ClassVar[str] = "event"
    v: ClassVar[int] = 1
    """Version of this kind's fields; the codec lifts older ones."""
    stamp: Stamp = NOT_STAMPED

    @property
    def seq(self) -> int:
        """The place in the journal."""
        return self.stamp.seq

    @property
    def at(self) -> datetime:
        """When it was taken, UTC."""
        return self.stamp.at


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceEvent(Event):
    """A fact that a device of the home told."""

    device_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent(DeviceEvent):
    """A fact out of the log that a device keeps itself: after a break it may be told again, and the
    engine takes it once (`records`)."""

    log: str = ""
    """Which log; another one after the device was exchanged or lost its memory. Empty: none."""
    record: int = 0
    """Its place there, growing."""
    ago_s: float = 0.0
    """How long before `at` it happened: what was told late has its own time."""


EventT = TypeVar("EventT", bound=Event)


def stamped(event: EventT, stamp: Stamp) -> EventT:
    """The same fact with its stamp."""
    return replace(event, stamp=stamp)
