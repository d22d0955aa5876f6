"""What those who live there are shown of their alarm: taken, delivered, help coming, no connection.

Pure. Only what somebody in the home may wait for is shown: high alarms.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from .alarms import Alarm, AlarmState, Priority

CUT_OFF_AFTER_S = 60.0
"""No path has been good for so long. Found within 100 s, so that it is shown within 3 min."""
SHOWN_FOR = timedelta(hours=1)
"""Who accepted an alarm may never close it: the sign does not stay for that."""


class Sign(StrEnum):
    """One at a time."""

    CONNECTED = "connected"
    NO_CONNECTION = "no-connection"
    """No alarm can get through now."""
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


def sign(alarms: Iterable[Alarm], now: datetime, cut_off_s: float | None) -> Sign:
    """What should be shown now. Of several alarms the one that has come least far counts.

    Args:
        alarms: those that are kept.
        now: on the home's clock.
        cut_off_s: for how long no path has been good; None while one is.
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
    return Sign.NO_CONNECTION if cut_off else Sign.CONNECTED


def _is_shown(alarm: Alarm, now: datetime) -> bool:
    if _OF[alarm.state] is Sign.ALARM_TAKEN:
        return True
    return now - alarm.history[-1].at < SHOWN_FOR
