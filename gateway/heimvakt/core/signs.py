"""What those who live there are shown of their alarm: taken, delivered, help coming, no connection.

Pure. Only what somebody in the home may wait for is shown: high alarms. That all is well is shown
only while a call for help would be heard in the home, and would get out of it.
"""

from __future__ import annotations

from collections.abc import Iterable
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


class Sign(StrEnum):
    """One at a time."""

    CONNECTED = "connected"
    NO_CONNECTION = "no-connection"
    """No alarm can get through now."""
    NOT_HEARD = "not-heard"
    """A button or a detector would not be heard now."""
    ALARM_TAKEN = "alarm-taken"
    """It is stored, and on its way."""
    ALARM_DELIVERED = "alarm-delivered"
    """A receiver's system has it."""
    HELP_COMING = "help-coming"
    """A person has it."""


_OF = {
    AlarmState.PENDING: Sign.ALARM_TAKEN,
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
        or ((health := supervised.devices.get(device_id)) is not None and health.silent)
    )


def is_deaf(home: Home, supervised: Supervised, now: datetime) -> bool:
    """Whether something that calls for help would not be heard."""
    callers = {i for i, device in home.devices.items() if device.role in CALLS_FOR_HELP}
    lost = {name for name, since in supervised.lost.items() if now - since >= NOT_HEARD_AFTER}
    return any(
        home.devices[i].driver in lost or supervised.devices[i].silent
        for i in callers
        if i in supervised.devices
    )


def sign(alarms: Iterable[Alarm], now: datetime, cut_off_s: float | None, *, deaf: bool) -> Sign:
    """What should be shown now. Of several alarms the one that has come least far counts.

    Args:
        alarms: those that are kept.
        now: on the home's clock.
        cut_off_s: for how long no path has been good; None while one is.
        deaf: whether a button or a detector would not be heard.
    """
    states = [
        alarm.state
        for alarm in alarms
        if alarm.priority is Priority.HIGH and alarm.state in _OF and _is_shown(alarm, now)
    ]
    cut_off = cut_off_s is not None and cut_off_s >= CUT_OFF_AFTER_S
    if states:
        least = min(states, key=_LEAST_FIRST.index)
        # What a receiver has, it has; only what is still on its way may be kept up.
        return Sign.NO_CONNECTION if cut_off and _OF[least] is Sign.ALARM_TAKEN else _OF[least]
    if cut_off:
        return Sign.NO_CONNECTION
    return Sign.NOT_HEARD if deaf else Sign.CONNECTED


def _is_shown(alarm: Alarm, now: datetime) -> bool:
    if _OF[alarm.state] is Sign.ALARM_TAKEN:
        return True
    return now - alarm.history[-1].at < SHOWN_FOR
