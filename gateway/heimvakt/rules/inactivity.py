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
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from heimvakt.core.alarms import Evidence, Priority
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
    BedEntered,
    ChairEntered,
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
from heimvakt.core.usual import NOTHING_USUAL, Bounds, Usual
from heimvakt.core.witness import NO_MOVEMENT, NOBODY, Movements, Witness
from heimvakt.core.words import Words, spell_duration

from .device_id import DeviceId
from .hearing import ALL_HEARD, Hearing
from .kind import Context, RuleKind, RuleSettings, Wire
from .learning import MAY_SPOIL, Taught, bounds_of, learned_under
from .presence import HEEDED, SIGNS, is_life, signs_of, wires
from .quiet import FLOOR, Quiets, counted_from
from .wording import LATE, NOTHING, spell_about

UTC = ZoneInfo("UTC")
QUIET = "quiet"
HAS_COME_IN = (BedEntered, ChairEntered)
"""After the outer door: a mat may let go of somebody, but it takes hold of nobody who is out."""
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
class State(Taught):
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
    movements: Movements = NO_MOVEMENT
    hearing: Hearing = ALL_HEARD
    deaf_since: datetime | None = None
    unheard: timedelta = timedelta()
    """How much of the time since the last sign is not counted, since nobody could hear."""


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
            if (
                state.witness.confirms(event)
                or state.movements.confirm(event)
                or (state.left and isinstance(event, HAS_COME_IN))
            ):
                return _alive(bound, state, event)
            witness, movements = state.witness.after(event), state.movements.after(event)
            return replace(state, witness=witness, movements=movements), effects
        case TimerFired(name=name) if name == QUIET and state.since is not None:
            return _quiet(bound, state, event)
        case GatewayStarted(at=at, last_alive=last_alive):
            away = at - last_alive if last_alive is not None and last_alive < at else timedelta()
            since = at if state.since is None else min(state.since + away, at)
            return _count(bound, replace(state, since=since, unheard=state.unheard + away))
        case ModeChanged(before=before, after=after, at=at) if Mode.PRIVACY in (before, after):
            # Movements are not taken while it lasts: how quiet it was is not known.
            counted = replace(
                state, since=at, last=None, left=False, raised=False, unheard=timedelta()
            )
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
    # What it did not hear while it was off is not counted in any case.
    last_alive = event.last_alive if isinstance(event, GatewayStarted) else None
    until = event.at if last_alive is None else last_alive
    deaf_for = max(until - state.deaf_since, timedelta())
    state = replace(
        state,
        since=state.since + deaf_for,
        deaf_since=None,
        unheard=state.unheard + deaf_for,
    )
    return _count(bound, state)


def _alive(bound: Bound, state: State, event: DeviceEvent) -> tuple[State, Effects]:
    device = bound.signs[event.device_id]
    left = device.role is Role.DOOR and device.outer
    known = not left and state.hearing.hears_all(bound.signs)
    alive = replace(
        state,
        since=event.at,
        last=Evidence.of(event),
        left=left,
        raised=False,
        is_open=False,
        witness=state.witness.after(event),
        movements=state.movements.after(event),
        unheard=timedelta(),
        lesson=bound.quiets.begun(state.lesson, event, known=known),
        usual=bound.quiets.learned(state, state.since, event),
    )
    return _count(bound, alive, *([ResetAlarm(KEY)] if state.is_open else []))


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
        text=_text(state, event.at - state.since)
        + _unheard(state.unheard)
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


def _unheard(long: timedelta) -> Words:
    if long < LATE:
        return NOTHING
    about = spell_about(long.total_seconds())
    return Words(
        nb=f" I {about.nb} til kunne ingenting høres.",
        en=f" For another {about.en} nothing could be heard.",
    )


def _tells(bound: Bound, state: State, at: datetime) -> Words:
    begin = counted_from(bound.quiets.window, state.since)[1] if state.since else None
    return bound.quiets.tells(state.usual, begin, at)


def wiring(settings: Settings) -> list[Wire]:
    """The signs, where the home names them."""
    return wires("signs", settings.signs)


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule in this home."""
    signs = signs_of(context, settings.signs)
    under = learned_under(str(settings.between), *sorted(signs)) if settings.learn else ""
    bound = Bound(
        settings=settings,
        unknown_clock=context.unknown_clock,
        signs=signs,
        quiets=Quiets(
            window=settings.between.window(context.zone),
            devices=signs,
            bounds=settings.bounds(),
            under=under,
        ),
    )
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=2,
        initial=State(),
        states=(State,),
        step=partial(step, bound),
        needs=frozenset(signs),
        told_of=frozenset(signs),
        told_of_kinds=HEEDED,
        tells=partial(_tells, bound) if settings.learn else None,
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
