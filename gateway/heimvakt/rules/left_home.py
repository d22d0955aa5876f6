"""Somebody goes out at night: an outer door, and then nothing inside.

    in --outer door--> perhaps out --something inside, after the door has come to rest--> in
                                   `-- nothing inside in time --> raised --something inside--> in

Whoever takes in the newspaper is heard inside again, and by more than one movement. What moves
while the door is used proves nothing, since it may be on the way out: only what is heard `settles`
after the door does. Of somebody who comes into an empty home one movement is enough, and who goes
away as he has told the home is not missed (`passage`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.calendar import Night
from heimvakt.core.changed import replace
from heimvakt.core.devices import Device, Role
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, NoLonger, RaiseAlarm, ResetAlarm
from heimvakt.core.events import (
    DeviceEvent,
    DoorClosed,
    DoorOpened,
    Event,
    Mode,
    ModeChanged,
    TimerFired,
)
from heimvakt.core.fields import Hours, duration
from heimvakt.core.rule import Rule
from heimvakt.core.witness import NOBODY, Witness
from heimvakt.core.words import Words, spell_duration

from .device_id import DeviceId
from .hearing import ALL_HEARD, Hearing
from .kind import Context, RuleKind, Wire
from .passage import NOT_KNOWN, Passage, PassageSettings, Way, way_of, wires_passed
from .presence import HEEDED, SIGNS, is_life, signs_of, wires
from .wording import late_words

OUT = "out"
KEY = "home"
ALONE_TWICE = timedelta(minutes=5)


class Settings(PassageSettings):
    """`[rules.left-home]`."""

    between: Annotated[
        Hours, Field(description="The night, local time; it may cross midnight.")
    ] = Hours.parse("23:00-06:00")
    doors: Annotated[
        tuple[DeviceId, ...],
        Field(min_length=1, description="The doors that lead out.", examples=[["front-door"]]),
    ]
    inside: Annotated[
        tuple[DeviceId, ...],
        Field(
            description="What tells that somebody is in. Usually left out: every sensor of the "
            "home but these doors.",
            examples=[["hall-motion", "bed"]],
        ),
    ] = ()
    within: Annotated[
        timedelta,
        duration(at_least="1m", at_most="1h"),
        Field(description="Nothing heard inside for so long after the door is an alarm."),
    ] = timedelta(minutes=5)
    settles: Annotated[
        timedelta,
        duration(at_least="0s", at_most="2m"),
        Field(description="What is heard so soon after the door is still on the way out."),
    ] = timedelta(seconds=30)
    priority: Annotated[Priority, Field(description="How soon a person must look.")] = Priority.HIGH


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """When the door was last used at night, with nothing heard inside since."""

    opened: Evidence | None = None
    """The opening that began it."""
    used: Evidence | None = None
    """The last that the door said."""
    raised: bool = False
    hearing: Hearing = ALL_HEARD
    witness: Witness = NOBODY
    """Of what was heard inside since the door."""
    passage: Passage = NOT_KNOWN
    comes_in: bool = False
    """The door was opened by somebody who came into an empty home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The settings in a home."""

    settings: Settings
    night: Night
    inside: Mapping[str, Device]
    way: Way


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """Whether somebody may be out after `event`."""
    hearing = state.hearing.after(event, bound.inside)
    if hearing is not state.hearing:
        state = replace(state, hearing=hearing)
    passage = state.passage.after(bound.way, event)
    if passage is not state.passage:
        state = replace(state, passage=passage)
    doors = bound.settings.doors
    match event:
        case DoorOpened(device_id=door) if door in doors and bound.night.holds(event.stamp):
            used = state.used
            if used is not None and (used.kind, used.device_id) == (event.kind, door):
                return state, []  # it says so again, as after a time without contact
            if passage.leaves_as_said(event):
                return state, []
            if state.opened is None:
                comes_in = passage.comes_in(bound.way, event)
                state = replace(state, opened=Evidence.of(event), comes_in=comes_in)
            return _used(bound, state, event)
        case DoorClosed(device_id=door) if door in doors and state.opened is not None:
            return _used(bound, state, event)
        case DeviceEvent() if is_life(event, bound.inside) and state.used is not None:
            # The clock may have been set between the two: then they say nothing of an order.
            if timedelta() <= event.at - state.used.at < bound.settings.settles:
                return state, []
            seen = replace(state, witness=state.witness.after(event))
            if (
                state.comes_in
                or state.witness.confirms(event)
                or _is_second(bound, state, seen, event)
            ):
                return _in(seen)
            return seen, []
        case TimerFired(name=name) if name == OUT and state.opened is not None:
            return _gone(bound, state, state.opened, event)
        case ModeChanged(before=before, after=after) if Mode.PRIVACY in (before, after) or (
            after is Mode.AWAY and not state.raised
        ):
            # Movements are not heard in privacy: who is in or out is not known. And whoever has
            # just set the home to away goes out.
            cleared = replace(state, opened=None, used=None, raised=False)
            return cleared, [CancelTimer(OUT), NoLonger(KEY)]
        case _:
            return state, []


def _is_second(bound: Bound, state: State, seen: State, event: DeviceEvent) -> bool:
    """Somebody who sits down is heard seldom; sensors fire alone twice in five minutes once in ten
    thousand nights."""
    before = state.witness.at
    is_other = seen.witness is not state.witness
    return is_other and before is not None and timedelta() <= event.at - before <= ALONE_TWICE


def _used(bound: Bound, state: State, event: DeviceEvent) -> tuple[State, Effects]:
    used = replace(state, used=Evidence.of(event), witness=NOBODY)
    if state.raised:
        return used, []
    return used, [ArmTimer(OUT, event.at + bound.settings.within)]


def _in(state: State) -> tuple[State, Effects]:
    ended = [ResetAlarm(KEY)] if state.raised else []
    return replace(state, opened=None, used=None, raised=False), [CancelTimer(OUT), *ended]


def _gone(bound: Bound, state: State, opened: Evidence, event: TimerFired) -> tuple[State, Effects]:
    settings, door = bound.settings, opened.device_id or ""
    limit = spell_duration(settings.within.total_seconds())
    text = Words(
        nb=f"Ytterdøren {door} ble brukt om natten, og ingenting er hørt inne på {limit.nb}.",
        en=f"The outer door {door} was used at night, and nothing was heard inside for {limit.en}.",
    )
    if not state.hearing.hears_any(bound.inside):
        text += Words(
            nb=" Ingen sensor inne kan høres nå.", en=" No sensor inside can be heard now."
        )
    alarm = RaiseAlarm(
        key=KEY,
        kind="left-home",
        priority=settings.priority,
        began_at=opened.at,
        text=text + late_words(event),
        evidence=(opened, *([state.used] if state.used and state.used != opened else [])),
        device_id=door,
        thresholds=(("between", str(settings.between)), ("within", limit.en)),
    )
    return replace(state, raised=True), [alarm]


def wiring(settings: Settings) -> list[Wire]:
    """The doors, what is inside and what is passed where the home names it."""
    roles = frozenset({Role.DOOR})
    return [
        *(
            Wire(field=("doors", index), device_id=door, roles=roles)
            for index, door in enumerate(settings.doors)
        ),
        *wires("inside", settings.inside),
        *wires_passed(settings),
    ]


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule in this home."""
    bound = Bound(
        settings=settings,
        night=context.night(settings.between),
        inside=signs_of(context, settings.inside, but=settings.doors),
        way=way_of(context, settings.doors, settings.passed),
    )
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=3,
        initial=State(),
        states=(State,),
        step=partial(step, bound),
        needs=frozenset({*settings.doors, *bound.inside}),
        told_of=frozenset({*settings.doors, *bound.inside, *bound.way.inside}),
        told_of_kinds=HEEDED,
    )


KIND = RuleKind(
    kind="left-home",
    settings=Settings,
    bind=bind,
    wiring=wiring,
    listens=SIGNS,
    raises=frozenset({"left-home"}),
    priorities=frozenset({Priority.HIGH, Priority.MEDIUM}),
)
