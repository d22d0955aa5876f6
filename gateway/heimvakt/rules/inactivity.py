"""Nothing moves, opens or is used for hours of the day while somebody should be up.

    heard --a sign of life--> heard, counted anew
      |-- quiet for `after` within the hours of the day --> raised --a sign of life--> heard
      |-- the last sign was an outer door, and nothing for `after_leaving` --> raised
      `-- none of the sensors can be heard --> deaf --heard again--> heard, that time not counted

What nobody could hear proves nothing: time in which the gateway was off or every sensor was out of
reach is not counted. Whoever goes out leaves a quiet home behind; until something else is heard the
longer limit counts. With `learn` the limit comes of what is usual for a quiet that begins at this
hour (`quiet`, `core.usual`); what began with an outer door is not learned from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from heimvakt.core.alarms import Priority
from heimvakt.core.calendar import UnknownClock
from heimvakt.core.changed import replace
from heimvakt.core.devices import Device, Role
from heimvakt.core.effects import (
    ArmTimer,
    CancelTimer,
    Effect,
    Effects,
    NoLonger,
    RaiseAlarm,
    ResetAlarm,
)
from heimvakt.core.events import (
    ClockQuality,
    DeviceEvent,
    Event,
    GatewayStarted,
    Mode,
    ModeChanged,
    TimerFired,
)
from heimvakt.core.fields import Hours, duration
from heimvakt.core.times import stepped
from heimvakt.core.usual import NOTHING_USUAL, Bounds, Usual
from heimvakt.core.words import spell_duration

from .device_id import DeviceId
from .inactivity_state import State, alive, alone, heard_again, is_somebody, private, started
from .inactivity_wording import no_sign, not_heard
from .kind import RuleSettings
from .learning import MAY_SPOIL, bounds_of
from .presence import is_life
from .quiet import FLOOR, Quiets, counted_from

UTC = ZoneInfo("UTC")
QUIET = "quiet"
KEY = "home"


class Settings(RuleSettings):
    """`[rules.inactivity]`."""

    between: Annotated[
        Hours, Field(description="The hours of the day in which somebody is up, local time.")
    ] = Hours.parse("08:00-21:00")
    after: Annotated[
        timedelta,
        duration(at_least="1h", at_most="12h"),
        Field(description="Quiet for so long in these hours is an alarm."),
    ] = timedelta(hours=5)
    after_leaving: Annotated[
        timedelta,
        duration(at_least="1h", at_most="7d"),
        Field(
            description="The limit while the last sign of life was an outer door: perhaps nobody "
            "is in."
        ),
    ] = timedelta(hours=12)
    learn: Annotated[
        bool, Field(description="Learn from the weeks of this home how long quiet usually is.")
    ] = False
    at_least: Annotated[
        timedelta | None,
        duration(at_least="1h", at_most="12h"),
        Field(description="What is learned is never a shorter limit; left out: 3h, or `after`."),
    ] = None
    at_most: Annotated[
        timedelta | None,
        duration(at_least="1h", at_most="12h"),
        Field(
            description="What is learned is never a longer limit. Left out: `after`, so that it is "
            "learned only to be sooner."
        ),
    ] = None
    signs: Annotated[
        tuple[DeviceId, ...],
        Field(
            description="What is a sign of life. Usually left out: every sensor of movement, "
            "doors, beds, chairs, appliances and buttons.",
            examples=[["hall-motion", "kettle"]],
        ),
    ] = ()
    priority: Annotated[Priority, Field(description="How soon a person must look.")] = (
        Priority.MEDIUM
    )

    @field_validator("after", "at_most")
    @classmethod
    def _fits(cls, after: timedelta | None, info: ValidationInfo) -> timedelta | None:
        hours: Hours | None = info.data.get("between")
        if hours is not None and after is not None and after > hours.window(UTC).length:
            raise PydanticCustomError(
                "longer_than_the_day",
                "{hours} is not so long: this could never be",
                {"hours": f'"{hours}"', "hint": "make `between` longer, or this shorter"},
            )
        return after

    @model_validator(mode="after")
    def _bounded(self) -> Settings:
        self.bounds()
        return self

    def bounds(self) -> Bounds:
        """Of what is learned."""
        return bounds_of(
            learn=self.learn,
            fixed=self.after,
            floor=FLOOR,
            at_least=self.at_least,
            at_most=self.at_most,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The settings in a home."""

    settings: Settings
    unknown_clock: UnknownClock
    signs: Mapping[str, Device]
    quiets: Quiets


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """Since when it is quiet after `event`, and whether that is too long."""
    if isinstance(event, MAY_SPOIL):
        if isinstance(event, ModeChanged) and event.after is Mode.VISIT:
            # It was as usual until somebody came.
            state = replace(state, usual=bound.quiets.learned(state, state.since, event))
        state = bound.quiets.follow(state, event)
    state, effects = _follow_hearing(bound, state, event)
    match event:
        case DeviceEvent() if is_life(event, bound.signs):
            if is_somebody(state, event):
                return _alive(bound, state, event)
            return alone(state, event), effects
        case TimerFired(name=name) if name == QUIET and state.since is not None:
            return _quiet(bound, state, event)
        case GatewayStarted():
            return _count(bound, started(state, event))
        case ModeChanged(before=before, after=after, at=at) if Mode.PRIVACY in (before, after):
            # Movements are not taken while it lasts: how quiet it was is not known.
            return _count(bound, private(state, at), NoLonger(KEY))
        case _ if (by := stepped(event)) is not None and state.since is not None:
            return _count(bound, replace(state, since=state.since + by))
        case _:
            return state, effects


