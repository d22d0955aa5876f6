"""Night wandering: out of bed at night and a second sign of it, or not back in time.

One sensor alone is never an alarm: a bed mat alone is wrong one time in three in the field
(M-BAS 2016: nuisance 31 %), and a motion sensor flickers in an empty home. The rule sees events and
answers with effects; it knows no clock, and its deadline comes back as an event.

    in bed --bed left in the window--> out --bed entered--> in bed
                                       |-- a door, or enough movements --> raised
                                       `-- not back in time -------------> raised

One night out of bed is one alarm: nothing more until the bed is entered again, or, where that was
not heard, until it is left in another night.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.calendar import Night
from heimvakt.core.devices import Role
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, NoLonger, RaiseAlarm
from heimvakt.core.events import BedEntered, BedLeft, DoorOpened, Event, MotionDetected, TimerFired
from heimvakt.core.fields import Hours, duration
from heimvakt.core.rule import Rule
from heimvakt.core.times import stepped
from heimvakt.core.words import Words, spell_duration

from .kind import Context, RuleKind, RuleSettings, Wire

BACK = "back"
EVIDENCE_MAX = 10
ANOTHER_NIGHT = timedelta(hours=12)
FRAME_AGAIN = timedelta(seconds=2)
"""A radio repeats an unconfirmed frame within this: the same movement is no second sign."""


class Settings(RuleSettings):
    """`[rules.night-wandering]`."""

    between: Annotated[
        Hours, Field(description="The night, local time; it may cross midnight.")
    ] = Hours.parse("23:00-06:00")
    out_of: Annotated[str, Field(description="The bed that is left.", examples=["bed"])]
    signs: Annotated[
        tuple[str, ...],
        Field(
            min_length=1,
            description="Second signs: movement outside the bedroom, and doors.",
            examples=[["hall-motion", "front-door"]],
        ),
    ]
    movements: Annotated[
        int, Field(ge=2, le=10, description="How many movements are a sign; one door always is.")
    ] = 2
    back_within: Annotated[
        timedelta,
        duration(at_least="2m", at_most="4h"),
        Field(description="Longer out of bed than this is an alarm without a second sign."),
    ] = timedelta(minutes=20)
    priority: Annotated[Priority, Field(description="How soon a person must look.")] = Priority.HIGH


@dataclass(frozen=True, slots=True)
class InBed:
    """Or not known: nothing is watched."""


@dataclass(frozen=True, slots=True)
class Out:
    """Out of bed since `left`."""

    left: Evidence
    signs: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Raised:
    """Told for this time out of bed."""

    left_at: datetime


State = InBed | Out | Raised


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The settings in a home."""

    settings: Settings
    night: Night


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """What the night looks like after `event`, and what to do about it."""
    settings = bound.settings
    match state, event:
        case Raised(), BedEntered(device_id=settings.out_of):
            return InBed(), [NoLonger(settings.out_of)]
        case _, BedEntered(device_id=settings.out_of):
            return InBed(), [CancelTimer(BACK)]
        case InBed(), BedLeft(device_id=settings.out_of, at=at) if bound.night.holds(event.stamp):
            return Out(Evidence.of(event)), [ArmTimer(BACK, at + settings.back_within)]
        case Out(), DoorOpened(device_id=device) if device in settings.signs:
            return _raise(bound, _with(state, event))
        case Raised(left_at=before), BedLeft(device_id=settings.out_of, at=at) if (
            at - before >= ANOTHER_NIGHT and bound.night.holds(event.stamp)
        ):
            return Out(Evidence.of(event)), [ArmTimer(BACK, at + settings.back_within)]
        case Out(), MotionDetected(device_id=device) if device in settings.signs:
            if _is_repeated(state, event):
                return state, []
            out = _with(state, event)
            if len(out.signs) >= settings.movements:
                return _raise(bound, out)
            return out, []
        case Out(), TimerFired(name=name) if name == BACK:
            return _raise(bound, state)
        case Raised(left_at=left_at), _ if (by := stepped(event)) is not None:
            return Raised(left_at + by), []  # the clock was set: it is the same night
        case _:
            return state, []  # all else says nothing about this night


def _is_repeated(out: Out, event: MotionDetected) -> bool:
    return any(
        sign.device_id == event.device_id and abs(event.at - sign.at) < FRAME_AGAIN
        for sign in out.signs
    )


def _with(out: Out, event: Event) -> Out:
    return replace(out, signs=(*out.signs, Evidence.of(event)))


def _raise(bound: Bound, out: Out) -> tuple[State, Effects]:
    settings = bound.settings
    alarm = RaiseAlarm(
        key=settings.out_of,
        kind="night-wandering",
        priority=settings.priority,
        began_at=out.left.at,
        text=_text(settings, out),
        evidence=(out.left, *out.signs[-(EVIDENCE_MAX - 1) :]),
        device_id=(out.signs[-1] if out.signs else out.left).device_id,
        thresholds=(
            ("between", str(settings.between)),
            ("movements", str(settings.movements)),
            ("back_within", spell_duration(settings.back_within.total_seconds()).en),
        ),
    )
    return Raised(out.left.at), [CancelTimer(BACK), alarm]


def _text(settings: Settings, out: Out) -> Words:
    if not out.signs:
        limit = spell_duration(settings.back_within.total_seconds())
        return Words(
            nb=f"Ute av sengen om natten og ikke tilbake innen {limit.nb}.",
            en=f"Out of bed at night and not back within {limit.en}.",
        )
    last = out.signs[-1]
    if last.kind == DoorOpened.kind:
        return Words(
            nb=f"Ute av sengen om natten, og døren {last.device_id} ble åpnet.",
            en=f"Out of bed at night, and the door {last.device_id} was opened.",
        )
    return Words(
        nb=f"Ute av sengen om natten, og bevegelse ved {last.device_id}.",
        en=f"Out of bed at night, and movement at {last.device_id}.",
    )


def wiring(settings: Settings) -> list[Wire]:
    """The bed, and the signs."""
    signs = frozenset({Role.MOTION, Role.DOOR})
    return [
        Wire(field=("out_of",), device_id=settings.out_of, roles=frozenset({Role.BED})),
        *(
            Wire(field=("signs", index), device_id=sign, roles=signs)
            for index, sign in enumerate(settings.signs)
        ),
    ]


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule in this home."""
    bound = Bound(settings=settings, night=context.night(settings.between))
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=2,
        initial=InBed(),
        states=(InBed, Out, Raised),
        step=partial(step, bound),
        needs=frozenset({settings.out_of, *settings.signs}),
        told_of=frozenset({settings.out_of, *settings.signs}),
    )


KIND = RuleKind(
    kind="night-wandering",
    settings=Settings,
    bind=bind,
    wiring=wiring,
    listens=frozenset(),
    raises=frozenset({"night-wandering"}),
    priorities=frozenset({Priority.HIGH, Priority.MEDIUM}),
)
