"""One event in, the next state and what is to be sent out: everything that Heimvakt decides.

Pure. The pipeline gives stamped events in the order of the journal; replaying the journal through
`step` gives the same states, alarms and numbers.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from . import mode_state, modes, obeying, resting
from .alarms import Alarm, AlarmState, Move
from .chain import Why, place_of
from .changed import replace
from .commands import Command
from .counting import counted
from .devices import Home
from .dose_counts import DoseCount
from .effects import Effect
from .events import (
    AlarmAcknowledged,
    AlarmAnswered,
    AlarmClosed,
    AlarmDelivered,
    AlarmUnanswered,
    CommandCompleted,
    CommandReceived,
    ConfigurationChanged,
    DeviceEvent,
    Event,
    GatewayStarted,
    LoggedEvent,
    RuleFailed,
    TimerFired,
)
from .keeping import bound
from .orders import OrderAnswer
from .records import is_known, taken
from .routes import Dispatch
from .rule import Rule
from .state import PENDING, PENDING_MAX, UNACCEPTED, UNANSWERED, State, adopt, is_armed, shifted
from .supervision import supervise
from .times import follow_clock, moved_by, offset_of
from .work import Work


class Outcome(NamedTuple):
    """What one event led to."""

    state: State
    changed: tuple[Alarm, ...] = ()
    """Alarms that are new or moved."""
    send: tuple[Dispatch, ...] = ()
    """Of these, those that receivers must now be told of, and which receivers."""
    thoughts: tuple[tuple[str, Effect], ...] = ()
    """What each rule answered, for people who watch."""
    failed: tuple[RuleFailed, ...] = ()
    """Rules that could not make anything of the event, for the log."""
    commands: tuple[Command, ...] = ()
    """What devices are to do."""
    answers: tuple[OrderAnswer, ...] = ()
    """What those who gave orders are told."""
    derived: tuple[Event, ...] = ()
    """What the rules were told of beside the event."""


def step(home: Home, state: State, event: Event) -> Outcome:
    """The state after `event`, and what it led to."""
    work = Work(home, state, event)
    if isinstance(event, TimerFired):
        if not is_armed(home, state, event.name, event.due):
            return _outcome(work)  # moved or cancelled while it was on its way
        work.forget_timer(event.name)
    if isinstance(event, LoggedEvent):
        if is_known(state.records, event):
            return _outcome(work)  # told again after a break
        work.state = replace(state, records=taken(state.records, event))
    if not isinstance(event, DeviceEvent):
        _set_times(work, event)
        _follow_clock(work, event)
        _acknowledge(work, event)
    work.supervised, told = supervise(home, state.supervised, event)
    work.derived.extend(told)
    _obey(work, event)
    modes.follow(work, event)
    resting.end_trials(work, state.mode)
    if isinstance(event, GatewayStarted):
        _begin(work, event)
    elif isinstance(event, ConfigurationChanged):
        _take_up(work)
    for each in (event, *work.derived):
        _rules(work, each)
    for fault in tuple(work.failed):
        _rules(work, fault)
    if isinstance(event, TimerFired):
        _own_deadline(work, event.name)
    if work.mode is not state.mode or isinstance(event, _AFRESH):
        resting.release(work)
        resting.end_tests(work)
    if work.changed:
        _mind_alarms(work, state)
    if work.state.alarms_raised != state.alarms_raised:
        bound(work)
    _count(work, state)
    return _outcome(work)


def _outcome(work: Work) -> Outcome:
    told = work.told.items()
    return Outcome(
        state=work.state,
        changed=tuple(work.changed.values()),
        send=tuple([Dispatch(work.changed[i], tuple(receivers)) for i, receivers in told]),
        thoughts=tuple(work.thoughts),
        failed=tuple(work.failed),
        commands=tuple(work.commands),
        answers=tuple(work.answers),
        derived=tuple(work.derived),
    )


def _count(work: Work, before: State) -> None:
    try:
        figures = counted(
            work.home, before.figures, work.event, before.alarms, work.changed, work.doses
        )
    # No figure is worth an alarm: what was decided is carried out, and that is told.
    except Exception as error:  # noqa: BLE001
        work.fail("figures", error)
        _rules(work, work.failed[-1])
        return
    if figures is not before.figures:
        work.state = replace(work.state, figures=figures)


def _obey(work: Work, event: Event) -> None:
    match event:
        case CommandReceived():
            obeying.take(work, event)
        case CommandCompleted():
            obeying.completed(work, event)
        case GatewayStarted():
            obeying.begun_anew(work)
        case TimerFired(name=name) if name.startswith(obeying.ORDER):
            obeying.overdue(work, name.removeprefix(obeying.ORDER))


def _rules(work: Work, event: Event) -> None:
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


def _mind_alarms(work: Work, before: State) -> None:
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


def _acknowledge(work: Work, event: Event) -> None:
    match event:
        case AlarmDelivered(alarm_id=alarm_id, receiver=by):
            what, said_by = Move.DELIVER, by
        case AlarmAcknowledged(alarm_id=alarm_id, receiver=receiver, by=person):
            what, by, said_by = Move.ACCEPT, _whom(receiver, person), receiver
        case AlarmClosed(alarm_id=alarm_id, receiver=receiver, by=person):
            what, by, said_by = Move.CLOSE, _whom(receiver, person), receiver
        case _:
            return
    alarm = work.state.alarms.get(alarm_id)
    if alarm is not None:
        if isinstance(event, AlarmClosed):
            alarm = replace(alarm, outcome=event.outcome)
        work.move(alarm, what, by, said_by=said_by)


def _whom(receiver: str, person: str) -> str:
    """A receiver that is one person, as by SMS, is named once."""
    return person if person == receiver else f"{receiver}: {person}"


def _set_times(work: Work, event: Event) -> None:
    """Keep deadlines as far away as they were when the clock was set, awake or across a start."""
    if (by := moved_by(work.state.clock, event)) is not None:
        timers, mode = shifted(work.state.timers, by), mode_state.shifted(work.state.mode, by)
        work.state = replace(work.state, timers=timers, mode=mode)


def _follow_clock(work: Work, event: Event) -> None:
    """When the true time is known at last, tell it for the alarms that were raised before that."""
    before, raised = work.state.clock, work.state.alarms_raised
    if isinstance(event, GatewayStarted):
        raised = max(raised, event.alarms_raised)  # a replay has them from the event alone
    clock = follow_clock(before, event, raised)
    if clock is before:
        return
    work.state = replace(work.state, clock=clock)
    for alarm in tuple(work.state.alarms.values()):
        if (offset_s := offset_of(clock, alarm)) is not None:
            work.tell_true_time(alarm, offset_s)


def _begin(work: Work, event: GatewayStarted) -> None:
    """Take up what was stored under the configuration of today."""
    if event.alarms_raised > work.state.alarms_raised:
        work.state = replace(work.state, alarms_raised=event.alarms_raised)
    _take_up(work)


def _take_up(work: Work) -> None:
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


def _own_deadline(work: Work, name: str) -> None:
    """A deadline of the engine itself, for an alarm that is still kept."""
    alarm_id = name.rpartition("/")[2]
    alarm = work.state.alarms.get(alarm_id)
    if alarm is None:
        return
    of = name.removesuffix(alarm_id)
    if of == PENDING:
        work.move(alarm, Move.CONFIRM)
    elif of in _WHY and alarm.needs_somebody:
        work.tell_next(alarm, _WHY[of])


_NONE_YET = object()
_AFRESH = (GatewayStarted, ConfigurationChanged)
"""With these other modes may mean other things than before."""
_WHY = {UNANSWERED: Why.UNANSWERED, UNACCEPTED: Why.UNACCEPTED}
