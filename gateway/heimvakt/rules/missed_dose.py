"""A dose that was not taken in its window is an alarm; one that nothing is known of is another.

At half of the window those who live there are reminded. What became of a dose the dispenser says;
of what it does not say by the end of the window and some grace it is told that nobody knows, and
never that it was not taken. What is told late settles that. While nobody knows the time nothing is
concluded from the plan; what the dispenser says is an alarm all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.devices import Device, Role
from heimvakt.core.dose_counts import DoseCount, between
from heimvakt.core.dose_entry import Entry, Fate
from heimvakt.core.effects import (
    ArmTimer,
    CancelTimer,
    Effect,
    Effects,
    EndReminder,
    RaiseAlarm,
    Remind,
    ResetAlarm,
)
from heimvakt.core.events import (
    ClockQuality,
    ClockQualityChanged,
    ClockStepped,
    ConfigurationChanged,
    DeviceEvent,
    DeviceSilent,
    DeviceStuck,
    Event,
    GatewayStarted,
    RadioBack,
    RadioLost,
    TimerFired,
)
from heimvakt.core.fields import duration
from heimvakt.core.rule import Rule
from heimvakt.core.words import spell_duration

from .device_id import DeviceId
from .dose_watch import (
    Watch,
    clock_set,
    happened_at,
    heard,
    line_back,
    line_lost,
    settled,
    started,
    up_to_date,
)
from .dose_wording import not_known, not_taken
from .kind import Context, RuleKind, RuleSettings, Wire, role_rule

NOT_KNOWN = "?"
"""Ends the key of an alarm that says that nobody knows."""


class Settings(RuleSettings):
    """`[rules.missed-dose]`: armed in every home, also without this section."""

    dispenser: Annotated[
        DeviceId | None,
        Field(
            description="The dispenser that it is about. Without it every one of the home.",
            examples=["medicine"],
        ),
    ] = None
    grace: Annotated[
        timedelta,
        duration(at_least="1m", at_most="1h"),
        Field(
            description="When the dispenser has said nothing of a dose for so long after its "
            "window, it is told that nobody knows whether it was taken."
        ),
    ] = timedelta(minutes=5)
    priority: Annotated[Priority, Field(description="Of the alarm.")] = Priority.MEDIUM


@dataclass(frozen=True, slots=True)
class State:
    """All dispensers that the rule is about, by their ids; these name the deadlines too."""

    dispensers: Mapping[str, Watch] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The rule in a home."""

    settings: Settings
    zone: ZoneInfo
    dispensers: Mapping[str, Device]


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """What has become of the doses after `event`, and who must hear of it."""
    known = state.dispensers
    match event:
        case DeviceSilent() | DeviceStuck():
            return state, []
        case DeviceEvent(device_id=i) if i in known:
            changed = {i: heard(known[i], bound.zone, event)}
        case TimerFired(name=i) if i in known:
            changed = {i: replace(known[i], wakes_at=None)}
        case ClockQualityChanged(before=was, after=now) if ClockQuality.UNKNOWN not in (was, now):
            return state, []  # it shows the same time, and no dose is given more of it
        case ClockStepped() | ClockQualityChanged():
            changed = {i: clock_set(watch, event) for i, watch in known.items()}
        case RadioLost(driver=driver):
            changed = {i: line_lost(known[i], event) for i in _over(bound, driver, known)}
        case RadioBack(driver=driver):
            changed = {i: line_back(known[i]) for i in _over(bound, driver, known)}
        case GatewayStarted() | ConfigurationChanged():
            return _taken_up(bound, state, event)
        case _:
            return state, []
    return _all(bound, state, event, changed)


def _over(bound: Bound, driver: str, known: Mapping[str, Watch]) -> list[str]:
    return [i for i in known if i in bound.dispensers and bound.dispensers[i].driver == driver]


