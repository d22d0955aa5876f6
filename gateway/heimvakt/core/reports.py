"""Which events are told upstream although they are no alarm, and what of them may be lost first.

Pure. The journal is the outbox of reports: a receiver has a place in it for each class, and what
stands behind that place waits. So a report costs nothing but the event that is written anyway.
"""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from . import events as _e
from .events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    AlarmSpared,
    ChangeDelivered,
    CommandReceived,
    DeviceEvent,
    Event,
    SummaryDelivered,
    TimerFired,
)


class ReportClass(StrEnum):
    """What an event is to a receiver that wants to be told of events."""

    INFORMATION = "information"
    """Something that a person may want to read: a dose taken, a path lost and back, a start."""
    TELEMETRY = "telemetry"
    """What sensors say, in all its length; the first to go when storage is full."""

    @property
    def rank(self) -> int:
        """After the four priorities of alarms: 4 goes before 5."""
        return 4 + list(ReportClass).index(self)


class Wanted(StrEnum):
    """How much a receiver wants to be told beside alarms."""

    NONE = "none"
    INFORMATION = "information"
    TELEMETRY = "telemetry"

    @property
    def classes(self) -> tuple[ReportClass, ...]:
        """The classes of events, the more urgent first."""
        match self:
            case Wanted.NONE:
                return ()
            case Wanted.INFORMATION:
                return (ReportClass.INFORMATION,)
            case Wanted.TELEMETRY:
                return (ReportClass.INFORMATION, ReportClass.TELEMETRY)
            case _:
                assert_never(self)


_OURS = (
    AlarmDelivered,
    AlarmSpared,
    AlarmAcknowledged,
    AlarmClosed,
    SummaryDelivered,
    ChangeDelivered,
    TimerFired,
)
"""What receivers said themselves, and what only the engine understands: never reported."""
_INFORMATION = (
    _e.BatteryMeasured,
    _e.EnrolmentFailed,
    _e.EnrolmentVerified,
    _e.TamperOpened,
    _e.TamperClosed,
    _e.LoggedEvent,
    _e.TagPresented,
    _e.LockLocked,
    _e.LockUnlocked,
    _e.LockJammed,
    _e.ContactLost,
    _e.ContactBack,
)
"""Of what devices say, what is said seldom and read by people; all else of them is telemetry."""


def report_class(event: Event) -> ReportClass | None:
    """The class of an event; None if no receiver is ever told of it."""
    if isinstance(event, _OURS):
        return None
    if isinstance(event, CommandReceived) and event.bundle is not None:
        return None  # its address may be a permission to fetch, which is not everybody's
    if isinstance(event, DeviceEvent) and not isinstance(event, _INFORMATION):
        return ReportClass.TELEMETRY
    return ReportClass.INFORMATION
