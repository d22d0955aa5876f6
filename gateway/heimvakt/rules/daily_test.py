"""Once a day a real alarm goes the whole way, to learn that it would: the daily test.

It is raised at its moment of the day, and ends by itself when a receiver has answered. One that
nobody answers in time is an alarm of its own: low the first time, medium when it happens on a
second day.

    idle --its moment--> waiting --answered--> idle
                         |-- not in time --> late --answered, or the next day--> idle

A day has one test, whatever the clock does: the last days that had one are remembered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import (
    AlarmDelivered,
    ClockQuality,
    ClockQualityChanged,
    ClockStepped,
    Event,
    GatewayStarted,
    Stamp,
    TimerFired,
)
from heimvakt.core.fields import Hours, duration
from heimvakt.core.rule import Rule
from heimvakt.core.times import stepped
from heimvakt.core.words import Words, spell_duration

from .daily_moment import HoursOrNever, Moment
from .kind import NO_DEVICES, Context, RuleKind, RuleSettings, home_rule

NEXT, LATE = "next", "late"
FAILED = "failed"
"""The key of the alarm that the test itself did not get through."""
DAYS_KEPT = 8


class Settings(RuleSettings):
    """`[rules.daily-test]`: armed in every home, also without this section."""

    at: Annotated[
        HoursOrNever,
        Field(
            description="When it is, local time: the gateway's id chooses the moment in the "
            'window. "never": there is none.'
        ),
    ] = Hours.parse("10:00-11:00")
    within: Annotated[
        timedelta,
        duration(at_least="10s", at_most="1h"),
        Field(description="Not answered in this time, it has failed."),
    ] = timedelta(minutes=2)
    priority: Annotated[
        Priority, Field(description="Of the test itself; it takes the way of its priority.")
    ] = Priority.INFORMATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The test that nobody has answered."""

    key: str
    raised_at: datetime
    monotonic: float
    boot_id: str
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The last test that was answered."""

    raised_at: datetime
    seconds: float
    """From raised to the first answer of a receiver's system."""
    receiver: str
    in_time: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Which days had a test, and what became of the last ones."""

    days: tuple[date, ...] = ()
    """The newest last."""
    waiting: Waiting | None = None
    last: Result | None = None
    failures: int = 0
    """Tests that were not answered in time since the last that was."""


def step(settings: Settings, moment: Moment, state: State, event: Event) -> tuple[State, Effects]:
    """What becomes of the test with `event`."""
    match event:
        case GatewayStarted() | ClockStepped() | ClockQualityChanged():
            after = _on_this_clock(state, event)
            return after, [_arm(moment, after, event.stamp)]
        case TimerFired(name="next"):
            return _begin(settings, moment, state, event)
        case TimerFired(name="late") if state.waiting is not None:
            return _fail(settings, state, state.waiting, event)
        case AlarmDelivered(alarm_id=key) if state.waiting is not None and key == state.waiting.key:
            return _passed(state, state.waiting, event)
        case _:
            return state, []


def _on_this_clock(state: State, event: Event) -> State:
    by = stepped(event)
    if by is None or state.waiting is None:
        return state
    moved = replace(state.waiting, raised_at=state.waiting.raised_at + by)
    return replace(state, waiting=moved)


def _arm(moment: Moment, state: State, stamp: Stamp) -> ArmTimer | CancelTimer:
    """The next test; none while nobody knows what day it is."""
    if stamp.clock is ClockQuality.UNKNOWN:
        return CancelTimer(NEXT)
    found = moment.after(stamp.at, state.days)
    return CancelTimer(NEXT) if found is None else ArmTimer(NEXT, found[1])


def _begin(
    settings: Settings, moment: Moment, state: State, event: TimerFired
) -> tuple[State, Effects]:
    found = moment.after(event.at, state.days)
    if event.stamp.clock is ClockQuality.UNKNOWN or found is None or found[1] > event.at:
        return state, [_arm(moment, state, event.stamp)]
    key = found[0].isoformat()
    waiting = Waiting(
        key=key,
        raised_at=event.at,
        monotonic=event.stamp.monotonic,
        boot_id=event.stamp.boot_id,
    )
    after = replace(state, days=(*state.days, found[0])[-DAYS_KEPT:], waiting=waiting)
    alarm = RaiseAlarm(
        key=key,
        kind="test",
        priority=settings.priority,
        began_at=event.at,
        text=Words(
            nb="Daglig prøve: gatewayen sender en alarm for å se at den kommer frem.",
            en="Daily test: the gateway sends an alarm to see that it gets through.",
        ),
        evidence=(Evidence.of(event),),
        thresholds=(("within", spell_duration(settings.within.total_seconds()).en),),
    )
    given_up = [ResetAlarm(state.waiting.key)] if state.waiting else []
    late = ArmTimer(LATE, event.at + settings.within)
    return after, [*given_up, alarm, late, _arm(moment, after, event.stamp)]


def _passed(state: State, waiting: Waiting, event: AlarmDelivered) -> tuple[State, Effects]:
    same_boot = waiting.boot_id == event.stamp.boot_id
    seconds = (
        event.stamp.monotonic - waiting.monotonic
        if same_boot
        else (event.at - waiting.raised_at).total_seconds()
    )
    last = Result(
        raised_at=waiting.raised_at,
        seconds=max(seconds, 0.0),
        receiver=event.receiver,
        in_time=not waiting.late,
    )
    after = replace(state, waiting=None, last=last)
    over: Effects = [CancelTimer(LATE), ResetAlarm(waiting.key)]
    if waiting.late or not state.failures:
        return after, over
    return replace(after, failures=0), [*over, ResetAlarm(FAILED)]


def _fail(
    settings: Settings, state: State, waiting: Waiting, event: TimerFired
) -> tuple[State, Effects]:
    failures = state.failures + 1
    after = replace(state, waiting=replace(waiting, late=True), failures=failures)
    if failures > 2:
        return after, []  # told as loud as it gets
    limit = spell_duration(settings.within.total_seconds())
    alarm = RaiseAlarm(
        key=FAILED,
        kind="test-failed",
        priority=Priority.LOW if failures == 1 else Priority.MEDIUM,
        began_at=waiting.raised_at,
        text=Words(
            nb=f"Den daglige prøven kom ikke frem innen {limit.nb}"
            + (", for andre dag på rad." if failures > 1 else "."),
            en=f"The daily test did not get through within {limit.en}"
            + (", for the second day in a row." if failures > 1 else "."),
        ),
        evidence=(Evidence.of(event),),
        thresholds=(("within", limit.en),),
    )
    return after, [ResetAlarm(FAILED), alarm] if failures > 1 else [alarm]


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule; it needs no device."""
    window = settings.at.window(context.zone) if settings.at else None
    moment = Moment.of(context.gateway_id, window)
    return home_rule(rule_id, KIND, State(), partial(step, settings, moment), told_of=NO_DEVICES)


KIND = RuleKind(
    kind="daily-test",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    raises=frozenset({"test", "test-failed"}),
    priorities=frozenset({Priority.MEDIUM, Priority.LOW, Priority.INFORMATION}),
    implicit=True,
)
