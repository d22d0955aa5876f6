"""A watched door is opened in the night.

A door that is opened again soon, on the way back in or by a hand that does not let go, belongs to
the alarm that was raised; after `quiet_for` it is a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.calendar import Window
from heimvakt.core.devices import Device, Role
from heimvakt.core.effects import Effects, RaiseAlarm
from heimvakt.core.events import DoorOpened, Event
from heimvakt.core.fields import Hours, duration
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .kind import Context, RuleKind, RuleSettings, Wire


class Settings(RuleSettings):
    """`[rules.night-door]`."""

    between: Annotated[
        Hours, Field(description="The night, local time; it may cross midnight.")
    ] = Hours.parse("22:00-07:00")
    doors: Annotated[
        tuple[str, ...],
        Field(min_length=1, description="The doors that are watched.", examples=[["front-door"]]),
    ]
    quiet_for: Annotated[
        timedelta,
        duration(at_least="0s", at_most="2h"),
        Field(description="The same door opened again within this time is no new alarm."),
    ] = timedelta(minutes=15)
    priority: Annotated[
        Priority | None,
        Field(description="How soon a person must look; without it high for outer doors."),
    ] = None


@dataclass(frozen=True, slots=True)
class State:
    """When each door last raised an alarm."""

    raised_at: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The settings in a home."""

    settings: Settings
    window: Window
    doors: Mapping[str, Device]


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """Whether this opening is an alarm."""
    match event:
        case DoorOpened(device_id=door, at=at) if door in bound.doors and bound.window.contains(at):
            last = state.raised_at.get(door)
            if last is not None and last <= at < last + bound.settings.quiet_for:
                return state, []
            return State({**state.raised_at, door: at}), [_alarm(bound, event)]
        case _:
            return state, []


def _alarm(bound: Bound, event: DoorOpened) -> RaiseAlarm:
    door = bound.doors[event.device_id]
    by_door = Priority.HIGH if door.outer else Priority.MEDIUM
    return RaiseAlarm(
        key=door.device_id,
        kind="night-door",
        priority=bound.settings.priority or by_door,
        began_at=event.at,
        text=Words(
            nb=f"Døren {door.device_id} ble åpnet om natten.",
            en=f"The door {door.device_id} was opened in the night.",
        ),
        evidence=(Evidence.of(event),),
        device_id=door.device_id,
        thresholds=(("between", str(bound.settings.between)),),
    )


def wiring(settings: Settings) -> list[Wire]:
    """The doors."""
    roles = frozenset({Role.DOOR})
    return [
        Wire(field=("doors", index), device_id=door, roles=roles)
        for index, door in enumerate(settings.doors)
    ]


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule in this home."""
    bound = Bound(
        settings=settings,
        window=settings.between.window(context.zone),
        doors={door: context.devices[door] for door in settings.doors},
    )
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=1,
        initial=State(),
        states=(State,),
        step=partial(step, bound),
        needs=frozenset(settings.doors),
    )


KIND = RuleKind(
    kind="night-door",
    settings=Settings,
    bind=bind,
    wiring=wiring,
    listens=frozenset(),
    priorities=frozenset({Priority.HIGH, Priority.MEDIUM}),
)
