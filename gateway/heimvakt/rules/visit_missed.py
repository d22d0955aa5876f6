"""A planned visit that nobody made: no key of a carer was seen while it was to be.

    planned --a known key, a lock that carers open, a visit begun otherwise--> made
            `-- its end, and none of these --> raised --somebody comes after all--> reset

What could not be seen is said with the alarm: a reader that is not heard, a box that was off. While
nobody knows what time it is nothing is judged; when that is known again, what was seen counts at
the time that it truly was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.devices import Device, Role
from heimvakt.core.doses import EVERY_DAY
from heimvakt.core.effects import ArmTimer, CancelTimer, Effect, Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import (
    ClockQuality,
    ClockQualityChanged,
    ClockStepped,
    Event,
    GatewayStarted,
    LockedBy,
    LockUnlocked,
    Mode,
    ModeChanged,
    TagPresented,
    TimerFired,
)
from heimvakt.core.fields import Hours
from heimvakt.core.rule import Rule
from heimvakt.core.times import stepped
from heimvakt.core.week import Days

from .device_id import DeviceId
from .hearing import ALL_HEARD, HEARS, Hearing
from .kind import Context, RuleKind, RuleSettings, Wire
from .planned import LOOKED_BACK, Occasion, Plan, next_end, occasions
from .planned_wording import not_registered

END = "end"
SEEN_MAX, OPEN_MAX, TOLD_MAX = 16, 8, 64
"""Of each the newest; more in the hours that are looked back would be no plan."""
OFF_COUNTS = timedelta(minutes=5)
"""A box that starts anew within this may have missed a key, but that is not likely."""


class PlannedVisit(BaseModel):
    """One entry of `visits`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    between: Annotated[
        Hours,
        Field(description="When somebody is to come, local time.", examples=["08:00-09:30"]),
    ]
    days: Annotated[
        Days, Field(description="On which days it begins. Without it on every day.")
    ] = EVERY_DAY


