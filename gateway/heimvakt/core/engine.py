"""One event in, the next state and what is to be sent out: everything that Heimvakt decides.

Pure. The pipeline gives stamped events in the order of the journal; replaying the journal through
`step` gives the same states, alarms and numbers.
"""

from __future__ import annotations

from typing import NamedTuple

from . import mode_state, modes, obeying, resting, updates
from .alarms import Alarm, Move
from .chain import Why
from .changed import replace
from .commands import Command
from .counting import counted
from .devices import Home
from .effects import Effect
from .events import (
    AlarmAcknowledged,
    AlarmClosed,
    AlarmDelivered,
    ChangeDelivered,
    ChangeTold,
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
from .state import PENDING, UNACCEPTED, UNANSWERED, State, is_armed, shifted
from .supervision import supervise
from .taking_up import begin, take_up
from .telling import mind_alarms, tell_rules
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
        begin(work, event)
    elif isinstance(event, ConfigurationChanged):
        take_up(work)
    for each in (event, *work.derived):
        tell_rules(work, each)
    for fault in tuple(work.failed):
        tell_rules(work, fault)
    if isinstance(event, TimerFired):
        _own_deadline(work, event.name)
    if work.mode is not state.mode or isinstance(event, _AFRESH):
        resting.release(work)
        resting.end_tests(work)
    if work.changed:
        mind_alarms(work, state)
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
        tell_rules(work, work.failed[-1])
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
        case ChangeTold() | ChangeDelivered():
            updates.follow(work, event)


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


_AFRESH = (GatewayStarted, ConfigurationChanged)
"""With these other modes may mean other things than before."""
_WHY = {UNANSWERED: Why.UNANSWERED, UNACCEPTED: Why.UNACCEPTED}
