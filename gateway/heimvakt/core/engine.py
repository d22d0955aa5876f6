"""One event in, the next state and what is to be sent out: everything that Heimvakt decides.

Pure. The pipeline gives stamped events in the order of the journal; replaying the journal through
`step` gives the same states, alarms and numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from .alarms import Alarm, AlarmState, Move, may_expire
from .devices import Home
from .effects import Effect, Effects
from .events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    ClockStepped,
    Event,
    GatewayStarted,
    RuleFailed,
    TimerFired,
)
from .rule import Rule
from .state import PENDING, PENDING_MAX, State, adopt, is_armed, shifted
from .supervision import supervise
from .work import Work

KEPT_MAX = 500
"""Alarms that are kept; above it the oldest that somebody has dealt with expire."""


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
    failed: tuple[RuleFailed, ...] = ()
    """Rules that could not make anything of the event, for the log."""


def step(home: Home, state: State, event: Event) -> Outcome:
    """The state after `event`, and what it led to."""
    work = Work(home, state, event)
    if isinstance(event, TimerFired):
        if not is_armed(home, state, event.name, event.due):
            return _outcome(work)  # moved or cancelled while it was on its way
        work.forget_timer(event.name)
    _set_times(work, event)
    supervised, derived = supervise(home, state.supervised, event)
    if supervised is not state.supervised:
        work.state = replace(work.state, supervised=supervised)
    _acknowledge(work, event)
    if isinstance(event, GatewayStarted):
        _begin(work, event)
    for each in (event, *derived):
        _rules(work, each)
    for fault in tuple(work.failed):
        _rules(work, fault)
    if isinstance(event, TimerFired) and event.name.startswith(PENDING):
        _confirm_forgotten(work, event.name.removeprefix(PENDING))
    if work.changed:
        _expire(work)
    return _outcome(work)


def _outcome(work: Work) -> Outcome:
    return Outcome(
        state=work.state,
        changed=tuple(work.changed.values()),
        send=tuple(work.send.values()),
        thoughts=tuple(work.thoughts),
        failed=tuple(work.failed),
    )


def _rules(work: Work, event: Event) -> None:
    for rule_id, rule in work.home.rules.items():
        seen: Event = event
        if isinstance(event, TimerFired):
            owner, _, name = event.name.partition("/")
            if owner != rule_id:
                continue
            seen = replace(event, name=name)
        if rule_id not in work.state.rules:
            continue  # before the first `GatewayStarted` under this configuration
        for effect in _ask(work, rule_id, rule, seen):
            work.apply(rule_id, effect)


def _ask(work: Work, rule_id: str, rule: Rule[object], event: Event) -> Effects:
    before = work.state.rules[rule_id]
    try:
        after, effects = rule.step(before, event)
    # A mistake in one rule must not keep the others from seeing a press; it is told as an alarm.
    except Exception as error:  # noqa: BLE001
        reason = f"{type(error).__name__} on {event.kind}"
        work.failed.append(RuleFailed(stamp=work.event.stamp, rule_id=rule_id, error=reason))
        return ()
    if after != before:
        work.state = replace(work.state, rules={**work.state.rules, rule_id: after})
    return effects


def _acknowledge(work: Work, event: Event) -> None:
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


def _set_times(work: Work, event: Event) -> None:
    """Keep deadlines as far away as they were when the clock was set, awake or across a start."""
    match event:
        case ClockStepped(before=before, after=after):
            by = after - before
        case GatewayStarted(at=at, last_alive=last) if last is not None and at < last:
            by = at - last
        case _:
            return
    work.state = replace(work.state, timers=shifted(work.state.timers, by))


def _begin(work: Work, event: GatewayStarted) -> None:
    """Take up what was stored under the configuration of today."""
    known = work.state.rules
    work.state = adopt(work.home, work.state)
    if event.alarms_raised > work.state.alarms_raised:
        work.state = replace(work.state, alarms_raised=event.alarms_raised)
    for alarm in _pending(work.state.alarms.values()):
        if alarm.rule_id not in known or alarm.rule_id not in work.home.rules:
            work.move(alarm, Move.CONFIRM)  # nobody is left to do it
        elif PENDING + alarm.alarm_id not in work.state.timers:
            work.arm_timer(PENDING + alarm.alarm_id, event.at + PENDING_MAX)


def _confirm_forgotten(work: Work, alarm_id: str) -> None:
    alarm = work.state.alarms.get(alarm_id)
    if alarm is not None and alarm.state is AlarmState.PENDING:
        work.move(alarm, Move.CONFIRM)


def _expire(work: Work) -> None:
    """Keep the number of alarms within its limit, as far as policy lets any of them go."""
    surplus = len(work.state.alarms) - KEPT_MAX
    if surplus <= 0:
        return
    # Accepted ones first, then those that were delivered and are not high; the oldest first.
    candidates = sorted(
        (alarm for alarm in work.state.alarms.values() if may_expire(alarm)),
        key=lambda alarm: (alarm.state is not AlarmState.ACCEPTED, alarm.number),
    )
    for alarm in candidates[:surplus]:
        work.move(alarm, Move.EXPIRE)


def _pending(alarms: Iterable[Alarm]) -> list[Alarm]:
    return [alarm for alarm in alarms if alarm.state is AlarmState.PENDING]
