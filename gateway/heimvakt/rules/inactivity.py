"""Nothing moves, opens or is used for hours of the day while somebody should be up.

    heard --a sign of life--> heard, counted anew
      |-- quiet for `after` within the hours of the day --> raised --a sign of life--> heard
      |-- the last sign was an outer door, and nothing for `after_leaving` --> raised
      `-- none of the sensors can be heard --> deaf --heard again--> heard, that time not counted

What nobody could hear proves nothing: time in which the gateway was off or every sensor was out of
reach is not counted. Whoever goes out leaves a quiet home behind; until something else is heard the
longer limit counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.calendar import UnknownClock, Window
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
from heimvakt.core.rule import Rule
from heimvakt.core.times import stepped
from heimvakt.core.witness import NOBODY, Witness
from heimvakt.core.words import Words, spell_duration

from .hearing import ALL_HEARD, Hearing
from .kind import Context, RuleKind, RuleSettings, Wire
from .presence import SIGNS, is_life, signs_of, wires

UTC = ZoneInfo("UTC")
QUIET = "quiet"
KEY = "home"
MOMENT = timedelta(microseconds=1)
"""The end of a window is not in it; what ends with it is."""
LOOK_DAYS = 3
"""Windows that are looked at for a long enough one; a change of the hour makes one shorter."""


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
    signs: Annotated[
        tuple[str, ...],
        Field(
            description="What is a sign of life. Usually left out: every sensor of movement, "
            "doors, beds, chairs, appliances and buttons.",
            examples=[["hall-motion", "kettle"]],
        ),
    ] = ()
    priority: Annotated[Priority, Field(description="How soon a person must look.")] = (
        Priority.MEDIUM
    )

    @field_validator("after")
    @classmethod
    def _fits(cls, after: timedelta, info: ValidationInfo) -> timedelta:
        hours: Hours | None = info.data.get("between")
        if hours is not None and after > hours.window(UTC).length:
            raise PydanticCustomError(
                "longer_than_the_day",
                "{hours} is not so long: this could never be",
                {"hours": f'"{hours}"', "hint": "make `between` longer, or this shorter"},
            )
        return after


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Since when it is quiet, as far as anybody could hear."""

    since: datetime | None = None
    """The last sign of life, moved by what is not counted; None: before the first start."""
    last: Evidence | None = None
    left: bool = False
    """The last sign was an outer door."""
    raised: bool = False
    """This silence has been told."""
    is_open: bool = False
    """An alarm is open, perhaps of a silence before."""
    witness: Witness = NOBODY
    hearing: Hearing = ALL_HEARD
    deaf_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The settings in a home."""

    settings: Settings
    window: Window
    unknown_clock: UnknownClock
    signs: Mapping[str, Device]


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """Since when it is quiet after `event`, and whether that is too long."""
    state, effects = _follow_hearing(bound, state, event)
    match event:
        case DeviceEvent() if is_life(event, bound.signs):
            seen = replace(state, witness=state.witness.after(event))
            return _alive(bound, seen, event) if state.witness.confirms(event) else (seen, effects)
        case TimerFired(name=name) if name == QUIET and state.since is not None:
            return _quiet(bound, state, event)
        case GatewayStarted(at=at, last_alive=last_alive):
            away = at - last_alive if last_alive is not None and last_alive < at else timedelta()
            since = at if state.since is None else min(state.since + away, at)
            return _count(bound, replace(state, since=since))
        case ModeChanged(before=before, after=after, at=at) if Mode.PRIVACY in (before, after):
            # Movements are not taken while it lasts: how quiet it was is not known.
            counted = replace(state, since=at, last=None, left=False, raised=False)
            return _count(bound, counted, NoLonger(KEY))
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
    deaf_for = max(event.at - state.deaf_since, timedelta())
    return _count(bound, replace(state, since=state.since + deaf_for, deaf_since=None))


def _alive(bound: Bound, state: State, event: DeviceEvent) -> tuple[State, Effects]:
    device = bound.signs[event.device_id]
    alive = replace(
        state,
        since=event.at,
        last=Evidence.of(event),
        left=device.role is Role.DOOR and device.outer,
        raised=False,
        is_open=False,
    )
    return _count(bound, alive, *([ResetAlarm(KEY)] if state.is_open else []))


def _count(bound: Bound, state: State, *effects: Effect) -> tuple[State, Effects]:
    """Wait for the moment in which it has been quiet for too long."""
    if state.since is None or state.raised or state.deaf_since is not None:
        return state, [*effects, CancelTimer(QUIET)]
    return state, [*effects, ArmTimer(QUIET, due(bound, state.since, left=state.left))]


def due(bound: Bound, since: datetime, *, left: bool) -> datetime:
    """When it has been quiet for too long, if nothing is heard after `since`."""
    window, settings = bound.window, bound.settings
    if left:
        at = since + settings.after_leaving
        return at if window.contains(at) else window.moment(_next_day(window, at), timedelta())
    day, begin = window.day_of(since), since
    if not window.contains(since):
        day = _next_day(window, since)
        begin = window.moment(day, timedelta())
    for _ in range(LOOK_DAYS):
        last = begin + settings.after - MOMENT
        if window.contains(last) and window.day_of(last) == day:
            break
        day += timedelta(days=1)
        begin = window.moment(day, timedelta())
    return begin + settings.after


def _next_day(window: Window, at: datetime) -> date:
    """The day of the window that begins next after `at`, which is in none."""
    return window.day_of(at) + timedelta(days=1)


def _quiet(bound: Bound, state: State, event: TimerFired) -> tuple[State, Effects]:
    if event.stamp.clock is ClockQuality.UNKNOWN and bound.unknown_clock is UnknownClock.NIGHT:
        return _count(bound, replace(state, since=event.at))
    assert state.since is not None
    alarm = RaiseAlarm(
        key=KEY,
        kind="inactivity",
        priority=bound.settings.priority,
        began_at=state.last.at if state.last else state.since,
        text=_text(state, event.at - state.since),
        evidence=(state.last,) if state.last else (),
        device_id=state.last.device_id if state.last else None,
        thresholds=(
            ("between", str(bound.settings.between)),
            ("after", spell_duration(bound.settings.after.total_seconds()).en),
            ("after_leaving", spell_duration(bound.settings.after_leaving.total_seconds()).en),
        ),
    )
    return replace(state, raised=True, is_open=True), [alarm]


def _text(state: State, quiet: timedelta) -> Words:
    long = spell_duration(quiet.total_seconds() // 60 * 60)
    if state.last is None:
        return Words(nb=f"Ingen livstegn på {long.nb}.", en=f"No sign of life for {long.en}.")
    last = state.last.device_id
    if state.left:
        return Words(
            nb=f"Ingen livstegn på {long.nb} siden ytterdøren {last}: kanskje ute.",
            en=f"No sign of life for {long.en} since the outer door {last}: perhaps out.",
        )
    return Words(
        nb=f"Ingen livstegn på {long.nb}, sist ved {last}.",
        en=f"No sign of life for {long.en}, the last at {last}.",
    )


def wiring(settings: Settings) -> list[Wire]:
    """The signs, where the home names them."""
    return wires("signs", settings.signs)


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule in this home."""
    signs = signs_of(context, settings.signs)
    bound = Bound(
        settings=settings,
        window=settings.between.window(context.zone),
        unknown_clock=context.unknown_clock,
        signs=signs,
    )
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=1,
        initial=State(),
        states=(State,),
        step=partial(step, bound),
        needs=frozenset(signs),
        told_of=frozenset(signs),
    )


KIND = RuleKind(
    kind="inactivity",
    settings=Settings,
    bind=bind,
    wiring=wiring,
    listens=SIGNS,
    raises=frozenset({"inactivity"}),
    priorities=frozenset({Priority.HIGH, Priority.MEDIUM}),
)