def _follow_hearing(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    hearing = state.hearing.after(event, bound.signs)
    if hearing is state.hearing:
        return state, []
    state = replace(state, hearing=hearing)
    if not hearing.hears_any(bound.signs):
        return replace(state, deaf_since=state.deaf_since or event.at), [CancelTimer(QUIET)]
    if state.deaf_since is None or state.since is None:
        return state, []
    return _count(bound, heard_again(state, state.since, state.deaf_since, event))


def _alive(bound: Bound, state: State, event: DeviceEvent) -> tuple[State, Effects]:
    device = bound.signs[event.device_id]
    left = device.role is Role.DOOR and device.outer
    known = not left and state.hearing.hears_all(bound.signs)
    lesson = bound.quiets.begun(state.lesson, event, known=known)
    usual = bound.quiets.learned(state, state.since, event)
    after = alive(state, event, left=left, lesson=lesson, usual=usual)
    return _count(bound, after, *([ResetAlarm(KEY)] if state.is_open else []))


def _count(bound: Bound, state: State, *effects: Effect) -> tuple[State, Effects]:
    """Wait for the moment in which it has been quiet for too long."""
    if state.since is None or state.raised or state.deaf_since is not None:
        return state, [*effects, CancelTimer(QUIET)]
    at = due(bound, state.since, left=state.left, usual=state.usual)
    return state, [*effects, ArmTimer(QUIET, at)]


def due(bound: Bound, since: datetime, *, left: bool, usual: Usual = NOTHING_USUAL) -> datetime:
    """When it has been quiet for too long, if nothing is heard after `since`."""
    if left:
        return counted_from(bound.quiets.window, since + bound.settings.after_leaving)[1]
    return bound.quiets.due(usual, since)


def _quiet(bound: Bound, state: State, event: TimerFired) -> tuple[State, Effects]:
    if event.stamp.clock is ClockQuality.UNKNOWN and bound.unknown_clock is UnknownClock.NIGHT:
        return _count(bound, replace(state, since=event.at))
    assert state.since is not None
    usual = NOTHING_USUAL if state.left else state.usual
    _, begin = counted_from(bound.quiets.window, state.since)
    alarm = RaiseAlarm(
        key=KEY,
        kind="inactivity",
        priority=bound.settings.priority,
        began_at=state.last.at if state.last else state.since,
        text=no_sign(state, event.at - state.since)
        + not_heard(state.unheard)
        + bound.quiets.said(usual, begin, event.at - begin),
        evidence=(state.last,) if state.last else (),
        device_id=state.last.device_id if state.last else None,
        thresholds=(
            ("between", str(bound.settings.between)),
            ("after", spell_duration(bound.settings.after.total_seconds()).en),
            ("after_leaving", spell_duration(bound.settings.after_leaving.total_seconds()).en),
            *bound.quiets.thresholds(usual, begin),
        ),
    )
    return replace(state, raised=True, is_open=True), [alarm]
