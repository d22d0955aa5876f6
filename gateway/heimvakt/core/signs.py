"""What those who live there are shown: how their alarm is doing, or what else they must know now.

Pure. Of alarms only those are shown that somebody in the home may wait for: high ones. They go
before all else. That all is well is shown only while a call for help would be heard in the home,
and would get out of it. How each sign looks and sounds is said in `patterns`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .alarms import Alarm, AlarmState, Priority
from .devices import CALLS_FOR_HELP, Home
from .health import Supervised

CUT_OFF_AFTER_S = 60.0
"""No path has been good for so long. Found within 100 s, so that it is shown within 3 min."""
NOT_HEARD_AFTER = timedelta(seconds=60)
"""A radio has been lost for so long; one that is pulled and put back at once is nobody's worry."""
SHOWN_FOR = timedelta(hours=1)
"""Who accepted an alarm may never close it: the sign does not stay for that."""
CANCELLED_FOR = timedelta(seconds=6)
"""Long enough to look up from the button."""
TURN = timedelta(seconds=30)
"""A reminder and something that is wrong are shown in turns of this length: neither hides the
other for longer, and none of them is told later than it must be."""


class Sign(StrEnum):
    """One at a time."""

    CONNECTED = "connected"
    PRIVACY = "privacy"
    """Motion sensing rests; a button is heard."""
    FAULT = "fault"
    """Something needs a technician; calls for help are heard."""
    NO_CONNECTION = "no-connection"
    """No alarm can get through now."""
    NOT_HEARD = "not-heard"
    """A button or a detector would not be heard now."""
    REMINDER = "reminder"
    """There is something to be done: a medicine to be taken."""
    CAN_BE_CANCELLED = "can-be-cancelled"
    """A press is stored, and goes out unless it is taken back."""
    CANCELLED = "cancelled"
    """It was taken back: nobody comes."""
    ALARM_TAKEN = "alarm-taken"
    """It is stored, and on its way."""
    ALARM_DELIVERED = "alarm-delivered"
    """A receiver's system has it."""
    HELP_COMING = "help-coming"
    """A person has it."""


_OF = {
    AlarmState.PENDING: Sign.CAN_BE_CANCELLED,
    AlarmState.RAISED: Sign.ALARM_TAKEN,
    AlarmState.DELIVERED: Sign.ALARM_DELIVERED,
    AlarmState.ACCEPTED: Sign.HELP_COMING,
}
_LEAST_FIRST = tuple(_OF)


def unheard(home: Home, supervised: Supervised) -> frozenset[str]:
    """The devices that cannot be heard now: silent ones, and all that a lost radio listens to."""
    return frozenset(
        device_id
        for device_id, device in home.devices.items()
        if device.driver in supervised.lost
        or (
            (health := supervised.devices.get(device_id)) is not None
            and (health.silent or health.no_contact)
        )
    )


def is_deaf(home: Home, supervised: Supervised, now: datetime) -> bool:
    """Whether something that calls for help would not be heard."""
    callers = {i for i, device in home.devices.items() if device.role in CALLS_FOR_HELP}
    lost = {name for name, since in supervised.lost.items() if now - since >= NOT_HEARD_AFTER}
    return any(
        home.devices[i].driver in lost
        or supervised.devices[i].silent
        or supervised.devices[i].no_contact
        for i in callers
        if i in supervised.devices
    )


def is_faulty(home: Home, supervised: Supervised, now: datetime) -> bool:
    """Whether something is broken, or without power, for longer than it takes to put it right."""
    lost = {name for name, since in supervised.lost.items() if now - since >= NOT_HEARD_AFTER}
    mains_lost = supervised.mains_lost
    return (
        bool(lost)
        or (mains_lost is not None and now - mains_lost >= NOT_HEARD_AFTER)
        or any(
            health.silent or health.no_contact
            for device_id, health in supervised.devices.items()
            if device_id in home.devices
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What beside the alarms decides what is shown."""

    cut_off_s: float | None = None
    """For how long no path has been good; None while one is."""
    deaf: bool = False
    """A button or a detector would not be heard."""
    faulty: bool = False
    reminded: bool = False
    private: bool = False
    """Motion sensing rests."""


def sign(alarms: Iterable[Alarm], now: datetime, here: Circumstances) -> Sign:
    """What should be shown now. Of several alarms the one that has come least far counts."""
    mine = [alarm for alarm in alarms if alarm.priority is Priority.HIGH]
    states = [alarm.state for alarm in mine if alarm.state in _OF and _is_shown(alarm, now)]
    cut_off = here.cut_off_s is not None and here.cut_off_s >= CUT_OFF_AFTER_S
    if states:
        least = _OF[min(states, key=_LEAST_FIRST.index)]
        # What a receiver has, it has; only what is still on its way may be kept up.
        return Sign.NO_CONNECTION if cut_off and least is Sign.ALARM_TAKEN else least
    if any(_was_just_cancelled(alarm, now) for alarm in mine):
        return Sign.CANCELLED
    wrong = Sign.NO_CONNECTION if cut_off else Sign.NOT_HEARD if here.deaf else None
    if here.reminded and (wrong is None or _is_turn_of_reminder(now)):
        return Sign.REMINDER
    if wrong is not None:
        return wrong
    if here.faulty:
        return Sign.FAULT
    return Sign.PRIVACY if here.private else Sign.CONNECTED


def _is_shown(alarm: Alarm, now: datetime) -> bool:
    if alarm.state in (AlarmState.PENDING, AlarmState.RAISED):
        return True
    return now - alarm.history[-1].at < SHOWN_FOR


def _was_just_cancelled(alarm: Alarm, now: datetime) -> bool:
    last = alarm.history[-1] if alarm.history else None
    return (
        last is not None
        and last.state is AlarmState.CANCELLED
        and timedelta() <= now - last.at < CANCELLED_FOR
    )


def _is_turn_of_reminder(now: datetime) -> bool:
    return int(now.timestamp() // TURN.total_seconds()) % 2 == 0
