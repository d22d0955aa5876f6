"""One step of the engine while it is worked out: the state so far, and what has come of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from .alarms import Alarm, AlarmState, Move, MoveRefused, is_over, move
from .devices import Home
from .effects import (
    ArmTimer,
    CancelAlarm,
    CancelTimer,
    ConfirmAlarm,
    Effect,
    RaiseAlarm,
    ResetAlarm,
)
from .events import Event, RuleFailed
from .state import PENDING, PENDING_MAX, State


class Work:
    """Effects and moves go in, one after the other; the engine reads the result."""

    def __init__(self, home: Home, state: State, event: Event) -> None:
        self.home = home
        self.state = state
        self.event = event
        self.changed: dict[str, Alarm] = {}
        self.send: dict[str, Alarm] = {}
        self.thoughts: list[tuple[str, Effect]] = []
        self.failed: list[RuleFailed] = []

    def apply(self, rule_id: str, effect: Effect) -> None:
        """Do what a rule answered."""
        self.thoughts.append((rule_id, effect))
        match effect:
            case ArmTimer(name=name, at=at):
                self.arm_timer(f"{rule_id}/{name}", at)
            case CancelTimer(name=name):
                self.forget_timer(f"{rule_id}/{name}")
            case RaiseAlarm():
                self._raise(rule_id, effect)
            case ConfirmAlarm(key=key):
                self._move_all(rule_id, key, Move.CONFIRM)
            case CancelAlarm(key=key):
                self._move_all(rule_id, key, Move.CANCEL)
            case ResetAlarm(key=key):
                self._move_all(rule_id, key, Move.RESET)

    def arm_timer(self, name: str, at: datetime) -> None:
        """Let a deadline come at `at`."""
        self._timers({**self.state.timers, name: at})

    def forget_timer(self, name: str) -> None:
        """Take a deadline away, if it is armed."""
        if name in self.state.timers:
            self._timers({n: due for n, due in self.state.timers.items() if n != name})

    def _timers(self, timers: dict[str, datetime]) -> None:
        self.state = replace(self.state, timers=timers)

    def _raise(self, rule_id: str, asked: RaiseAlarm) -> None:
        number = self.state.alarms_raised + 1
        device = self.home.devices.get(asked.device_id) if asked.device_id else None
        alarm = Alarm(
            alarm_id=f"{self.home.gateway_id}-{number}",
            number=number,
            kind=asked.kind,
            priority=asked.priority,
            began_at=asked.began_at,
            raised_at=self.event.at,
            clock=self.event.stamp.clock,
            rule_id=rule_id,
            rule_version=self.home.rules[rule_id].version,
            key=asked.key,
            text=asked.text,
            device_id=asked.device_id,
            room=device.room if device else None,
            evidence=asked.evidence,
            thresholds=asked.thresholds,
        )
        self.state = replace(self.state, alarms_raised=number)
        self._keep(alarm)
        if asked.pending:
            self.arm_timer(PENDING + alarm.alarm_id, self.event.at + PENDING_MAX)
        else:
            self.move(alarm, Move.CONFIRM)

    def _move_all(self, rule_id: str, key: str, what: Move) -> None:
        for alarm in tuple(self.state.alarms.values()):
            if alarm.key == key and alarm.rule_id == rule_id:
                self.move(alarm, what)

    def move(self, alarm: Alarm, what: Move, by: str | None = None) -> None:
        """Make a move, or leave the alarm as it is where the table has none."""
        try:
            moved = move(alarm, what, at=self.event.at, by=by)
        except MoveRefused:
            return
        if moved == alarm:
            return
        if alarm.state is AlarmState.PENDING:
            self.forget_timer(PENDING + alarm.alarm_id)
        self._keep(moved)
        if what is Move.CONFIRM or moved.revision != alarm.revision:
            self.send[moved.alarm_id] = moved

    def _keep(self, alarm: Alarm) -> None:
        self.changed[alarm.alarm_id] = alarm
        alarms = {**self.state.alarms, alarm.alarm_id: alarm}
        if is_over(alarm):
            del alarms[alarm.alarm_id]
        self.state = replace(self.state, alarms=alarms)
