"""Digital supervision: at set times, is the person where expected? (digitalt tilsyn)

Told each time: information when he is, medium when he is not, and medium too when nobody knows,
since a sensor is not heard: a silent sensor never looks like a quiet resident. No picture is taken;
what the sensors said last is all that is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.changed import replace
from heimvakt.core.devices import Device
from heimvakt.core.doses import EVERY_DAY
from heimvakt.core.effects import ArmTimer, CancelTimer, Effect, Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import (
    ClockQuality,
    ClockQualityChanged,
    ClockStepped,
    Event,
    GatewayStarted,
    Mode,
    ModeChanged,
    TimerFired,
)
from heimvakt.core.rule import Rule
from heimvakt.core.times import stepped
from heimvakt.core.week import Days, TimeOfDay
from heimvakt.core.words import Words

from .device_id import DeviceId
from .kind import Context, RuleKind, RuleSettings, Wire
from .last_seen import HEEDED, NOTHING_KNOWN, PLACES, SIGNS, LastSeen
from .planned import LOOKED_BACK, Plan, next_end, occasions
from .planned_wording import NOT_LOOKED, as_expected, elsewhere, not_known

CHECK = "check"
OPEN_MAX, DONE_MAX = 8, 64
OFF_COUNTS = timedelta(minutes=5)
"""Off for longer than this the gateway knows no more where anybody is."""


class Settings(RuleSettings):
    """`[rules.planned-check]`."""

    at: Annotated[
        tuple[TimeOfDay, ...],
        Field(
            min_length=1,
            max_length=24,
            description="When it is looked, local time.",
            examples=[["01:00", "04:30"]],
        ),
    ]
    days: Annotated[Days, Field(description="On which days. Without it on every day.")] = EVERY_DAY
    where: Annotated[
        tuple[DeviceId, ...],
        Field(
            min_length=1,
            description="Where somebody should be: beds and chairs that are taken, or movement "
            "that was the last of the home.",
            examples=[["bed"]],
        ),
    ]
    priority: Annotated[
        Priority, Field(description="How soon a person must look when it is not so.")
    ] = Priority.MEDIUM


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is known, and which checks were made."""

    known: LastSeen = NOTHING_KNOWN
    mode: Mode = Mode.HOME
    looked_until: datetime | None = None
    done: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    """Checks that were not good, whose alarms end with one that is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The settings in a home."""

    settings: Settings
    zone: ZoneInfo
    plans: Sequence[Plan]
    where: Mapping[str, Device]
    signs: Mapping[str, Device]
    """All that tells where somebody is, and is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a check came to."""

    good: bool
    text: Words
    looked: bool = True
    """Nobody looks while a mode says that there is nothing to be seen."""
    evidence: tuple[Evidence, ...] = ()


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """Where somebody is after `event`, and what is told of it."""
    known = state.known.after(event, bound.signs)
    if known is not state.known:
        state = replace(state, known=known)
    match event:
        case ModeChanged(before=Mode.PRIVACY, after=after):
            return replace(state, mode=after, known=known.forgotten()), []
        case ModeChanged(after=after):
            return replace(state, mode=after), []
        case GatewayStarted() | ClockStepped() | ClockQualityChanged():
            return _look(bound, _on_this_clock(state, event), event)
        case TimerFired(name=name) if name == CHECK:
            return _look(bound, state, event)
        case _:
            return state, []


def _on_this_clock(state: State, event: Event) -> State:
    if (by := stepped(event)) is not None:
        state = replace(state, looked_until=state.looked_until and state.looked_until + by)
    match event:
        case GatewayStarted(at=at, last_alive=last) if last and at - last >= OFF_COUNTS:
            return replace(state, known=state.known.forgotten())
        case _:
            return state


def _look(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """Make the check whose time has come, the last if there are several, and wait for the next."""
    if event.stamp.clock is ClockQuality.UNKNOWN:
        return state, [CancelTimer(CHECK)]
    now = event.at
    after = max(state.looked_until or now, now - LOOKED_BACK)
    due = [
        each
        for each in occasions(bound.plans, bound.zone, after, now)
        if each.key not in state.done
    ]
    state = replace(
        state, looked_until=now, done=(*state.done, *(each.key for each in due))[-DONE_MAX:]
    )
    effects: list[Effect] = []
    if due:
        state, effects = _told(bound, state, due[-1].key, event)
    return state, [*effects, ArmTimer(CHECK, next_end(bound.plans, bound.zone, now))]


def _told(bound: Bound, state: State, key: str, event: Event) -> tuple[State, list[Effect]]:
    found = _find(bound, state)
    alarm = RaiseAlarm(
        key=key,
        kind="planned-check",
        priority=Priority.INFORMATION if found.good else bound.settings.priority,
        began_at=event.at,
        text=found.text,
        evidence=(*found.evidence, Evidence.of(event)),
        device_id=bound.settings.where[0],
        thresholds=(("where", ", ".join(bound.settings.where)),),
    )
    if not found.good:
        return replace(state, open=(*state.open, key)[-OPEN_MAX:]), [alarm]
    # Nobody has to do anything about it: it is over as soon as it is said.
    open_ = () if found.looked else state.open
    over = [ResetAlarm(each) for each in (key, *state.open) if each not in open_]
    return replace(state, open=open_), [alarm, *over]


def _find(bound: Bound, state: State) -> Found:
    if state.mode in NOT_LOOKED:
        return Found(good=True, text=NOT_LOOKED[state.mode], looked=False)
    known = state.known
    if (since := known.at_one_of(bound.where)) is not None:
        text = as_expected(since, _moment(bound, since), bound.signs)
        return Found(good=True, text=text, evidence=(since,))
    unbelieved, last = known.unbelieved(bound.where), known.last
    if unbelieved or last is None:
        return Found(good=False, text=not_known(unbelieved))
    text = elsewhere(last, _moment(bound, last), bound.signs)
    return Found(good=False, text=text, evidence=(last,))


def _moment(bound: Bound, evidence: Evidence) -> str:
    return f"{evidence.at.astimezone(bound.zone):%H:%M}"


def wiring(settings: Settings) -> list[Wire]:
    """Where somebody should be."""
    return [
        Wire(field=("where", number), device_id=place, roles=PLACES)
        for number, place in enumerate(settings.where)
    ]


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule in this home."""
    signs = {i: device for i, device in context.devices.items() if device.role in SIGNS}
    plans = [Plan(begin=at, lasting=timedelta(), days=settings.days) for at in settings.at]
    bound = Bound(
        settings=settings,
        zone=context.zone,
        plans=plans,
        where={i: context.devices[i] for i in settings.where},
        signs=signs,
    )
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=1,
        initial=State(),
        states=(State,),
        step=partial(step, bound),
        needs=frozenset(settings.where),
        told_of=frozenset(signs),
        told_of_kinds=HEEDED,
    )


KIND = RuleKind(
    kind="planned-check",
    settings=Settings,
    bind=bind,
    wiring=wiring,
    listens=frozenset(),
    raises=frozenset({"planned-check"}),
    priorities=frozenset({Priority.MEDIUM, Priority.LOW}),
)
