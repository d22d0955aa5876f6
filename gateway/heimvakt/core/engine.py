"""One event in, the next state and what is to be sent out: everything that Heimvakt decides.

Pure. The pipeline gives stamped events in the order of the journal; replaying the journal through
`step` gives the same states, alarms and numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from .alarms import Alarm, AlarmState, Move, MoveRefused, move
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
from .events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    Event,
    GatewayStarted,
    TimerFired,
)
from .state import State, is_armed
from .supervision import supervise


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one event led to."""

    state: State
    changed: tuple[Alarm, ...] = ()
    """Alarms that are new or moved."""
    send: tuple[Alarm, ...] = ()
    """Of these, those that receivers must now be told of."""
    thoughts: tuple[tuple[str, Effect], ...] = ()
    """What each rule answered, for people who watch."""


class _Work:
    """One step while it is being worked out."""

    def __init__(self, home: Home, state: State, event: Event) -> None:
        self.home = home
        self.state = state
        self.event = event
        self.changed: dict[str, Alarm] = {}
        self.send: dict[str, Alarm] = {}
        self.thoughts: list[tuple[str, Effect]] = []

    def outcome(self) -> Outcome:
        return Outcome(
            state=self.state,
            changed=tuple(self.changed.values()),
            send=tuple(self.send.values()),
            thoughts=tuple(self.thoughts),
        )

    def apply(self, rule_id: str, effect: Effect) -> None:
        self.thoughts.append((rule_id, effect))
        match effect:
            case ArmTimer(name=name, at=at):
                self._timers({**self.state.timers, f"{rule_id}/{name}": at})
            case CancelTimer(name=name):
                self.forget_timer(f"{rule_id}/{name}")
            case RaiseAlarm():
                self._raise(rule_id, effect)
            case ConfirmAlarm(key=key):
                self._move_key(rule_id, key, Move.CONFIRM)
            case CancelAlarm(key=key):
                self._move_key(rule_id, key, Move.CANCEL)
            case ResetAlarm(key=key):
                self._move_key(rule_id, key, Move.RESET)

    def forget_timer(self, name: str) -> None:
        if name in self.state.timers:
            self._timers({n: due for n, due in self.state.timers.items() if n != name})

    def _timers(self, timers: dict[str, object]) -> None:
        self.state = replace(self.state, timers=timers)  # type: ignore[arg-type]

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
        self.state = replace(
            self.state,
            alarms_raised=number,
            keys={**self.state.keys, f"{rule_id}/{asked.key}": alarm.alarm_id},
        )
        self._keep(alarm)
        if not asked.pending:
            self.move(alarm, Move.CONFIRM)

    def _move_key(self, rule_id: str, key: str, what: Move) -> None:
        alarm_id = self.state.keys.get(f"{rule_id}/{key}")
        alarm = self.state.alarms.get(alarm_id) if alarm_id else None
        if alarm is not None:
            self.move(alarm, what)

    def move(self, alarm: Alarm, what: Move, by: str | None = None) -> None:
        """Make a move, or leave the alarm as it is where the table has none."""
        try:
            moved = move(alarm, what, at=self.event.at, by=by)
        except MoveRefused:
            return
        self._keep(moved)
        if what is Move.CONFIRM or moved.revision != alarm.revision:
            self.send[moved.alarm_id] = moved

    def _keep(self, alarm: Alarm) -> None:
        self.changed[alarm.alarm_id] = alarm
        alarms = {**self.state.alarms, alarm.alarm_id: alarm}
        keys = self.state.keys
        if _is_over(alarm):
            del alarms[alarm.alarm_id]
            keys = {key: value for key, value in keys.items() if value != alarm.alarm_id}
        self.state = replace(self.state, alarms=alarms, keys=keys)


def step(home: Home, state: State, event: Event) -> Outcome:
    """The state after `event`, and what it led to."""
    work = _Work(home, state, event)
    if isinstance(event, TimerFired):
        if not is_armed(home, state, event.name, event.due):
            return work.outcome()  # moved or cancelled while it was on its way
        work.forget_timer(event.name)
    supervised, derived = supervise(home, state.supervised, event)
    if supervised is not state.supervised:
        work.state = replace(work.state, supervised=supervised)
    _acknowledge(work, event)
    if isinstance(event, GatewayStarted):
        _confirm_orphans(work)
    for each in (event, *derived):
        _rules(work, each)
    return work.outcome()


def _rules(work: _Work, event: Event) -> None:
    for rule_id, rule in work.home.rules.items():
        seen: Event = event
        if isinstance(event, TimerFired):
            owner, _, name = event.name.partition("/")
            if owner != rule_id:
                continue
            seen = replace(event, name=name)
        before = work.state.rules[rule_id]
        after, effects = rule.step(before, seen)
        if after != before:
            work.state = replace(work.state, rules={**work.state.rules, rule_id: after})
        for effect in effects:
            work.apply(rule_id, effect)


def _acknowledge(work: _Work, event: Event) -> None:
    match event:
        case AlarmDelivered(alarm_id=alarm_id, receiver=by):
            what = Move.DELIVER
        case AlarmAcknowledged(alarm_id=alarm_id, by=by):
            what = Move.ACCEPT
        case AlarmClosed(alarm_id=alarm_id, by=by):
            what = Move.CLOSE
        case _:
            return
    alarm = work.state.alarms.get(alarm_id)
    if alarm is not None:
        work.move(alarm, what, by)


def _confirm_orphans(work: _Work) -> None:
    """Raise the pre-alarms whose rule is no longer there to confirm them."""
    for alarm in _pending(work.state.alarms.values()):
        if alarm.rule_id not in work.home.rules:
            work.move(alarm, Move.CONFIRM)


def _pending(alarms: Iterable[Alarm]) -> list[Alarm]:
    return [alarm for alarm in alarms if alarm.state is AlarmState.PENDING]


def _is_over(alarm: Alarm) -> bool:
    """Nothing more can come of it: ended, and received if it ever was to be."""
    if alarm.state.is_open:
        return False
    never_sent = not any(step.state is AlarmState.RAISED for step in alarm.history)
    return never_sent or alarm.delivered_at is not None