def _taken_up(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """Begin, or go on under another configuration."""
    gone = sorted(state.dispensers.keys() - bound.dispensers.keys())
    over = [e for i in gone for e in (CancelTimer(i), EndReminder(i))]
    known = {i: state.dispensers.get(i, Watch()) for i in bound.dispensers}
    changed: Mapping[str, Watch] = known
    if isinstance(event, GatewayStarted):
        changed = {i: started(watch, event) for i, watch in known.items()}
    after, effects = _all(bound, State(known), event, changed)
    return after, [*over, *effects]


def _all(
    bound: Bound, state: State, event: Event, changed: Mapping[str, Watch]
) -> tuple[State, Effects]:
    after, effects = dict(state.dispensers), list[Effect]()
    for device_id, watch in changed.items():
        was, dispenser = state.dispensers[device_id], bound.dispensers[device_id]
        if watch is was and not isinstance(event, GatewayStarted | ConfigurationChanged):
            continue
        now = up_to_date(watch, dispenser.doses, bound.zone, bound.settings.grace, event)
        after[device_id] = now
        effects += _told(bound, dispenser, was, now, event)
        if now.reminding is not was.reminding:
            effects.append(Remind(device_id) if now.reminding else EndReminder(device_id))
        if now.wakes_at is not None and now.wakes_at != watch.wakes_at:
            effects.append(ArmTimer(device_id, now.wakes_at))
        elif now.wakes_at is None and was.wakes_at is not None:
            effects.append(CancelTimer(device_id))
    return State(after), effects


def _told(
    bound: Bound, dispenser: Device, was: Watch, now: Watch, event: Event
) -> Iterator[Effect]:
    """The alarms that begin and end between what was known before and what is now."""
    unknown: list[Entry] = []
    for at, entry in now.ledger.entries.items():
        before = was.ledger.entries.get(at, Entry(dose=entry.dose))
        if entry.fate is before.fate:
            continue
        if entry.fate.not_taken and not before.fate.not_taken:
            yield _missed(bound, dispenser, entry, before.offered, event)
        elif before.fate.not_taken and entry.fate is Fate.TAKEN:
            yield ResetAlarm(_key(dispenser, at))
        if entry.fate is Fate.UNKNOWN:
            unknown.append(entry)
    if unknown:
        yield _unknown(bound, dispenser, unknown, was.lost, event)
    for first in sorted(settled(was, now, event.at)):
        yield ResetAlarm(_key(dispenser, first) + NOT_KNOWN)


def _key(dispenser: Device, at: datetime) -> str:
    return f"{dispenser.device_id}@{at.isoformat()}"


def _missed(
    bound: Bound, dispenser: Device, entry: Entry, offered: Evidence | None, event: Event
) -> RaiseAlarm:
    said = Evidence.of(event)
    return RaiseAlarm(
        key=_key(dispenser, entry.dose.at),
        kind="missed-dose",
        priority=bound.settings.priority,
        began_at=happened_at(event),
        text=not_taken(dispenser, entry, bound.zone, event.at),
        evidence=(offered, said) if offered else (said,),
        device_id=dispenser.device_id,
        thresholds=_thresholds(entry),
    )


def _unknown(
    bound: Bound,
    dispenser: Device,
    entries: Sequence[Entry],
    lost: Evidence | None,
    event: Event,
) -> RaiseAlarm:
    entries = sorted(entries, key=lambda entry: entry.dose.at)
    now = Evidence.of(event)
    return RaiseAlarm(
        key=_key(dispenser, entries[0].dose.at) + NOT_KNOWN,
        kind="dispenser-lost",
        priority=bound.settings.priority,
        began_at=entries[0].dose.closes_at,
        text=not_known(dispenser, entries, bound.zone, event.at),
        evidence=(lost, now) if lost else (now,),
        device_id=dispenser.device_id,
        thresholds=(*_thresholds(entries[0]), ("grace", _spelt(bound.settings.grace))),
    )


def _thresholds(entry: Entry) -> tuple[tuple[str, str], ...]:
    dose = entry.dose
    return ("dose", dose.at.isoformat()), ("window", _spelt(dose.closes_at - dose.at))


def _spelt(time: timedelta) -> str:
    return spell_duration(time.total_seconds()).en


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule for the dispensers of this home, or for the one that it names."""
    of = {settings.dispenser} if settings.dispenser else context.of_role(Role.DISPENSER)
    dispensers = {i: context.devices[i] for i in sorted(of)}
    bound = Bound(settings=settings, zone=context.zone, dispensers=dispensers)
    rule = role_rule(rule_id, KIND, State(), partial(step, bound), dispensers)
    return replace(rule, told_of_check_ins=True, doses=_ended)


def _ended(before: State, after: State) -> Iterator[DoseCount]:
    for device_id, watch in after.dispensers.items():
        for count in between(before.dispensers.get(device_id, Watch()).ledger, watch.ledger):
            yield replace(count, device_id=device_id)


def _wiring(settings: Settings) -> Iterator[Wire]:
    if settings.dispenser:
        yield Wire(
            field=("dispenser",),
            device_id=settings.dispenser,
            roles=frozenset({Role.DISPENSER}),
        )


KIND = RuleKind(
    kind="missed-dose",
    settings=Settings,
    bind=bind,
    wiring=_wiring,
    listens=frozenset({Role.DISPENSER}),
    raises=frozenset({"missed-dose", "dispenser-lost"}),
    priorities=frozenset({Priority.HIGH, Priority.MEDIUM}),
    implicit=True,
)
