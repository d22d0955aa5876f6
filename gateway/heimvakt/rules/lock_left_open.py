"""A lock that stays open for too long, or its door does, is an alarm until both are not.

    closed --unlocked or opened--> waiting --has lasted--> told --locked and closed--> closed
                                           --locked and closed--> closed

For homes whose doors are kept locked: it is armed by its section. The door is the one that the lock
names, if it names one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.devices import Device, Role
from heimvakt.core.effects import ArmTimer, CancelTimer, Effect, Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import (
    ConfigurationChanged,
    DoorClosed,
    DoorOpened,
    Event,
    GatewayStarted,
    LockLocked,
    LockUnlocked,
    TimerFired,
)
from heimvakt.core.fields import duration
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words, spell_duration

from .device_id import DeviceId
from .hearing import ALL_HEARD, Hearing
from .kind import Context, RuleKind, RuleSettings, Wire, role_rule
from .wording import NOTHING, late_words, unheard_words, whereabouts

BOLT, DOOR = "/bolt", "/door"
"""End the names of what is open, which are those of its deadlines too."""


class Settings(RuleSettings):
    """`[rules.lock-left-open]`."""

    locks: Annotated[
        tuple[DeviceId, ...],
        Field(
            description="The locks that are watched. Without it every one of the home.",
            examples=[["front-lock"]],
        ),
    ] = ()
    unlocked_for: Annotated[
        timedelta,
        duration(at_least="1m", at_most="24h"),
        Field(description="A bolt that is back sooner is not told."),
    ] = timedelta(minutes=15)
    open_for: Annotated[
        timedelta,
        duration(at_least="1m", at_most="24h"),
        Field(description="A door, the one that the lock names, that is closed sooner is not."),
    ] = timedelta(minutes=10)
    priority: Annotated[Priority, Field(description="Of the alarm.")] = Priority.MEDIUM


@dataclass(frozen=True, slots=True)
class State:
    """What is open now, and whose lock has an alarm."""

    open: Mapping[str, Evidence] = field(default_factory=dict)
    """By lock and which of the two."""
    told: frozenset[str] = frozenset()
    """Locks."""
    hearing: Hearing = ALL_HEARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The settings in a home."""

    settings: Settings
    locks: Mapping[str, Device]
    lock_of: Mapping[str, str]
    """By door."""
    heard: Mapping[str, Device]
    """Locks and doors."""


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """What has been left open after `event`."""
    hearing = state.hearing.after(event, bound.heard)
    if hearing is not state.hearing:
        state = replace(state, hearing=hearing)
    match event:
        case LockUnlocked(device_id=lock) if lock in bound.locks:
            return _opened(state, lock + BOLT, event, bound.settings.unlocked_for)
        case DoorOpened(device_id=door) if door in bound.lock_of:
            return _opened(state, bound.lock_of[door] + DOOR, event, bound.settings.open_for)
        case LockLocked(device_id=lock) if lock in bound.locks:
            return _closed(state, lock, BOLT)
        case DoorClosed(device_id=door) if door in bound.lock_of:
            return _closed(state, bound.lock_of[door], DOOR)
        case TimerFired(name=what) if what in state.open:
            return _due(bound, state, event)
        case GatewayStarted() | ConfigurationChanged():
            return _taken_out(bound, state)
        case _:
            return state, []


def _opened(state: State, what: str, event: Event, limit: timedelta) -> tuple[State, Effects]:
    if what in state.open:
        return state, []
    opened = replace(state, open={**state.open, what: Evidence.of(event)})
    return opened, [ArmTimer(what, event.at + limit)]


def _closed(state: State, lock: str, which: str) -> tuple[State, Effects]:
    left = {what: opened for what, opened in state.open.items() if what != lock + which}
    effects: list[Effect] = [CancelTimer(lock + which)]
    if lock + BOLT in left or lock + DOOR in left or lock not in state.told:
        return replace(state, open=left), effects
    locked = replace(state, open=left, told=state.told - {lock})
    return locked, [*effects, ResetAlarm(lock)]


def _due(bound: Bound, state: State, event: TimerFired) -> tuple[State, Effects]:
    what = event.name
    lock = what.removesuffix(BOLT).removesuffix(DOOR)
    if lock in state.told:
        return state, []
    told = replace(state, told=state.told | {lock})
    return told, [_alarm(bound, state, bound.locks[lock], event)]


def _alarm(bound: Bound, state: State, lock: Device, event: TimerFired) -> RaiseAlarm:
    opened = state.open[event.name]
    settings, who, is_bolt = bound.settings, whereabouts(lock), event.name.endswith(BOLT)
    teller = bound.heard.get(opened.device_id or "", lock)
    limit = spell_duration(
        (settings.unlocked_for if is_bolt else settings.open_for).total_seconds()
    )
    words = Words(
        nb=f"Døren med låsen {who} har stått åpen i {limit.nb}. Lukk den.",
        en=f"The door with the lock {who} has been open for {limit.en}. Close it.",
    )
    if is_bolt:
        words = Words(
            nb=f"Låsen {who} har vært ulåst i {limit.nb}. Lås den.",
            en=f"The lock {who} has been unlocked for {limit.en}. Lock it.",
        )
    return RaiseAlarm(
        key=lock.device_id,
        kind="lock-left-open",
        priority=settings.priority,
        began_at=opened.at,
        text=words
        + (NOTHING if state.hearing.hears(teller) else unheard_words(teller.device_id))
        + late_words(event),
        evidence=(opened,),
        device_id=lock.device_id,
        thresholds=(("unlocked_for" if is_bolt else "open_for", limit.en),),
    )


def _taken_out(bound: Bound, state: State) -> tuple[State, Effects]:
    """Of what is not watched any more nobody will hear the end."""
    doors = {lock + DOOR for lock in bound.lock_of.values()}
    watched = {lock + BOLT for lock in bound.locks} | doors
    effects: list[Effect] = []
    for what in sorted(state.open.keys() - watched):
        which = BOLT if what.endswith(BOLT) else DOOR
        state, closed = _closed(state, what.removesuffix(which), which)
        effects += closed
    return state, effects


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule in this home."""
    locks = {i: context.devices[i] for i in settings.locks or sorted(context.of_role(Role.LOCK))}
    lock_of = {lock.door: i for i, lock in locks.items() if lock.door}
    heard = {i: context.devices[i] for i in (*locks, *lock_of)}
    bound = Bound(settings=settings, locks=locks, lock_of=lock_of, heard=heard)
    return role_rule(rule_id, KIND, State(), partial(step, bound), heard, version=2)


def _wiring(settings: Settings) -> Iterator[Wire]:
    for index, lock in enumerate(settings.locks):
        yield Wire(field=("locks", index), device_id=lock, roles=frozenset({Role.LOCK}))


KIND = RuleKind(
    kind="lock-left-open",
    settings=Settings,
    bind=bind,
    wiring=_wiring,
    listens=frozenset({Role.LOCK}),
    raises=frozenset({"lock-left-open"}),
    priorities=frozenset({Priority.MEDIUM, Priority.LOW}),
)
