"""Alarms in every state of their life."""

from __future__ import annotations

from heimvakt.core.alarms import Alarm, AlarmState, Move, Priority, move
from heimvakt.core.events import ClockQuality
from heimvakt.core.words import Words
from tests.support.homes import EVENING, GATEWAY


def alarm(
    state: AlarmState = AlarmState.PENDING, priority: Priority = Priority.HIGH, number: int = 7
) -> Alarm:
    """A press of the button, as the rule asks for it, or said to be in another state."""
    return Alarm(
        alarm_id=f"{GATEWAY}-{number}",
        number=number,
        kind="button",
        priority=priority,
        began_at=EVENING,
        raised_at=EVENING,
        clock=ClockQuality.SYNCHRONISED,
        rule_id="button",
        rule_version=1,
        key=f"button@{number}",
        text=Words(nb="Alarmknappen er trykket.", en="The alarm button was pressed."),
        state=state,
    )


def in_state(state: AlarmState, priority: Priority = Priority.HIGH, number: int = 7) -> Alarm:
    """It came to this state by the moves that lead there."""
    made = alarm(priority=priority, number=number)
    if state is AlarmState.PENDING:
        return made
    if state is AlarmState.CANCELLED:
        return move(made, Move.CANCEL, at=EVENING)
    if state is AlarmState.SUPPRESSED:
        return move(made, Move.SUPPRESS, at=EVENING)
    made = move(made, Move.CONFIRM, at=EVENING)
    if state not in (AlarmState.RAISED, AlarmState.RESET):
        made = move(made, Move.DELIVER, at=EVENING)
    if state in (AlarmState.ACCEPTED, AlarmState.CLOSED, AlarmState.EXPIRED):
        made = move(made, Move.ACCEPT, at=EVENING, by="op-7")
    if state is AlarmState.CLOSED:
        made = move(made, Move.CLOSE, at=EVENING, by="op-7")
    if state is AlarmState.EXPIRED:
        made = move(made, Move.EXPIRE, at=EVENING)
    if state is AlarmState.RESET:
        made = move(made, Move.RESET, at=EVENING)
    return made
