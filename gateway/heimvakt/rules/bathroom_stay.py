"""In the bathroom, and not heard anywhere else: medium after a while, high when it goes on.

elsewhere --something in the bathroom--> inside --something elsewhere--> elsewhere
                                           |-- for `after` --> medium
                                           `-- for `urgent_after` --> high
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.calendar import Night
from heimvakt.core.changed import replace
from heimvakt.core.devices import Device
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, NoLonger, RaiseAlarm, ResetAlarm
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ChairEntered,
    ChairLeft,
    DeviceEvent,
    Event,
    Mode,
    ModeChanged,
    MotionCleared,
    TimerFired,
)
from heimvakt.core.fields import Hours, duration
from heimvakt.core.rule import Rule
from heimvakt.core.witness import NOBODY, Witness
from heimvakt.core.words import Words, spell_duration

from .device_id import DeviceId
from .hearing import ALL_HEARD, Hearing
from .kind import Context, RuleKind, RuleSettings, Wire
from .presence import SIGNS, is_life, signs_of, wires
from .wording import late_words

LONG, URGENT = "long", "urgent"
ALONE_BELIEVED = 2
"""Single signs from elsewhere, with none from inside between them. Sensors that fire alone do so 14
times in 83 hours: twice in 45 minutes is one time in a hundred. What is told already ends with a
sign that is confirmed, and with nothing less: three within 90 minutes have hidden a stay."""
_LAIN_DOWN = (BedEntered, ChairEntered)
"""A mat may let go of somebody who lies on it; it takes hold of nobody who is not there."""
_GOT_UP = (BedLeft, ChairLeft)
"""Nobody comes back by these: he lies down, or sits down."""
WAY_BACK = timedelta(minutes=10)
"""Who leaves is heard on the way out within this of the last sign from inside. One sensor fires
alone in such a time once in a hundred and forty nights."""
COMES_BY = timedelta(minutes=5)
"""Who is inside was heard on the way in within this: it takes two signs to know that he is."""
A_HOLD = timedelta(minutes=1)
"""A sensor that ends what it told later than this after its last movement has seen another between,
which it did not repeat or which was lost on the air: it saw somebody until just now."""
_PRIORITY = {LONG: Priority.MEDIUM, URGENT: Priority.HIGH}


class Settings(RuleSettings):
    """`[rules.bathroom-stay]`."""

    inside: Annotated[
        tuple[DeviceId, ...],
        Field(
            min_length=1,
            description="What tells that somebody is in the bathroom.",
            examples=[["bathroom-motion"]],
        ),
    ]
    elsewhere: Annotated[
        tuple[DeviceId, ...],
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

    night: Annotated[
        Hours,
        Field(
            description="Local time. In these hours one sign on the way that he came by is enough "
            "to take him for back in bed: there nothing more may be heard of him."
        ),
    ] = Hours.parse("20:00-09:00")

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
    way: str = ""
    """What was heard elsewhere just before him inside: the way that he came by."""
    alone_elsewhere: int = 0
    """Single signs from elsewhere since the last from inside."""
    raised: bool = False
    hearing: Hearing = ALL_HEARD
    witness: Witness = NOBODY
    passed: Witness = NOBODY
    """What was heard elsewhere last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The settings in a home."""

    settings: Settings
    night: Night
    elsewhere: Mapping[str, Device]
    everywhere: frozenset[str]
    """All that this rule lives on."""


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """Whether somebody is inside after `event`, and for too long."""
    hearing = state.hearing.after(event, bound.elsewhere)
    if hearing is not state.hearing:
        state = replace(state, hearing=hearing)
    match event:
        case DeviceEvent() if is_life(event, bound.everywhere):
            if isinstance(event, _LAIN_DOWN):
                # And so does not witness that somebody is in the bathroom now.
                return _moved(bound, replace(state, witness=NOBODY), event)
            seen = replace(state, witness=state.witness.after(event))
            if seen.witness is state.witness:
                return state, []  # the same frame again
            if event.device_id in bound.elsewhere and not isinstance(event, _GOT_UP):
                seen = replace(seen, passed=Witness(event.device_id, event.at))
            if state.witness.confirms(event):
                return _moved(bound, seen, event)
            return _alone(bound, seen, event)
        case MotionCleared(device_id=device_id) if _was_still_there(bound, state, event):
            still_there = Witness(device_id, event.at)
            return replace(state, witness=still_there, passed=still_there), []
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
        if state.entered is None or state.raised:
            return replace(state, alone_elsewhere=0), []
        # It brings nobody in, but of who is in it is as good a sign as any.
        return replace(state, last=Evidence.of(event), alone_elsewhere=0), []
    if _is_way_back(bound, state, event):
        return _moved(bound, state, event)
    if state.raised or state.alone_elsewhere + 1 < ALONE_BELIEVED:
        return replace(state, alone_elsewhere=state.alone_elsewhere + 1), []
    return _moved(bound, state, event)


def _was_still_there(bound: Bound, state: State, event: MotionCleared) -> bool:
    """Whether who was heard last was elsewhere until now. Of the bathroom this is not taken: it
    would give a sensor that fires alone elsewhere more time in which to be believed."""
    last = state.witness
    return (
        last.at is not None
        and event.device_id == last.device_id
        and event.device_id in bound.elsewhere
        and event.at - last.at > A_HOLD
    )


def _is_way_back(bound: Bound, state: State, event: DeviceEvent) -> bool:
    return (
        state.last is not None
        and event.device_id == state.way
        and timedelta() <= event.at - state.last.at <= WAY_BACK
        and (bound.night.holds(event.stamp) or not state.hearing.hears_all(bound.elsewhere))
    )


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
    before = state.passed.at
    came_by = before is not None and timedelta() <= event.at - before <= COMES_BY
    way = state.passed.device_id if came_by else ""
    return replace(state, entered=seen, last=seen, way=way, alone_elsewhere=0), [
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
    night = context.night(settings.night)
    everywhere = frozenset({*settings.inside, *elsewhere})
    bound = Bound(settings=settings, night=night, elsewhere=elsewhere, everywhere=everywhere)
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=5,
        initial=State(),
        states=(State,),
        step=partial(step, bound),
        needs=everywhere,
        told_of=everywhere,
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
