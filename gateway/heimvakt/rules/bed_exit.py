"""Out of bed at night, and not back in time.

    in bed --bed left in the window--> out --bed entered--> in bed
                                       |-- not back in time, still night --> raised
                                       `-- the night is over --> in bed

A mat alone is wrong one time in three in the field (M-BAS, Frontiers in Public Health 2016:
nuisance 31 %), so leaving is never an alarm, only not coming back. Whoever gets up in the morning
is no matter either. With `learn`, in time is what is usual at the hour (`absence`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.calendar import Night
from heimvakt.core.devices import Device, Role
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, NoLonger, RaiseAlarm, ResetAlarm
from heimvakt.core.events import BedEntered, BedLeft, Event, Mode, ModeChanged, TimerFired
from heimvakt.core.fields import Hours
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words, spell_duration

from .absence import Absences, ReturnSettings, absences
from .device_id import DeviceId
from .hearing import ALL_HEARD, Hearing
from .kind import Context, RuleKind, Wire
from .learning import MAY_SPOIL, Taught
from .wording import late_words, unheard_words

BACK = "back"
ANOTHER_NIGHT = timedelta(hours=12)
"""That somebody came back may not have been heard: the next night is another one all the same."""


class Settings(ReturnSettings):
    """`[rules.bed-exit]`."""

    between: Annotated[
        Hours, Field(description="The night, local time; it may cross midnight.")
    ] = Hours.parse("23:00-06:00")
    bed: Annotated[DeviceId, Field(description="The bed that is left.", examples=["bed"])]
    priority: Annotated[Priority, Field(description="How soon a person must look.")] = (
        Priority.MEDIUM
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class State(Taught):
    """Since when the bed is empty, if that is watched."""

    left: Evidence | None = None
    raised: bool = False
    hearing: Hearing = ALL_HEARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The settings in a home."""

    settings: Settings
    night: Night
    bed: Device
    absences: Absences


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """Whether somebody is out of bed after `event`, and for too long."""
    if isinstance(event, MAY_SPOIL):
        state = bound.absences.follow(state, event)
    bed, hearing = bound.bed.device_id, state.hearing.after(event, {bound.bed.device_id: bound.bed})
    if hearing is not state.hearing:
        return replace(state, hearing=hearing), []
    match event:
        case BedEntered(device_id=device_id) if device_id == bed:
            ended = [ResetAlarm(bed)] if state.raised else []
            return replace(_back(bound, state, event), raised=False), [CancelTimer(BACK), *ended]
        case BedLeft(device_id=device_id, at=at) if (
            device_id == bed and _is_new(state, event) and bound.night.holds(event.stamp)
        ):
            lesson = bound.absences.begun(state.lesson, event)
            left = replace(state, left=Evidence.of(event), raised=False, lesson=lesson)
            return left, [ArmTimer(BACK, at + bound.absences.limit(state.usual, at))]
        case TimerFired(name=name) if name == BACK and state.left is not None:
            return _not_back(bound, state, state.left, event)
        case ModeChanged(before=before, after=after) if Mode.PRIVACY in (before, after):
            # Beds are not heard while it lasts: who is in or out is not known.
            return replace(state, left=None, raised=False), [CancelTimer(BACK), NoLonger(bed)]
        case _:
            return state, []


def _back(bound: Bound, state: State, event: Event) -> State:
    """In bed, or up for the day."""
    left_at = state.left.at if state.left else None
    return replace(state, left=None, usual=bound.absences.learned(state, left_at, event))


def _is_new(state: State, event: BedLeft) -> bool:
    """Or it was left before, and that counts: nobody was heard to come back meanwhile."""
    return state.left is None or event.at - state.left.at >= ANOTHER_NIGHT


def _not_back(
    bound: Bound, state: State, left: Evidence, event: TimerFired
) -> tuple[State, Effects]:
    within = bound.absences.limit(state.usual, left.at)
    due = replace(event.stamp, at=event.due)
    # A clock that was set meanwhile says nothing of whether the night is over.
    if event.due - left.at == within and not bound.night.holds(due):
        return _back(bound, state, event), []  # up for the day
    bed, settings = bound.bed.device_id, bound.settings
    limit = spell_duration(within.total_seconds())
    text = Words(
        nb=f"Ute av sengen om natten og ikke tilbake innen {limit.nb}.",
        en=f"Out of bed at night and not back within {limit.en}.",
    )
    text += bound.absences.said(state.usual, left.at, event.at - left.at)
    if not state.hearing.hears_any({bed: bound.bed}):
        text += unheard_words(bed)
    alarm = RaiseAlarm(
        key=bed,
        kind="bed-exit",
        priority=settings.priority,
        began_at=left.at,
        text=text + late_words(event),
        evidence=(left,),
        device_id=bed,
        thresholds=(
            ("between", str(settings.between)),
            ("back_within", spell_duration(settings.back_within.total_seconds()).en),
            *bound.absences.thresholds(state.usual, left.at),
        ),
    )
    return replace(state, raised=True), [alarm]


def _tells(bound: Bound, state: State, at: datetime) -> Words:
    return bound.absences.tells(state.usual, state.left.at if state.left else None, at)


def wiring(settings: Settings) -> list[Wire]:
    """The bed."""
    return [Wire(field=("bed",), device_id=settings.bed, roles=frozenset({Role.BED}))]


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule in this home."""
    night, bed = context.night(settings.between), context.devices[settings.bed]
    bound = Bound(settings=settings, night=night, bed=bed, absences=absences(settings, bed, night))
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=1,
        initial=State(),
        states=(State,),
        step=partial(step, bound),
        needs=frozenset({settings.bed}),
        told_of=frozenset({settings.bed}),
        tells=partial(_tells, bound) if settings.learn else None,
    )


KIND = RuleKind(
    kind="bed-exit",
    settings=Settings,
    bind=bind,
    wiring=wiring,
    listens=frozenset(),
    raises=frozenset({"bed-exit"}),
    priorities=frozenset({Priority.HIGH, Priority.MEDIUM}),
)
