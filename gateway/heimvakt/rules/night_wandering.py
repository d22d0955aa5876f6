"""Night wandering: out of bed at night and a second sign of it, or not back in time.

How sure it is decides how soon somebody must look. A door, or movement where nobody should be, is
high. A bed mat alone is wrong one time in three in the field (M-BAS 2016: nuisance 31 %), and
towards morning most who move are getting up: both are medium, and become high by what is seen next.
The rule sees events and answers with effects; it knows no clock, and its deadline comes back as an
event.

    in bed --bed left in the window--> out --bed entered--> in bed
                                       |-- a door, or enough movements --> raised
                                       |-- not back in time: unsure ------> raised, as from out
                                       |-- movements near its end: unsure -> raised by a door
                                       `-- the night is over --> in bed

Who was seen nowhere until then was in the rooms that are his at night: towards morning he has got
up, and movement makes him no more urgent. What is seen after the night is of the day.

One night out of bed is one alarm of each priority at most: nothing more until the bed is entered
again, or, where that was not heard, until it is left in another night. With `learn`, in time is
what is usual for the hour (`absence`); an absence with a second sign is not learned from. While
the mat cannot be heard, nobody can be heard to come back to it: the alarm comes, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.calendar import Night
from heimvakt.core.devices import Device
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, NoLonger, RaiseAlarm
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ClockQuality,
    DoorOpened,
    Event,
    Mode,
    ModeChanged,
    MotionDetected,
    TimerFired,
)
from heimvakt.core.fields import Hours, duration
from heimvakt.core.times import stepped
from heimvakt.core.words import Words, spell_duration

from .absence import Absences, ReturnSettings
from .device_id import DeviceId
from .learning import MAY_SPOIL
from .night_wandering_state import (
    InBed,
    Out,
    Raised,
    State,
    evidence,
    heard,
    is_repeated,
    out_since,
    seen,
    still_out,
    told,
)
from .night_wandering_wording import not_back, seen_elsewhere
from .wording import late_words, unheard_words

BACK = "back"
UNSEEN_MAX = timedelta(minutes=90)
"""So long somebody who gets up may be in rooms that are his before he is seen elsewhere. Who left
the bed longer ago was back in it, and the mat was not heard: nothing is known of when he rose."""
ANOTHER_NIGHT = timedelta(hours=12)


class Settings(ReturnSettings):
    """`[rules.night-wandering]`."""

    between: Annotated[
        Hours, Field(description="The night, local time; it may cross midnight.")
    ] = Hours.parse("23:00-06:00")
    out_of: Annotated[DeviceId, Field(description="The bed that is left.", examples=["bed"])]
    signs: Annotated[
        tuple[DeviceId, ...],
        Field(
            min_length=1,
            description="Second signs: movement outside the bedroom, and doors.",
            examples=[["hall-motion", "front-door"]],
        ),
    ]
    movements: Annotated[
        int, Field(ge=2, le=10, description="How many movements are a sign; one door always is.")
    ] = 2
    getting_up: Annotated[
        timedelta,
        duration(at_least="0s", at_most="3h"),
        Field(
            description="In so much of the end of the night most who move are getting up: movement "
            "alone is medium then, and for as long before it of who was first seen after "
            "`back_within`. A door is as urgent as ever."
        ),
    ] = timedelta(hours=1)
    priority: Annotated[
        Priority,
        Field(
            description="How soon a person must look when a second sign tells of it. Not back in "
            "time, and no second sign, is medium."
        ),
    ] = Priority.HIGH


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The settings in a home."""

    settings: Settings
    bed: Device
    night: Night
    morning: Night
    """The end of it, in which people get up."""
    dawn: Night
    """As long before it, in which those get up who rise early, and all of the morning."""
    absences: Absences


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """What the night looks like after `event`, and what to do about it."""
    if isinstance(event, MAY_SPOIL):
        state = bound.absences.follow(state, event)
    state = heard(state, bound.bed, event)
    after, effects = _follow(bound, state, event)
    if after.hearing is not state.hearing:  # in bed or out of it, what is heard of it is the same
        after = replace(after, hearing=state.hearing, unheard=state.unheard)
    return after, effects


