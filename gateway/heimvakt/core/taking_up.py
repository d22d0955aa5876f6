"""What was stored goes on under the configuration of today: after a start, and when it changes."""

from __future__ import annotations

from collections.abc import Collection

from .alarms import Alarm, AlarmState, Move
from .chain import Why, place_of
from .changed import replace
from .events import GatewayStarted
from .state import PENDING, PENDING_MAX, UNACCEPTED, adopt
from .work import Work


def begin(work: Work, event: GatewayStarted) -> None:
    """Take up what was stored under the configuration of today."""
    if event.alarms_raised > work.state.alarms_raised:
        work.state = replace(work.state, alarms_raised=event.alarms_raised)
    take_up(work)


def take_up(work: Work) -> None:
    """Go on under another configuration."""
    known = work.state.rules
    work.state = adopt(work.home, work.state)
    for alarm in tuple(work.state.alarms.values()):
        if alarm.state is AlarmState.PENDING:
            _take_up_pending(work, alarm, known)
        elif alarm.needs_somebody or alarm.is_unreceived:
            _take_up_raised(work, alarm)


def _take_up_pending(work: Work, alarm: Alarm, known: Collection[str]) -> None:
    if alarm.rule_id not in known or alarm.rule_id not in work.home.rules:
        work.move(alarm, Move.CONFIRM)  # nobody is left to do it
    elif PENDING + alarm.alarm_id not in work.state.timers:
        work.arm_timer(PENDING + alarm.alarm_id, work.event.at + PENDING_MAX)


def _take_up_raised(work: Work, alarm: Alarm) -> None:
    """Go on along the chain of today; begin it if nobody is left of those who were told."""
    chain = work.home.routes.chain(alarm)
    if chain != alarm.chain:
        # Who was not told along the chain until now has it no longer: what waited for him from
        # before may be erased, also where he stood in that chain further on.
        until_now = {target.receiver for target in alarm.chain[: alarm.place]}
        told = [one for one in alarm.told if one.receiver in until_now]
        alarm = replace(alarm, chain=chain, place=place_of(chain, told))
        if alarm.place == 0:
            work.tell_next(alarm, Why.STARTED)
        else:
            work.keep(alarm)
            work.count_down(alarm)
    elif UNACCEPTED + alarm.alarm_id not in work.state.timers:
        work.count_down(alarm)
