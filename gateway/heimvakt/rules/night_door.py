"""A watched door is opened in the night.

An outer door is high, as somebody may go out; medium where it is opened by somebody who comes into
an empty home, or goes away as he has told the home (`passage`). A door that is opened again soon,
on the way back in or by a hand that does not let go, belongs to the alarm that was raised; after
`quiet_for`, or where the first was less urgent, it is a new one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.calendar import Night
from heimvakt.core.changed import replace
from heimvakt.core.devices import Device, Role
from heimvakt.core.effects import Effects, NoLonger, RaiseAlarm
from heimvakt.core.events import (
    ClockStepped,
    DoorClosed,
    DoorOpened,
    Event,
    Mode,
    ModeChanged,
)
from heimvakt.core.fields import Hours, duration
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .device_id import DeviceId
from .kind import Context, RuleKind, Wire
from .passage import NOT_KNOWN, Passage, PassageSettings, Way, way_of, wires_passed
from .presence import HEEDED


class Settings(PassageSettings):
    """`[rules.night-door]`."""

    between: Annotated[
        Hours, Field(description="The night, local time; it may cross midnight.")
    ] = Hours.parse("22:00-07:00")
    doors: Annotated[
        tuple[DeviceId, ...],
        Field(min_length=1, description="The doors that are watched.", examples=[["front-door"]]),
    ]
    quiet_for: Annotated[
        timedelta,
        duration(at_least="0s", at_most="2h"),
        Field(description="The same door opened again within this time is no new alarm."),
    ] = timedelta(minutes=15)
    unless: Annotated[
        Literal["visit"] | None,
        Field(
            description="visit: while a carer is here it is kept back, and told if the door is "
            "still open at the end of the visit."
        ),
    ] = None
    priority: Annotated[
        Priority | None,
        Field(
            description="How soon a person must look. Left out: medium; high for outer doors, but "
            "where somebody comes into an empty home, or has just set it to away."
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class State:
    """When each door last raised an alarm."""

    raised_at: Mapping[str, datetime] = field(default_factory=dict)
    boot_id: str = ""
    """The boot that this was in: in another one the same time is another time."""
    calm: frozenset[str] = frozenset()
    """Of these, the doors whose last alarm was of somebody who came in, or went as he had said."""
    passage: Passage = NOT_KNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The settings in a home."""

    settings: Settings
    night: Night
    doors: Mapping[str, Device]
    way: Way


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """Whether this opening is an alarm."""
    passage = state.passage.after(bound.way, event)
    if passage is not state.passage:
        state = replace(state, passage=passage)
    match event:
        case DoorOpened(device_id=door) if door in bound.doors:
            return _opened(bound, state, event) if bound.night.holds(event.stamp) else (state, [])
        case DoorClosed(device_id=door) if door in bound.doors:
            return state, [NoLonger(door)]
        case ClockStepped() | ModeChanged():
            # Nothing is quiet by a time that the clock has left, or after what a mode kept back.
            return State(passage=passage), []
        case _:
            return state, []


def _opened(bound: Bound, state: State, event: DoorOpened) -> tuple[State, Effects]:
    door, boot_id, passage = event.device_id, event.stamp.boot_id, state.passage
    in_this_boot = state.raised_at if state.boot_id == boot_id else {}
    last = in_this_boot.get(door)
    is_calm = passage.comes_in(bound.way, event) or passage.leaves_as_said(event)
    is_soon = last is not None and last <= event.at < last + bound.settings.quiet_for
    if is_soon and (is_calm or door not in state.calm):
        return state, []
    told = State(
        raised_at={**in_this_boot, door: event.at},
        boot_id=boot_id,
        calm=state.calm | {door} if is_calm else state.calm - {door},
        passage=passage,
    )
    return told, [_alarm(bound, passage, event)]


def _alarm(bound: Bound, passage: Passage, event: DoorOpened) -> RaiseAlarm:
    door = bound.doors[event.device_id]
    text = Words(
        nb=f"Døren {door.device_id} ble åpnet om natten.",
        en=f"The door {door.device_id} was opened in the night.",
    )
    by_door = Priority.HIGH if door.outer else Priority.MEDIUM
    if passage.leaves_as_said(event):
        by_door = Priority.MEDIUM
        text += Words(
            nb=" Boligen er nettopp satt til borte.", en=" The home has just been set to away."
        )
    elif passage.comes_in(bound.way, event):
        by_door = Priority.MEDIUM
        text += Words(
            nb=" Ingen er hørt inne siden den sist ble lukket: noen kommer trolig inn.",
            en=" Nobody was heard inside since it was last shut: somebody comes in, it seems.",
        )
    return RaiseAlarm(
        key=door.device_id,
        kind="night-door",
        priority=bound.settings.priority or by_door,
        began_at=event.at,
        text=text,
        evidence=(Evidence.of(event),),
        device_id=door.device_id,
        thresholds=(("between", str(bound.settings.between)),),
    )


def wiring(settings: Settings) -> list[Wire]:
    """The doors, and what is passed on the way to them where the home names it."""
    roles = frozenset({Role.DOOR})
    return [
        *(
            Wire(field=("doors", index), device_id=door, roles=roles)
            for index, door in enumerate(settings.doors)
        ),
        *wires_passed(settings),
    ]


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule in this home."""
    bound = Bound(
        settings=settings,
        night=context.night(settings.between),
        doors={door: context.devices[door] for door in settings.doors},
        way=way_of(context, settings.doors, settings.passed),
    )
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=3,
        initial=State(),
        states=(State,),
        step=partial(step, bound),
        needs=frozenset(settings.doors),
        told_of=frozenset({*settings.doors, *bound.way.inside}),
        told_of_kinds=HEEDED,
        unless=frozenset({Mode(settings.unless)} if settings.unless else ()),
    )


KIND = RuleKind(
    kind="night-door",
    settings=Settings,
    bind=bind,
    wiring=wiring,
    # What moves only tells how urgent the door is: by itself it is never an alarm of this kind.
    listens=frozenset(),
    raises=frozenset({"night-door"}),
    priorities=frozenset({Priority.HIGH, Priority.MEDIUM}),
)
