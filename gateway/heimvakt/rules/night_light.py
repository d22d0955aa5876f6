"""A light that is switched on in the night when somebody gets up, and off again after a while.

It is a help, not a watch: it raises no alarm, and a lamp that does not answer is only recorded.
What somebody switches on beside it with their own hand is switched off with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.calendar import Night
from heimvakt.core.commands import Verb
from heimvakt.core.devices import Role
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, GiveCommand
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ChairLeft,
    DeviceEvent,
    DoorOpened,
    Event,
    MotionDetected,
    TimerFired,
)
from heimvakt.core.fields import Hours, duration
from heimvakt.core.rule import Rule

from .device_id import DeviceId
from .kind import Context, RuleKind, RuleSettings, Wire

OFF = "off"
"""The deadline at which the lights go off."""

GETS_UP = (BedLeft, ChairLeft, DoorOpened, MotionDetected)
MOVERS = frozenset({Role.BED, Role.CHAIR, Role.DOOR, Role.MOTION})


class Settings(RuleSettings):
    """`[rules.night-light]`."""

    between: Annotated[
        Hours, Field(description="The night, local time; it may cross midnight.")
    ] = Hours.parse("22:00-07:00")
    lights: Annotated[
        tuple[DeviceId, ...],
        Field(min_length=1, description="What is switched on.", examples=[["bedside-lamp"]]),
    ]
    on: Annotated[
        tuple[DeviceId, ...],
        Field(
            min_length=1,
            description="Who gets up or moves: beds, chairs, doors and movements.",
            examples=[["bed"]],
        ),
    ]
    lasting: Annotated[
        timedelta,
        duration(at_least="30s", at_most="8h"),
        Field(description="Off again so long after the last of them."),
    ] = timedelta(minutes=10)
    at_most: Annotated[
        int,
        Field(
            ge=1,
            le=200,
            description="How often in one night: a sensor that flickers must not make it blink.",
        ),
    ] = 30


@dataclass(frozen=True, slots=True)
class State:
    """Whether the lights are on by this rule, and how often that was in the night that is now."""

    lit: bool = False
    night_began: datetime | None = None
    """When they were first switched on in it."""
    times: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The settings in a home."""

    settings: Settings
    night: Night


NIGHT_MAX = timedelta(hours=16)
"""After this it is another night, whatever the clock was set to."""


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """Whether the lights go on or off."""
    match event:
        case DeviceEvent(device_id=who) if who in bound.settings.on:
            if isinstance(event, GETS_UP):
                return _gets_up(bound, state, event)
            if isinstance(event, BedEntered) and state.lit:
                return _off(bound, state, CancelTimer(OFF))
            return state, []
        case TimerFired(name=name) if name == OFF and state.lit:
            return _off(bound, state)
        case _:
            return state, []


def _gets_up(bound: Bound, state: State, event: DeviceEvent) -> tuple[State, Effects]:
    off = ArmTimer(OFF, event.at + bound.settings.lasting)
    if state.lit:
        return state, [off]
    if not bound.night.holds(event.stamp):
        return state, []
    began = state.night_began
    if began is None or not began <= event.at < began + NIGHT_MAX:
        state = replace(state, night_began=event.at, times=0)
    if state.times >= bound.settings.at_most:
        return state, []
    switched = [GiveCommand(verb=Verb.LIGHT, device_id=light) for light in bound.settings.lights]
    return replace(state, lit=True, times=state.times + 1), [*switched, off]


def _off(bound: Bound, state: State, *first: CancelTimer) -> tuple[State, Effects]:
    switched = [
        GiveCommand(verb=Verb.LIGHT, device_id=light, on=False) for light in bound.settings.lights
    ]
    return replace(state, lit=False), [*first, *switched]


def wiring(settings: Settings) -> list[Wire]:
    """The lights, and those who get up."""
    lights = [
        Wire(field=("lights", index), device_id=light, roles=frozenset({Role.LIGHT}))
        for index, light in enumerate(settings.lights)
    ]
    movers = [
        Wire(field=("on", index), device_id=mover, roles=MOVERS)
        for index, mover in enumerate(settings.on)
    ]
    return lights + movers


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule in this home."""
    bound = Bound(settings=settings, night=context.night(settings.between))
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=1,
        initial=State(),
        states=(State,),
        step=partial(step, bound),
        needs=frozenset({*settings.on, *settings.lights}),
        told_of=frozenset({*settings.on, *settings.lights}),
    )


KIND = RuleKind(
    kind="night-light",
    settings=Settings,
    bind=bind,
    wiring=wiring,
    listens=frozenset(),
    raises=frozenset(),
    priorities=frozenset(),
)
