"""Which rules are told of an event, and what becomes of what they answer."""

from __future__ import annotations

from .alarms import Alarm, AlarmState
from .changed import replace
from .devices import Home
from .dose_counts import DoseCount
from .events import (
    AlarmAcknowledged,
    AlarmAnswered,
    AlarmClosed,
    AlarmDelivered,
    AlarmUnanswered,
    DeviceEvent,
    Event,
    TimerFired,
)
from .rule import Rule
from .state import State
from .work import Work


def tell_rules(work: Work, event: Event) -> None:
    """Tell those whose matter it is; what is of one rule, by the name that it knows."""
    rules = work.home.rules
    match event:
        case DeviceEvent():
            for rule_id in work.home.rules_told_of(event):
                _tell(work, rule_id, rules[rule_id], event)
        case TimerFired(name=name):
            owner, _, own_name = name.partition("/")
            if owner in rules:
                _tell(work, owner, rules[owner], replace(event, name=own_name))
        case AlarmDelivered() | AlarmAcknowledged() | AlarmClosed():
            told = event.alarm_id
            alarm = work.changed.get(told) or work.state.alarms.get(told)
            if alarm is not None and alarm.rule_id in rules:
                owner = alarm.rule_id
                _tell(work, owner, rules[owner], replace(event, alarm_id=alarm.key))
        case _:
            for rule_id, rule in rules.items():
                _tell(work, rule_id, rule, event)


def mind_alarms(work: Work, before: State) -> None:
    """Tell the rules that mind them of alarms that nobody's system has, and then has."""
    minding = [(i, rule) for i, rule in work.home.rules.items() if rule.minds_alarms]
    if not minding:
        return
    for alarm in tuple(work.changed.values()):
        was, told = before.alarms.get(alarm.alarm_id), work.event.stamp
        if _waits_for_an_answer(alarm) == (was is not None and _waits_for_an_answer(was)):
            continue
        event: Event = AlarmAnswered(stamp=told, alarm_id=alarm.alarm_id)
        if _waits_for_an_answer(alarm):
            event = AlarmUnanswered(
                stamp=told,
                alarm_id=alarm.alarm_id,
                alarm_kind=alarm.kind,
                priority=alarm.priority,
            )
        for rule_id, rule in minding:
            _tell(work, rule_id, rule, event)


def _waits_for_an_answer(alarm: Alarm) -> bool:
    return alarm.state is AlarmState.RAISED and alarm.delivered_at is None


def _tell(work: Work, rule_id: str, rule: Rule[object], event: Event) -> None:
    before = work.rules.get(rule_id, _NONE_YET)
    if before is _NONE_YET:
        return  # before the first `GatewayStarted` under this configuration
    try:
        after, effects = rule.step(before, event)
        is_other = after is not before and after != before
        doses = rule.doses(before, after) if is_other and rule.doses is not None else ()
    # A mistake in one rule must not keep the others from seeing a press; it is told as an alarm.
    except Exception as error:  # noqa: BLE001
        work.fail(rule_id, error)
        return
    if is_other:
        work.keep_rule(rule_id, after)
        work.doses.extend(dose for dose in doses if _counts(work.home, rule_id, dose))
    for effect in effects:
        work.apply(rule_id, effect)


def _counts(home: Home, rule_id: str, dose: DoseCount) -> bool:
    """Whether this rule is the one whose figures of a dispenser count: the first that knows it."""
    knowing = (
        other
        for other, rule in home.rules.items()
        if rule.doses is not None and (rule.told_of is None or dose.device_id in rule.told_of)
    )
    return next(knowing, None) == rule_id


_NONE_YET = object()
