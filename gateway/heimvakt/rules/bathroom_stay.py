"""In the bathroom, and not heard anywhere else: medium after a while, high when it goes on.

elsewhere --something in the bathroom--> inside --something elsewhere--> elsewhere
                                           |-- for `after` --> medium
                                           `-- for `urgent_after` --> high
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.devices import Device
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, NoLonger, RaiseAlarm, ResetAlarm
from heimvakt.core.events import DeviceEvent, Event, Mode, ModeChanged, TimerFired
from heimvakt.core.fields import duration
from heimvakt.core.rule import Rule
from heimvakt.core.witness import NOBODY, Witness
from heimvakt.core.words import Words, spell_duration

from .hearing import ALL_HEARD, Hearing
from .kind import Context, RuleKind, RuleSettings, Wire
from .presence import SIGNS, is_life, signs_of, wires
from .wording import late_words

LONG, URGENT = "long", "urgent"
ALONE_BELIEVED = 2
"""Single signs from elsewhere, with none from inside between them. Sensors that fire alone do so 14
times in 83 hours: twice in 45 minutes is one time in a hundred."""
_PRIORITY = {LONG: Priority.MEDIUM, URGENT: Priority.HIGH}


class Settings(RuleSettings):
    """`[rules.bathroom-stay]`."""

    inside: Annotated[
        tuple[str, ...],
        Field(
            min_length=1,
            description="What tells that somebody is in the bathroom.",
            examples=[["bathroom-motion"]],
        ),
    ]
    elsewhere: Annotated[
        tuple[str, ...],
        Field(
            description="What tells that he is somewhere else. Usually left out: every other "
            "sensor of the home.",
            examples=[["hall-motion", "bed"]],
        ),
    ] = ()
    after: Annotated[
        timedelta,
        duration(at_least="10m", at_most="4h"),
        Field(description="Inside for so long is an alarm: medium."),
    ] = timedelta(minutes=45)
    urgent_after: Annotated[
        timedelta,
        duration(at_least="20m", at_most="8h"),
        Field(description="Inside for so long it is high."),
    ] = timedelta(minutes=90)

    @model_validator(mode="after")
    def _later(self) -> Settings:
        if self.urgent_after <= self.after:
            raise PydanticCustomError(
                "not_later",
                "`urgent_after` must be longer than `after`",
                {"hint": "the alarm is medium first, and high when it goes on"},
            )
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Since when somebody is inside."""

    entered: Evidence | None = None
    last: Evidence | None = None
    """What was heard there last."""
    alone_elsewhere: int = 0
    """Single signs from elsewhere since the last from inside."""
    raised: bool = False
    hearing: Hearing = ALL_HEARD
    witness: Witness = NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The settings in a home."""

    settings: Settings
    elsewhere: Mapping[str, Device]

    @property
    def everywhere(self) -> frozenset[str]:
        """All that this rule lives on."""
        return frozenset(self.elsewhere.keys() | set(self.settings.inside))


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """Whether somebody is inside after `event`, and for too long."""
    hearing = state.hearing.after(event, bound.elsewhere)
    if hearing is not state.hearing:
        state = replace(state, hearing=hearing)
    match event:
        case DeviceEvent() if is_life(event, bound.everywhere):
            seen = replace(state, witness=state.witness.after(event))
            if seen.witness is state.witness:
                return state, []  # the same frame again
            if state.witness.confirms(event):
                return _moved(bound, seen, event)
            return _alone(bound, seen, event)
        case TimerFired(name=name) if name in _PRIORITY and state.entered is not None:
            return replace(state, raised=True), [_alarm(bound, state, state.entered, event)]
        case ModeChanged(before=before, after=after) if Mode.PRIVACY in (before, after):
            # Movements are not heard while it lasts: who is where is not known.
            timers = (CancelTimer(LONG), CancelTimer(URGENT))
            return _left(state), [*timers, *(NoLonger(key) for key in _PRIORITY)]
        case _:
            return state, []


def _alone(bound: Bound, state: State, event: DeviceEvent) -> tuple[State, Effects]:
    """A sign that nothing confirms; of those from elsewhere the second is believed."""
    if event.device_id in bound.settings.inside:
        return replace(state, alone_elsewhere=0), []
    if state.alone_elsewhere + 1 < ALONE_BELIEVED:
        return replace(state, alone_elsewhere=state.alone_elsewhere + 1), []
    return _moved(bound, state, event)


def _moved(bound: Bound, state: State, event: DeviceEvent) -> tuple[State, Effects]:
    """Somebody is inside, or is not."""
    seen, settings = Evidence.of(event), bound.settings
    if event.device_id not in settings.inside:
        if state.entered is None:
            return state, []
        ended = [ResetAlarm(key) for key in _PRIORITY] if state.raised else []
        return _left(state), [CancelTimer(LONG), CancelTimer(URGENT), *ended]
    if state.entered is not None:
        return replace(state, last=seen, alone_elsewhere=0), []
    return replace(state, entered=seen, last=seen, alone_elsewhere=0), [
        ArmTimer(LONG, event.at + settings.after),
        ArmTimer(URGENT, event.at + settings.urgent_after),
    ]


def _left(state: State) -> State:
    return replace(state, entered=None, last=None, raised=False, alone_elsewhere=0)


def _alarm(bound: Bound, state: State, entered: Evidence, event: TimerFired) -> RaiseAlarm:
    limit = bound.settings.after if event.name == LONG else bound.settings.urgent_after
    long = spell_duration(limit.total_seconds())
    text = Words(
        nb=f"På badet i {long.nb}, og ikke hørt noe annet sted.",
        en=f"In the bathroom for {long.en}, and heard nowhere else.",
    )
    if not state.hearing.hears_any(bound.elsewhere):
        text += Words(
            nb=" Ingen sensor utenfor badet kan høres nå.",
            en=" No sensor outside the bathroom can be heard now.",
        )
    evidence = (entered, *([state.last] if state.last and state.last != entered else []))
    return RaiseAlarm(
        key=event.name,
        kind="bathroom-stay",
        priority=_PRIORITY[event.name],
        began_at=entered.at,
        text=text + late_words(event),
        evidence=evidence,
        device_id=entered.device_id,
        thresholds=(
            ("after", spell_duration(bound.settings.after.total_seconds()).en),
            ("urgent_after", spell_duration(bound.settings.urgent_after.total_seconds()).en),
        ),
    )


def wiring(settings: Settings) -> list[Wire]:
    """What is in the bathroom, and what is elsewhere where the home names it."""
    return [*wires("inside", settings.inside), *wires("elsewhere", settings.elsewhere)]


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule in this home."""
    elsewhere = signs_of(context, settings.elsewhere, but=settings.inside)
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=1,
        initial=State(),
        states=(State,),
        step=partial(step, Bound(settings=settings, elsewhere=elsewhere)),
        needs=frozenset({*settings.inside, *elsewhere}),
        told_of=frozenset({*settings.inside, *elsewhere}),
    )


KIND = RuleKind(
    kind="bathroom-stay",
    settings=Settings,
    bind=bind,
    wiring=wiring,
    listens=SIGNS,
    raises=frozenset({"bathroom-stay"}),
    priorities=frozenset({Priority.HIGH, Priority.MEDIUM}),
)
