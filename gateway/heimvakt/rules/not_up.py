"""No sign by a time of the morning that somebody has got up.

    the morning begins --a sign of being up--> up
                       `-- none when it ends --> raised --a sign--> up

Lying down is no sign, and one movement alone is none (`core.witness`). When nothing could be heard,
since the gateway was off or every sensor out of reach, it waits for a while, in which a sign may
still come.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.calendar import Window
from heimvakt.core.changed import replace
from heimvakt.core.devices import Device
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, NoLonger, RaiseAlarm, ResetAlarm
from heimvakt.core.events import (
    BedEntered,
    ClockQuality,
    ClockQualityChanged,
    ClockStepped,
    ConfigurationChanged,
    DeviceEvent,
    Event,
    GatewayStarted,
    Mode,
    ModeChanged,
    Stamp,
    TimerFired,
)
from heimvakt.core.fields import Hours
from heimvakt.core.rule import Rule
from heimvakt.core.witness import NOBODY, Witness
from heimvakt.core.words import Words

from .device_id import DeviceId
from .hearing import ALL_HEARD, Hearing
from .kind import Context, RuleKind, RuleSettings, Wire
from .presence import HEEDED, SIGNS, is_life, signs_of, wires
from .wording import LATE, told_late_by

BY = "by"
LATER, OFF = "later", "off"
"""Deadlines of a second look, by why there was none before."""
KEY = "home"
WAIT = timedelta(minutes=30)
"""For a sign, when nothing could be heard in the morning."""
STILL = timedelta(hours=12)
"""A morning that ended longer ago than this is judged no more."""


class Settings(RuleSettings):
    """`[rules.not-up]`."""

    between: Annotated[
        Hours,
        Field(
            description="The morning, local time: a sign in it is enough, none by its end is an "
            "alarm."
        ),
    ] = Hours.parse("05:00-10:00")
    signs: Annotated[
        tuple[DeviceId, ...],
        Field(
            description="What is a sign of being up. Usually left out: every sensor of movement, "
            "doors, beds that are left, chairs, appliances and buttons.",
            examples=[["hall-motion", "bed"]],
        ),
    ] = ()
    priority: Annotated[Priority, Field(description="How soon a person must look.")] = (
        Priority.MEDIUM
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The last sign, and which mornings have been judged."""

    last: Evidence | None = None
    judged: tuple[date, ...] = ()
    """The newest last; of the last days, so that a clock that is set judges none twice."""
    waits_for: date | None = None
    """The morning that is to be judged next."""
    raised: bool = False
    hearing: Hearing = ALL_HEARD
    witness: Witness = NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The settings in a home."""

    settings: Settings
    morning: Window
    signs: Mapping[str, Device]


_AFRESH = (GatewayStarted, ClockStepped, ClockQualityChanged, ConfigurationChanged)


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """Whether somebody is up after `event`."""
    hearing = state.hearing.after(event, bound.signs)
    if hearing is not state.hearing:
        state = replace(state, hearing=hearing)
    match event:
        case DeviceEvent() if is_life(event, bound.signs) and not isinstance(event, BedEntered):
            witness = state.witness.after(event)
            if not state.witness.confirms(event):
                return replace(state, witness=witness), []
            up = replace(state, witness=witness, last=Evidence.of(event), raised=False)
            return up, [ResetAlarm(KEY)] if state.raised else []
        case TimerFired(name=name) if name in (BY, LATER, OFF):
            return _judge(bound, state, event)
        case ModeChanged(before=before, after=after) if Mode.PRIVACY in (before, after):
            # Movements are not heard while it lasts: whoever set it was up.
            return replace(state, last=Evidence.of(event), raised=False), [NoLonger(KEY)]
        case _ if isinstance(event, _AFRESH):
            return _arm(bound, state, event.stamp)
        case _:
            return state, []


def _arm(bound: Bound, state: State, stamp: Stamp) -> tuple[State, Effects]:
    """Wait for the end of the next morning; for none while nobody knows the time."""
    if stamp.clock is ClockQuality.UNKNOWN:
        return replace(state, waits_for=None), [CancelTimer(BY)]
    morning, day = bound.morning, state.waits_for
    if day is not None and timedelta() <= stamp.at - _end(morning, day) < STILL:
        return state, [ArmTimer(BY, _end(morning, day))]  # it ended while the gateway was off
    day, at = morning.next_once(morning.length, stamp.at, done=state.judged)
    return replace(state, waits_for=day), [ArmTimer(BY, at)]


def _end(morning: Window, day: date) -> datetime:
    return morning.moment(day, morning.length)


def _judge(bound: Bound, state: State, event: TimerFired) -> tuple[State, Effects]:
    day = bound.morning.day_of(event.due - timedelta(microseconds=1))
    begin = bound.morning.moment(day, timedelta())
    if event.name == BY:
        state = replace(state, judged=(*state.judged[-6:], day), waits_for=None)
    state, again = _arm(bound, state, event.stamp)
    if state.raised or (state.last is not None and state.last.at >= begin):
        return state, again
    deaf, was_off = not state.hearing.hears_any(bound.signs), event.at - event.due >= LATE
    if event.name == BY and (deaf or was_off):
        return state, [ArmTimer(OFF if was_off else LATER, event.at + WAIT), *again]
    alarm = _alarm(bound, state, event, _end(bound.morning, day), deaf=deaf)
    return replace(state, raised=True), [alarm, *again]


def _alarm(
    bound: Bound, state: State, event: TimerFired, ended: datetime, *, deaf: bool
) -> RaiseAlarm:
    until = f"{bound.settings.between.end:%H:%M}"
    text = Words(
        nb=f"Ingen tegn til å ha stått opp innen {until}.",
        en=f"No sign of having got up by {until}.",
    )
    if deaf:
        text += Words(nb=" Ingen sensor kan høres nå.", en=" No sensor can be heard now.")
    text += told_late_by(event.at - (ended if event.name == OFF else event.due))
    last = state.last
    return RaiseAlarm(
        key=KEY,
        kind="not-up",
        priority=bound.settings.priority,
        began_at=ended,
        text=text,
        evidence=(last,) if last else (),
        device_id=last.device_id if last else None,
        thresholds=(("between", str(bound.settings.between)),),
    )


def wiring(settings: Settings) -> list[Wire]:
    """The signs, where the home names them."""
    return wires("signs", settings.signs)


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule in this home."""
    signs = signs_of(context, settings.signs)
    bound = Bound(settings=settings, morning=settings.between.window(context.zone), signs=signs)
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=2,
        initial=State(),
        states=(State,),
        step=partial(step, bound),
        needs=frozenset(signs),
        told_of=frozenset(signs),
        told_of_kinds=HEEDED,
    )


KIND = RuleKind(
    kind="not-up",
    settings=Settings,
    bind=bind,
    wiring=wiring,
    listens=SIGNS,
    raises=frozenset({"not-up"}),
    priorities=frozenset({Priority.HIGH, Priority.MEDIUM}),
)
