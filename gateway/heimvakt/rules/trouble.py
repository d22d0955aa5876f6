"""What is wrong with a device from when it says so until it says the opposite, if it lasts.

    none --begins--> waiting --has lasted long enough--> told --ends--> over
                             --ends--> none

Pure, and the same for all that dispensers and locks complain of; what that is stands in tables
beside their rules. What has a cause that is told already (the line to the device, the mains of the
home) is not told for as long as that lasts: one cause, one alarm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.devices import Device
from heimvakt.core.effects import (
    ArmTimer,
    CancelTimer,
    Effect,
    Effects,
    RaiseAlarm,
    ResetAlarm,
)
from heimvakt.core.events import (
    ConfigurationChanged,
    ContactLost,
    DeviceEvent,
    DeviceSilent,
    DeviceStuck,
    DeviceUnstuck,
    Event,
    GatewayStarted,
    MainsLost,
    MainsRestored,
    RadioBack,
    RadioLost,
    TimerFired,
)
from heimvakt.core.words import Words, spell_duration

from .wording import whereabouts

Says = Callable[[DeviceEvent], bool]
STEADY = timedelta(minutes=5)
"""A wire that is loose is one alarm, not one each time that it is."""
MAINS = "/mains"
"""A cause beside the drivers, whose names have no stroke."""


class Cause(StrEnum):
    """What may be behind it, and is told by itself."""

    NONE = "none"
    LINE = "line"
    """The driver has lost what it reaches the device over."""
    MAINS = "mains"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """One thing that can be wrong with a device of a home."""

    name: str
    begins: Says
    ends: Says
    words: Words
    """With `{who}` for the device, `{limit}` for `told_after` and `{event}` for what began it."""
    at_once: bool = False
    """Told at once, and with the usual priority, whatever the home says of the others."""
    steady_after: timedelta = timedelta()
    """Once told it is over only when it has been gone for so long: what comes and goes is one."""
    cause: Cause = Cause.NONE
    only_a_person_ends_it: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """One that there is now."""

    event: Evidence
    words: Words
    thresholds: tuple[tuple[str, str], ...] = ()
    told: bool = False
    ending: bool = False
    """It is gone, but not for long enough."""


@dataclass(frozen=True, slots=True)
class State:
    """What is wrong now, by device and name; these name the deadlines and the alarms too."""

    there: Mapping[str, Trouble] = field(default_factory=dict)
    causes: frozenset[str] = frozenset()
    """Drivers that lost their line, and the mains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What can be wrong in a home that is one kind of alarm."""

    kind: str
    devices: Mapping[str, Device]
    sorts: Mapping[str, Sort]
    """By name."""
    told_after: timedelta
    priority: Priority

    def sort(self, key: str) -> Sort:
        """What a key of the state is about."""
        return self.sorts[key.partition("/")[2]]

    def device(self, key: str) -> Device:
        """Whom it is about."""
        return self.devices[key.partition("/")[0]]

    def told_after_of(self, sort: Sort) -> timedelta:
        """How long it has to last."""
        return timedelta() if sort.at_once else self.told_after


def says(*kinds: type[DeviceEvent]) -> Says:
    """Whether an event is one of these."""
    return lambda event: isinstance(event, kinds)


def speaks(event: DeviceEvent) -> bool:
    """Whether the device itself says something; what is concluded from its silence is no word."""
    return not isinstance(event, ContactLost | DeviceSilent | DeviceStuck | DeviceUnstuck)


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """What is wrong after `event`, and who must hear of it."""
    match event:
        case DeviceEvent(device_id=device_id) if device_id in bound.devices:
            return _said(bound, state, event)
        case TimerFired(name=key) if key in state.there:
            return _due(bound, state, key)
        case RadioLost(driver=cause):
            return replace(state, causes=state.causes | {cause}), []
        case MainsLost():
            return replace(state, causes=state.causes | {MAINS}), []
        case RadioBack(driver=cause):
            return _cause_over(bound, state, cause, event.at)
        case MainsRestored():
            return _cause_over(bound, state, MAINS, event.at)
        case GatewayStarted():
            after, over = _taken_out(bound, State(state.there))  # what is lost is said again
            return after, [*over, *_wait_anew(bound, after, after.there, event.at)]
        case ConfigurationChanged():
            # One that was moved to another line has the excuse of its old one no more.
            after, over = _taken_out(bound, state)
            left = [key for key in after.there if _cause(bound, key) not in after.causes]
            return after, [*over, *_wait_anew(bound, after, left, event.at)]
        case _:
            return state, []


def _said(bound: Bound, state: State, event: DeviceEvent) -> tuple[State, Effects]:
    effects: list[Effect] = []
    for name, sort in bound.sorts.items():
        begins = sort.begins(event)
        if not (begins or state.there):
            continue  # nearly always
        key = f"{event.device_id}/{name}"
        if begins:
            state, led = _begins(bound, state, key, event)
        elif key in state.there and sort.ends(event):
            state, led = _ends(sort, state, key, event.at)
        else:
            continue
        effects += led
    return state, effects


def _begins(bound: Bound, state: State, key: str, event: DeviceEvent) -> tuple[State, Effects]:
    known = state.there.get(key)
    if known is not None:
        again: Effects = [CancelTimer(key)] if known.ending else []
        return (_with(state, key, replace(known, ending=False)), again) if again else (state, [])
    sort = bound.sort(key)
    told_after = bound.told_after_of(sort)
    who, limit = whereabouts(bound.device(key)), spell_duration(told_after.total_seconds())
    reason = str(getattr(event, "reason", ""))
    began = Trouble(
        Evidence.of(event),
        Words(
            nb=sort.words.nb.format(who=who, limit=limit.nb, event=event),
            en=sort.words.en.format(who=who, limit=limit.en, event=event),
        ),
        (
            *((("told_after", limit.en),) if told_after else ()),
            *((("reason", reason),) if reason else ()),
        ),
    )
    state = _with(state, key, began)
    if told_after:
        return state, [ArmTimer(key, event.at + told_after)]
    return _due(bound, state, key)


def _ends(sort: Sort, state: State, key: str, at: datetime) -> tuple[State, Effects]:
    known = state.there[key]
    if known.told and sort.steady_after:
        if known.ending:
            return state, []
        ending = _with(state, key, replace(known, ending=True))
        return ending, [ArmTimer(key, at + sort.steady_after)]
    return _over(state, key, reset=not sort.only_a_person_ends_it)


def _due(bound: Bound, state: State, key: str) -> tuple[State, Effects]:
    """It has lasted long enough to be told, or been gone for long enough to be over."""
    trouble = state.there[key]
    if trouble.ending:
        return _over(state, key)
    if _cause(bound, key) in state.causes:
        return state, []
    alarm = RaiseAlarm(
        key=key,
        kind=bound.kind,
        priority=Priority.MEDIUM if bound.sort(key).at_once else bound.priority,
        began_at=trouble.event.at,
        text=trouble.words,
        evidence=(trouble.event,),
        device_id=bound.device(key).device_id,
        thresholds=trouble.thresholds,
    )
    return _with(state, key, replace(trouble, told=True)), [alarm]


def _cause_over(bound: Bound, state: State, cause: str, at: datetime) -> tuple[State, Effects]:
    excused = [key for key in state.there if _cause(bound, key) == cause]
    after = replace(state, causes=state.causes - {cause})
    return after, _wait_anew(bound, after, excused, at)


def _wait_anew(bound: Bound, state: State, keys: Iterable[str], at: datetime) -> Effects:
    """What was not told has all its time again: its cause is over, or the gateway was off."""
    waiting = sorted(key for key in keys if not state.there[key].told)
    return [ArmTimer(key, at + bound.told_after_of(bound.sort(key))) for key in waiting]


def _taken_out(bound: Bound, state: State) -> tuple[State, Effects]:
    """Of a device that is no longer in the home nobody will hear the end."""
    effects: list[Effect] = []
    for key in sorted(state.there):
        device_id, _, name = key.partition("/")
        if device_id not in bound.devices or name not in bound.sorts:
            state, over = _over(state, key)
            effects += over
    return state, effects


def _over(state: State, key: str, *, reset: bool = True) -> tuple[State, Effects]:
    rest = {name: trouble for name, trouble in state.there.items() if name != key}
    effects: list[Effect] = [CancelTimer(key)]
    if reset and state.there[key].told:
        effects.append(ResetAlarm(key))
    return replace(state, there=rest), effects


def _cause(bound: Bound, key: str) -> str | None:
    match bound.sort(key).cause:
        case Cause.LINE:
            return bound.device(key).driver
        case Cause.MAINS:
            return MAINS
        case _:
            return None


def _with(state: State, key: str, trouble: Trouble) -> State:
    return replace(state, there={**state.there, key: trouble})
