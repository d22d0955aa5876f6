"""A door that is left open for longer than it should be.

closed --opened--> open --not closed in time, within the hours--> raised --closed--> closed
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.calendar import Night, Window
from heimvakt.core.devices import Device, Role
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import DoorClosed, DoorOpened, Event, TimerFired
from heimvakt.core.fields import Hours, duration
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words, spell_duration

from .device_id import DeviceId
from .hearing import ALL_HEARD, Hearing
from .kind import Context, RuleKind, RuleSettings, Wire
from .wording import late_words, unheard_words


class Settings(RuleSettings):
    """`[rules.door-open]`."""

    doors: Annotated[
        tuple[DeviceId, ...],
        Field(min_length=1, description="The doors that are watched.", examples=[["front-door"]]),
    ]
    after: Annotated[
        timedelta,
        duration(at_least="30s", at_most="24h"),
        Field(description="Open for longer than this is an alarm."),
    ] = timedelta(minutes=15)
    between: Annotated[
        Hours | None,
        Field(description="Only in these hours, local time. Usually left out: at any hour."),
    ] = None
    priority: Annotated[
        Priority | None,
        Field(description="How soon a person must look; without it medium for outer doors."),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The doors that are open."""

    opened: Mapping[str, Evidence] = field(default_factory=dict)
    raised: frozenset[str] = frozenset()
    hearing: Hearing = ALL_HEARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The settings in a home."""

    settings: Settings
    hours: Night | None
    doors: Mapping[str, Device]


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """Which doors are open after `event`, and which for too long."""
    hearing = state.hearing.after(event, bound.doors)
    if hearing is not state.hearing:
        return replace(state, hearing=hearing), []
    match event:
        case DoorOpened(device_id=door, at=at) if door in bound.doors and door not in state.opened:
            opened = {**state.opened, door: Evidence.of(event)}
            return replace(state, opened=opened), [ArmTimer(door, at + bound.settings.after)]
        case DoorClosed(device_id=door) if door in state.opened:
            ended = [ResetAlarm(door)] if door in state.raised else []
            return _without(state, door), [CancelTimer(door), *ended]
        case TimerFired(name=door) if door in state.opened and door in bound.doors:
            return _too_long(bound, state, door, event)
        case _:
            return state, []


def _too_long(bound: Bound, state: State, door: str, event: TimerFired) -> tuple[State, Effects]:
    hours, settings = bound.hours, bound.settings
    if hours is not None and not hours.holds(event.stamp):
        return state, [ArmTimer(door, _next(hours.window, event))]
    device, opened = bound.doors[door], state.opened[door]
    long = spell_duration((event.at - opened.at).total_seconds() // 60 * 60)
    text = Words(
        nb=f"Døren {door} har stått åpen i {long.nb}.",
        en=f"The door {door} has been open for {long.en}.",
    )
    if not state.hearing.hears_any({door: device}):
        text += unheard_words(door)
    alarm = RaiseAlarm(
        key=door,
        kind="door-open",
        priority=settings.priority or (Priority.MEDIUM if device.outer else Priority.LOW),
        began_at=opened.at,
        text=text + late_words(event),
        evidence=(opened,),
        device_id=door,
        thresholds=(
            ("after", spell_duration(settings.after.total_seconds()).en),
            *((("between", str(settings.between)),) if settings.between else ()),
        ),
    )
    return replace(state, raised=state.raised | {door}), [alarm]


def _next(window: Window, event: TimerFired) -> datetime:
    """When the hours begin next."""
    return window.moment(window.day_of(event.at) + timedelta(days=1), timedelta())


def _without(state: State, door: str) -> State:
    opened = {name: since for name, since in state.opened.items() if name != door}
    return replace(state, opened=opened, raised=state.raised - {door})


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
        hours=context.night(settings.between) if settings.between else None,
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
        told_of=frozenset(settings.doors),
    )


KIND = RuleKind(
    kind="door-open",
    settings=Settings,
    bind=bind,
    wiring=wiring,
    listens=frozenset(),
    raises=frozenset({"door-open"}),
    priorities=frozenset({Priority.MEDIUM, Priority.LOW}),
)
