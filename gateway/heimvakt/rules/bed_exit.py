"""Out of bed at night, and not back in time.

    in bed --bed left in the window--> out --bed entered--> in bed
                                       |-- not back in time, still night --> raised
                                       `-- the night is over --> in bed

A mat alone is wrong one time in three in the field (M-BAS, Frontiers in Public Health 2016:
nuisance 31 %), so leaving is never an alarm, only not coming back. Whoever gets up in the morning
is no matter either.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.calendar import Night
from heimvakt.core.devices import Device, Role
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, NoLonger, RaiseAlarm, ResetAlarm
from heimvakt.core.events import BedEntered, BedLeft, Event, Mode, ModeChanged, TimerFired
from heimvakt.core.fields import Hours, duration
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words, spell_duration

from .hearing import ALL_HEARD, Hearing
from .kind import Context, RuleKind, RuleSettings, Wire
from .wording import late_words, unheard_words

BACK = "back"
ANOTHER_NIGHT = timedelta(hours=12)
"""That somebody came back may not have been heard: the next night is another one all the same."""


class Settings(RuleSettings):
    """`[rules.bed-exit]`."""

    between: Annotated[
        Hours, Field(description="The night, local time; it may cross midnight.")
    ] = Hours.parse("23:00-06:00")
    bed: Annotated[str, Field(description="The bed that is left.", examples=["bed"])]
    back_within: Annotated[
        timedelta,
        duration(at_least="2m", at_most="4h"),
        Field(description="Longer out of bed than this is an alarm."),
    ] = timedelta(minutes=20)
    priority: Annotated[Priority, Field(description="How soon a person must look.")] = (
        Priority.MEDIUM
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
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


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """Whether somebody is out of bed after `event`, and for too long."""
    bed, hearing = bound.bed.device_id, state.hearing.after(event, {bound.bed.device_id: bound.bed})
    if hearing is not state.hearing:
        return replace(state, hearing=hearing), []
    match event:
        case BedEntered(device_id=device_id) if device_id == bed:
            ended = [ResetAlarm(bed)] if state.raised else []
            return replace(state, left=None, raised=False), [CancelTimer(BACK), *ended]
        case BedLeft(device_id=device_id, at=at) if (
            device_id == bed and _is_new(state, event) and bound.night.holds(event.stamp)
        ):
            back = ArmTimer(BACK, at + bound.settings.back_within)
            return replace(state, left=Evidence.of(event), raised=False), [back]
        case TimerFired(name=name) if name == BACK and state.left is not None:
            return _not_back(bound, state, state.left, event)
        case ModeChanged(before=before, after=after) if Mode.PRIVACY in (before, after):
            # Beds are not heard while it lasts: who is in or out is not known.
            return replace(state, left=None, raised=False), [CancelTimer(BACK), NoLonger(bed)]
        case _:
            return state, []


def _is_new(state: State, event: BedLeft) -> bool:
    """Or it was left before, and that counts: nobody was heard to come back meanwhile."""
    return state.left is None or event.at - state.left.at >= ANOTHER_NIGHT


def _not_back(
    bound: Bound, state: State, left: Evidence, event: TimerFired
) -> tuple[State, Effects]:
    if not bound.night.holds(event.stamp):
        return replace(state, left=None), []  # up for the day
    bed, settings = bound.bed.device_id, bound.settings
    limit = spell_duration(settings.back_within.total_seconds())
    text = Words(
        nb=f"Ute av sengen om natten og ikke tilbake innen {limit.nb}.",
        en=f"Out of bed at night and not back within {limit.en}.",
    )
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
        thresholds=(("between", str(settings.between)), ("back_within", limit.en)),
    )
    return replace(state, raised=True), [alarm]


def wiring(settings: Settings) -> list[Wire]:
    """The bed."""
    return [Wire(field=("bed",), device_id=settings.bed, roles=frozenset({Role.BED}))]


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule in this home."""
    bound = Bound(
        settings=settings,
        night=context.night(settings.between),
        bed=context.devices[settings.bed],
    )
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=1,
        initial=State(),
        states=(State,),
        step=partial(step, bound),
        needs=frozenset({settings.bed}),
        told_of=frozenset({settings.bed}),
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
