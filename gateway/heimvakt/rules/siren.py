"""A siren that calls the neighbours when an alarm of the highest kind gets through to nobody.

It begins when no receiver's system has answered for `after`, sounds for a bounded time, rests, and
begins again a bounded number of times; it ends at once when somebody's system has the alarm. Its
deadlines survive a restart; a siren ends by itself also when nobody is left to silence it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Priority
from heimvakt.core.commands import Verb
from heimvakt.core.devices import Role
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, GiveCommand
from heimvakt.core.events import AlarmAnswered, AlarmUnanswered, Event, TimerFired
from heimvakt.core.fields import duration
from heimvakt.core.rule import Rule

from .device_id import DeviceId
from .kind import NO_DEVICES, Context, RuleKind, RuleSettings, Wire

WAITING_MAX = 64
"""Alarms that are remembered; with so many waiting the siren has long been called for."""


class Settings(RuleSettings):
    """`[rules.siren]`."""

    sirens: Annotated[
        tuple[DeviceId, ...],
        Field(min_length=1, description="What sounds.", examples=[["hall-siren"]]),
    ]
    after: Annotated[
        timedelta,
        duration(at_least="20s", at_most="1h"),
        Field(description="When no receiver's system has answered a high alarm for so long."),
    ] = timedelta(minutes=2)
    lasting: Annotated[
        timedelta,
        duration(at_least="5s", at_most="15m"),
        Field(description="How long it sounds at a time."),
    ] = timedelta(minutes=3)
    rest: Annotated[
        timedelta,
        duration(at_least="1m", at_most="2h"),
        Field(description="How long it rests before it sounds again."),
    ] = timedelta(minutes=10)
    at_most: Annotated[
        int, Field(ge=1, le=20, description="How often it sounds for one alarm.")
    ] = 3


@dataclass(frozen=True, slots=True)
class State:
    """The alarms that nobody's system has, and how often each has been sounded."""

    waiting: Mapping[str, int] = field(default_factory=dict)


def step(settings: Settings, state: State, event: Event) -> tuple[State, Effects]:
    """Whether it sounds, or is silenced."""
    match event:
        case AlarmUnanswered(alarm_id=alarm_id, priority=Priority.HIGH):
            if len(state.waiting) >= WAITING_MAX:
                return state, []
            waiting = State({**state.waiting, alarm_id: 0})
            return waiting, [ArmTimer(alarm_id, event.at + settings.after)]
        case AlarmAnswered(alarm_id=alarm_id) if alarm_id in state.waiting:
            return _answered(settings, state, alarm_id)
        case TimerFired(name=alarm_id) if alarm_id in state.waiting:
            return _sound(settings, state, event, alarm_id)
        case _:
            return state, []


def _sound(
    settings: Settings, state: State, event: TimerFired, alarm_id: str
) -> tuple[State, Effects]:
    times = state.waiting[alarm_id] + 1
    sounded = replace(state, waiting={**state.waiting, alarm_id: times})
    effects: list[GiveCommand | ArmTimer] = [
        GiveCommand(verb=Verb.SIREN, device_id=siren, lasting=settings.lasting)
        for siren in settings.sirens
    ]
    if times < settings.at_most:
        effects.append(ArmTimer(alarm_id, event.at + settings.lasting + settings.rest))
    return sounded, effects


def _answered(settings: Settings, state: State, alarm_id: str) -> tuple[State, Effects]:
    rest = {each: times for each, times in state.waiting.items() if each != alarm_id}
    effects: list[CancelTimer | GiveCommand] = [CancelTimer(alarm_id)]
    sounded = state.waiting[alarm_id] > 0
    if sounded and not any(rest.values()):
        effects += [GiveCommand(verb=Verb.SILENCE, device_id=siren) for siren in settings.sirens]
    return State(rest), effects


def wiring(settings: Settings) -> list[Wire]:
    """The sirens."""
    return [
        Wire(field=("sirens", index), device_id=siren, roles=frozenset({Role.SIREN}))
        for index, siren in enumerate(settings.sirens)
    ]


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule in this home."""
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=1,
        initial=State(),
        states=(State,),
        step=partial(step, settings),
        needs=frozenset(settings.sirens),
        told_of=NO_DEVICES,
        minds_alarms=True,
    )


KIND = RuleKind(
    kind="siren",
    settings=Settings,
    bind=bind,
    wiring=wiring,
    listens=frozenset(),
    raises=frozenset(),
    priorities=frozenset(),
)
