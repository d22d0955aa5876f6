"""One step of the engine while it is worked out: the state so far, and what has come of it."""

from __future__ import annotations

from datetime import datetime

from .alarms import Alarm, AlarmState, Move, MoveRefused, Priority, is_over, move
from .chain import UNANSWERED_AFTER, Told, Why, is_through, together, wait_at
from .changed import replace
from .commands import Command
from .devices import Home
from .dose_counts import DoseCount
from .effects import (
    ArmTimer,
    CancelAlarm,
    CancelTimer,
    ConfirmAlarm,
    Effect,
    EndReminder,
    GiveCommand,
    NoLonger,
    RaiseAlarm,
    Remind,
    ResetAlarm,
)
from .events import Event, RuleFailed
from .mode_state import ModeState
from .orders import OrderAnswer
from .resting import SUPPRESSED_MAX, is_test, suppresses
from .state import PENDING, PENDING_MAX, UNACCEPTED, UNANSWERED, State
from .times import offset_of_begin


class Work:
    """Effects and moves go in, one after the other; the engine reads the result."""

    def __init__(self, home: Home, state: State, event: Event) -> None:
        self.home = home
        self.event = event
        self._state = state
        self.rules = state.rules
        """Of most events several rules make something, and arm deadlines too: `state` has all of it
        when it is asked for."""
        self._timers = state.timers
        self.supervised = state.supervised
        self.changed: dict[str, Alarm] = {}
        self.told: dict[str, dict[str, None]] = {}
        """By alarm: who must now be told of it, in order."""
        self.thoughts: list[tuple[str, Effect]] = []
        self.failed: list[RuleFailed] = []
        self.commands: list[Command] = []
        self.answers: list[OrderAnswer] = []
        self.derived: list[Event] = []
        """What the rules must be told of beside the event."""
        self.doses: list[DoseCount] = []
        """What became of doses, for the figures."""

    @property
    def state(self) -> State:
        """The state so far."""
        known = self._state
        if (
            self.rules is not known.rules
            or self._timers is not known.timers
            or self.supervised is not known.supervised
        ):
            self._state = replace(
                known, rules=self.rules, timers=self._timers, supervised=self.supervised
            )
        return self._state

    @state.setter
    def state(self, state: State) -> None:
        self._state = state
        self.rules, self._timers = state.rules, state.timers
        self.supervised = state.supervised

    @property
    def mode(self) -> ModeState:
        """What the home is set to so far; for most events all of the state that the engine itself
        looks at before the rules are told."""
        return self._state.mode

    def keep_rule(self, rule_id: str, after: object) -> None:
        """Take what has become of a rule."""
        self.rules = {**self.rules, rule_id: after}

    def fail(self, part: str, error: Exception) -> None:
        """A mistake of ours in one part that must not stop the others; it is told as an alarm."""
        reason = f"{type(error).__name__} on {self.event.kind}"
        self.failed.append(RuleFailed(stamp=self.event.stamp, rule_id=part, error=reason))

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
            case NoLonger(key=key):
                self._no_longer(rule_id, key)
            case GiveCommand():
                self._command(effect)
            case Remind(key=key):
                self._remind(f"{rule_id}/{key}")
            case EndReminder(key=key):
                self._end_reminder(f"{rule_id}/{key}")

    def arm_timer(self, name: str, at: datetime) -> None:
        """Let a deadline come at `at`."""
        self._timers = {**self._timers, name: at}

    def forget_timer(self, name: str) -> None:
        """Take a deadline away, if it is armed."""
        if name in self._timers:
            self._timers = {other: due for other, due in self._timers.items() if other != name}

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
            clock_offset_s=offset_of_begin(self.state.clock, next(iter(asked.evidence), None)),
            test=is_test(self.state.mode, asked.kind, asked.device_id, asked.evidence),
        )
        self.state = replace(self.state, alarms_raised=number)
        self.keep(alarm)
        if asked.pending:
            self.arm_timer(PENDING + alarm.alarm_id, self.event.at + PENDING_MAX)
        else:
            self.move(alarm, Move.CONFIRM)

    def _command(self, asked: GiveCommand) -> None:
        number = len(self.commands) + 1
        self.commands.append(
            Command(
                command_id=f"{self.home.gateway_id}-{self.event.seq}-{number}",
                verb=asked.verb,
                device_id=asked.device_id,
                on=asked.on,
                lasting=asked.lasting,
                dose=asked.dose,
            )
        )

    def _remind(self, name: str) -> None:
        if name not in self.state.reminders:
            reminders = {**self.state.reminders, name: self.event.at}
            self.state = replace(self.state, reminders=reminders)

    def _end_reminder(self, name: str) -> None:
        if name in self.state.reminders:
            reminders = {i: since for i, since in self.state.reminders.items() if i != name}
            self.state = replace(self.state, reminders=reminders)

    def _move_all(self, rule_id: str, key: str, what: Move) -> None:
        for alarm in tuple(self.state.alarms.values()):
            if alarm.key == key and alarm.rule_id == rule_id:
                self.move(alarm, what)

    def _no_longer(self, rule_id: str, key: str) -> None:
        for alarm in tuple(self.state.alarms.values()):
            if (alarm.rule_id, alarm.key, alarm.state) == (rule_id, key, AlarmState.SUPPRESSED):
                self.move(alarm, Move.RESET)

    def _is_suppressed(self, alarm: Alarm) -> bool:
        """Whether the mode that the home is set to keeps it back."""
        if not suppresses(self.home, self.state.mode, alarm.rule_id, alarm.kind):
            return False
        kept = [a for a in self.state.alarms.values() if a.state is AlarmState.SUPPRESSED]
        return len(kept) < SUPPRESSED_MAX

    def move(
        self, alarm: Alarm, what: Move, by: str | None = None, *, said_by: str | None = None
    ) -> None:
        """Make a move, or leave the alarm as it is where the table has none.

        That a person has taken or closed it is a change that all who were told hear of, but for
        `said_by`: the receiver that says so.
        """
        if what is Move.CONFIRM and self._is_suppressed(alarm):
            what, by = Move.SUPPRESS, self.state.mode.mode
        try:
            moved = move(alarm, what, at=self.event.at, by=by)
        except MoveRefused:
            return
        if moved == alarm:
            return
        if alarm.state is AlarmState.PENDING:
            self.forget_timer(PENDING + alarm.alarm_id)
        if what is Move.RELEASE:
            # As an alarm it begins now; `began_at` says how old its cause is.
            moved = replace(moved, raised_at=self.event.at, clock=self.event.stamp.clock)
        if what in (Move.CONFIRM, Move.RELEASE):
            self.tell_next(replace(moved, chain=self.home.routes.chain(moved)), Why.RAISED)
            return
        others = [one.receiver for one in moved.told if one.receiver != said_by]
        taken = moved.state is AlarmState.ACCEPTED and alarm.needs_somebody
        closed = moved.state is AlarmState.CLOSED and alarm.state.is_open
        if (taken or closed) and others:
            moved = replace(moved, revision=alarm.revision + 1)
        self.keep(moved)
        if moved.revision != alarm.revision:
            self._tell(moved, *others)
        if not moved.needs_somebody:
            self.forget_timer(UNACCEPTED + alarm.alarm_id)
        if not moved.needs_somebody or moved.delivered_at is not None:
            self.forget_timer(UNANSWERED + alarm.alarm_id)

    def tell_true_time(self, alarm: Alarm, offset_s: float) -> None:
        """Its times are known now; who was told of it hears of that too."""
        known = replace(alarm, clock_offset_s=offset_s)
        if not alarm.was_raised:
            self.keep(known)
            return
        known = replace(known, revision=alarm.revision + 1)
        self.keep(known)
        self._tell(known, *(one.receiver for one in known.told))

    def tell_no_test(self, alarm: Alarm) -> None:
        """It is a technician's no more: who was told of it hears that somebody must come."""
        real = replace(alarm, test=False, revision=alarm.revision + 1)
        self.keep(real)
        self._tell(real, *(one.receiver for one in real.told))

    def tell_next(self, alarm: Alarm, why: Why) -> None:
        """Tell those whose turn it is in the chain, and count down to those after them."""
        turn = [target.receiver for target in together(alarm.chain, alarm.place)]
        known = {one.receiver for one in alarm.told}
        new = [Told(receiver=r, at=self.event.at, why=why) for r in turn if r not in known]
        alarm = replace(alarm, place=alarm.place + len(turn), told=(*alarm.told, *new))
        self.keep(alarm)
        self._tell(alarm, *turn)
        self.count_down(alarm)

    def count_down(self, alarm: Alarm) -> None:
        """Arm the deadlines after which the next of the chain is told, where there is a next.

        A high alarm has one always: at the end of its chain it begins again.
        """
        through = is_through(alarm.chain, alarm.place)
        going_on = alarm.needs_somebody and bool(alarm.chain)
        if going_on and (not through or alarm.priority is Priority.HIGH):
            wait = wait_at(alarm.chain, alarm.place)
            self.arm_timer(UNACCEPTED + alarm.alarm_id, self.event.at + wait)
        else:
            self.forget_timer(UNACCEPTED + alarm.alarm_id)
        if going_on and not through and alarm.delivered_at is None:
            self.arm_timer(UNANSWERED + alarm.alarm_id, self.event.at + UNANSWERED_AFTER)
        else:
            self.forget_timer(UNANSWERED + alarm.alarm_id)

    def keep(self, alarm: Alarm) -> None:
        """Take the alarm as it is now, for as long as anything can come of it."""
        if is_over(alarm):
            self.forget(alarm)
            return
        self.changed[alarm.alarm_id] = alarm
        self.state = replace(self.state, alarms={**self.state.alarms, alarm.alarm_id: alarm})

    def forget(self, alarm: Alarm) -> None:
        """Keep it in mind no longer; what waits in the outbox is sent all the same."""
        self.changed[alarm.alarm_id] = alarm
        alarms = dict(self.state.alarms)
        alarms.pop(alarm.alarm_id, None)
        self.state = replace(self.state, alarms=alarms)

    def _tell(self, alarm: Alarm, *receivers: str) -> None:
        there = self.home.routes.receivers  # who was told before may be so no longer
        if left := [receiver for receiver in receivers if receiver in there]:
            self.told.setdefault(alarm.alarm_id, {}).update(dict.fromkeys(left))