def _follow(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    settings = bound.settings
    match state, event:
        case Raised(), BedEntered(device_id=settings.out_of):
            return _in_bed(bound, state, event), [NoLonger(settings.out_of)]
        case _, BedEntered(device_id=settings.out_of):
            return _in_bed(bound, state, event), [CancelTimer(BACK)]
        case InBed(), BedLeft(device_id=settings.out_of) if bound.night.holds(event.stamp):
            return _left(bound, state, event)
        case Raised(left_at=before), BedLeft(device_id=settings.out_of, at=at) if (
            at - before >= ANOTHER_NIGHT and bound.night.holds(event.stamp)
        ):
            return _left(bound, state, event)
        case ((Out() | Raised(unsure=Out())), DoorOpened() | MotionDetected()) if (
            event.device_id in settings.signs and bound.night.holds(event.stamp)
        ):
            return _seen(bound, state, event)
        case Raised(unsure=Out()), DoorOpened() | MotionDetected() if _is_by_day(bound, event):
            return replace(state, unsure=None), []
        case Out(), TimerFired(name=name) if name == BACK:
            return _not_back(bound, state, event)
        case ((Out() | Raised()), ModeChanged(before=Mode.AWAY)) if _is_by_day(bound, event):
            # He went away as he had said, and comes home: what was kept back is of a night before.
            home = InBed(lesson=state.lesson, usual=state.usual)
            return home, [CancelTimer(BACK), NoLonger(settings.out_of)]
        case Raised(left_at=left_at), _ if (by := stepped(event)) is not None:
            return replace(state, left_at=left_at + by), []  # the clock was set: the same night
        case _:
            return state, []  # all else says nothing about this night


def _is_by_day(bound: Bound, event: Event) -> bool:
    """Whether the night is over; where nobody knows the time, that is not known either."""
    known = event.stamp.clock is not ClockQuality.UNKNOWN
    return known and not bound.night.holds(event.stamp)


def _left(bound: Bound, state: InBed | Raised, event: BedLeft) -> tuple[State, Effects]:
    absences = bound.absences
    out = Out(Evidence.of(event), lesson=absences.begun(state.lesson, event), usual=state.usual)
    return out, [ArmTimer(BACK, event.at + absences.limit(state.usual, event.at))]


def _in_bed(bound: Bound, state: State, event: BedEntered | TimerFired) -> InBed:
    left_at = None if isinstance(state, InBed) else out_since(state)
    usual = bound.absences.learned(state, left_at, event)
    return InBed(lesson=state.lesson, usual=usual)


def _seen(
    bound: Bound, state: Out | Raised, event: DoorOpened | MotionDetected
) -> tuple[State, Effects]:
    """A second sign, or one of several that make one together."""
    out = still_out(state)
    if is_repeated(out, event) or event.at - out_since(state) >= ANOTHER_NIGHT:
        return state, []
    out = seen(out, event)
    urgent = _urgent(bound, out, event)
    if urgent is Priority.HIGH or (urgent is not None and isinstance(state, Out)):
        return _raise(bound, out, out_since(state), urgent, seen_elsewhere(event))
    return out if isinstance(state, Out) else replace(state, unsure=out), []


def _urgent(bound: Bound, out: Out, event: DoorOpened | MotionDetected) -> Priority | None:
    """What has been seen with `event`; None: not enough."""
    if isinstance(event, DoorOpened):
        return bound.settings.priority
    if len(out.signs) < bound.settings.movements:
        return None
    away = out.signs[0].at - out.left.at
    seen_late = bound.absences.limit(out.usual, out.left.at) <= away <= UNSEEN_MAX
    rises = bound.dawn if seen_late else bound.morning
    return Priority.MEDIUM if rises.holds(event.stamp) else bound.settings.priority


def _not_back(bound: Bound, out: Out, event: TimerFired) -> tuple[State, Effects]:
    limit = bound.absences.limit(out.usual, out.left.at)
    due = replace(event.stamp, at=event.due)
    # A clock that was set meanwhile says nothing of whether the night is over.
    if event.due - out.left.at == limit and not bound.night.holds(due):
        return _in_bed(bound, out, event), []  # up for the day
    text = not_back(limit) + bound.absences.said(out.usual, out.left.at, event.at - out.left.at)
    # Movement where nobody should be, though it was only one: together they are two signs.
    sure = bool(out.signs) and not bound.dawn.holds(due)
    urgent = bound.settings.priority if sure else Priority.MEDIUM
    return _raise(bound, out, out.left.at, urgent, text + late_words(event))


def _raise(
    bound: Bound, out: Out, left_at: datetime, priority: Priority, text: Words
) -> tuple[State, Effects]:
    settings = bound.settings
    if out.unheard is not None:
        text += unheard_words(settings.out_of)
    alarm = RaiseAlarm(
        key=settings.out_of,
        kind="night-wandering",
        priority=priority,
        began_at=out.left.at,
        text=text,
        evidence=evidence(out),
        device_id=(out.signs[-1] if out.signs else out.left).device_id,
        thresholds=(
            ("between", str(settings.between)),
            ("movements", str(settings.movements)),
            ("back_within", spell_duration(settings.back_within.total_seconds()).en),
            ("getting_up", spell_duration(settings.getting_up.total_seconds()).en),
            *bound.absences.thresholds(out.usual, out.left.at),
        ),
    )
    return told(out, left_at, sure=priority is Priority.HIGH), [CancelTimer(BACK), alarm]