class Settings(RuleSettings):
    """`[rules.visit-missed]`."""

    visits: Annotated[
        tuple[PlannedVisit, ...],
        Field(
            min_length=1,
            max_length=24,
            description="The visits that are planned.",
            examples=[[{"between": "08:00-09:30", "days": "mon-fri"}]],
        ),
    ]
    tags: Annotated[
        tuple[str, ...],
        Field(
            description="The keys that count. Usually left out: every one of [tags.NAME].",
            examples=[["carer-7"]],
        ),
    ] = ()
    locks: Annotated[
        tuple[DeviceId, ...],
        Field(
            description="Locks that nobody but carers opens with a tag or a code: that counts too.",
            examples=[["front-lock"]],
        ),
    ] = ()
    priority: Annotated[Priority, Field(description="How soon a person must look.")] = (
        Priority.MEDIUM
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """When somebody came, and which visits have been judged."""

    since: datetime | None = None
    """From then on visits are watched for; what began before that is not judged."""
    judged_until: datetime | None = None
    seen: tuple[datetime, ...] = ()
    last: Evidence | None = None
    told: tuple[str, ...] = ()
    """Visits that were told as missed: none is told twice."""
    open: tuple[str, ...] = ()
    """Of these, those whose alarm ends when somebody comes after all."""
    off: tuple[datetime, datetime] | None = None
    """When the box was off last for longer than a moment."""
    hearing: Hearing = ALL_HEARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The settings in a home."""

    settings: Settings
    zone: ZoneInfo
    plans: Sequence[Plan]
    readers: Mapping[str, Device]


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """Whether somebody came, or did not."""
    hearing = state.hearing.after(event, bound.readers)
    if hearing is not state.hearing:
        state = replace(state, hearing=hearing)
    if _counts(bound.settings, event):
        return _came(state, event)
    match event:
        case GatewayStarted() | ClockStepped() | ClockQualityChanged():
            return _judge(bound, _on_this_clock(state, event), event)
        case TimerFired(name=name) if name == END:
            return _judge(bound, state, event)
        case _:
            return state, []


def _counts(settings: Settings, event: Event) -> bool:
    match event:
        case TagPresented(tag=tag):
            return bool(tag) and (not settings.tags or tag in settings.tags)
        case LockUnlocked(device_id=lock, by=LockedBy.TAG | LockedBy.CODE):
            return lock in settings.locks
        case ModeChanged(before=before, after=Mode.VISIT, by=by):
            return before is not Mode.VISIT and (not settings.tags or by in settings.tags)
        case _:
            return False


def _came(state: State, event: Event) -> tuple[State, Effects]:
    after = replace(
        state, seen=(*state.seen, event.at)[-SEEN_MAX:], last=Evidence.of(event), open=()
    )
    return after, [ResetAlarm(key) for key in state.open]


def _on_this_clock(state: State, event: Event) -> State:
    """With all times where they truly were; and with the time in which the box was off."""
    if (by := stepped(event)) is not None:
        state = replace(
            state,
            since=state.since and state.since + by,
            judged_until=state.judged_until and state.judged_until + by,
            seen=tuple(at + by for at in state.seen),
            off=state.off and (state.off[0] + by, state.off[1] + by),
        )
    match event:
        case GatewayStarted(at=at, last_alive=last) if last and at - last >= OFF_COUNTS:
            return replace(state, off=(last, at))
        case _:
            return state


def _judge(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """Tell the visits that are over and that nobody made, and wait for the end of the next."""
    now = event.at
    since, after = state.since or now, state.judged_until or now
    if event.stamp.clock is ClockQuality.UNKNOWN:
        return replace(state, since=since, judged_until=after), [CancelTimer(END)]
    after = max(after, now - LOOKED_BACK)
    missed = [
        each
        for each in occasions(bound.plans, bound.zone, after, now)
        if each.begins_at >= since
        and each.key not in state.told
        and not any(each.begins_at <= at <= each.ends_at for at in state.seen)
    ]
    keys = tuple(each.key for each in missed)
    effects: list[Effect] = [_alarm(bound, state, each, event) for each in missed]
    effects.append(ArmTimer(END, next_end(bound.plans, bound.zone, now)))
    judged = replace(
        state,
        since=since,
        judged_until=now,
        told=(*state.told, *keys)[-TOLD_MAX:],
        open=(*state.open, *keys)[-OPEN_MAX:],
    )
    return judged, effects


def _alarm(bound: Bound, state: State, missed: Occasion, event: Event) -> RaiseAlarm:
    begin, end = (f"{at.astimezone(bound.zone):%H:%M}" for at in (missed.begins_at, missed.ends_at))
    unheard = [i for i, device in bound.readers.items() if not state.hearing.hears(device)]
    off = state.off
    was_off = off is not None and off[0] < missed.ends_at and off[1] > missed.begins_at
    last = (state.last,) if state.last else ()
    return RaiseAlarm(
        key=missed.key,
        kind="visit-missed",
        priority=bound.settings.priority,
        began_at=missed.ends_at,
        text=not_registered(begin, end, unheard, was_off=was_off),
        evidence=(*last, Evidence.of(event)),
        thresholds=(("between", f"{begin}-{end}"),),
    )


def wiring(settings: Settings) -> list[Wire]:
    """The locks."""
    return [
        Wire(field=("locks", number), device_id=lock, roles=frozenset({Role.LOCK}))
        for number, lock in enumerate(settings.locks)
    ]


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule in this home."""
    readers = {*context.of_role(Role.TAG), *settings.locks}
    plans = [
        Plan(
            begin=visit.between.begin,
            lasting=visit.between.window(context.zone).length,
            days=visit.days,
        )
        for visit in settings.visits
    ]
    bound = Bound(
        settings=settings,
        zone=context.zone,
        plans=plans,
        readers={i: context.devices[i] for i in sorted(readers)},
    )
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=1,
        initial=State(),
        states=(State,),
        step=partial(step, bound),
        needs=frozenset(readers),
        told_of_kinds=frozenset({TagPresented, LockUnlocked, *HEARS}),
    )


KIND = RuleKind(
    kind="visit-missed",
    settings=Settings,
    bind=bind,
    wiring=wiring,
    listens=frozenset({Role.TAG, Role.LOCK}),
    raises=frozenset({"visit-missed"}),
    priorities=frozenset({Priority.MEDIUM, Priority.LOW}),
)
