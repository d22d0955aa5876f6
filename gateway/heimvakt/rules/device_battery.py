"""A battery that will soon be empty is told once a week until there is another one in the device.

What a device says for less than a day is not believed, neither that its battery is low nor that it
is well again: a cold night empties a battery, and a warm morning fills it. Only a new battery is
seen at once.

    well --low--> waiting --a day later--> told --a week later--> told again ...
             <--well again--            --well for a day, or a new battery--> well
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.batteries import (
    NO_BATTERY,
    Battery,
    forecast_days,
    is_new,
    measured,
    percent_of,
)
from heimvakt.core.devices import CALLS_FOR_HELP, Role
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import (
    BatteryMeasured,
    ClockQuality,
    ConfigurationChanged,
    Event,
    GatewayStarted,
    TimerFired,
)
from heimvakt.core.fields import duration
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .kind import Context, RuleKind, RuleSettings, home_rule
from .wording import DAY_S, spell_about

BELIEVED_AFTER = timedelta(hours=24)
BETTER = "better/"
"""Begins the name of the deadline after which a device is well; the other has the device's id."""
WELL_ABOVE = 5.0
"""Percent above the limit: a value that goes to and fro around it is no two batteries."""
SOON_DAYS, SOON_BELOW = 14.0, 30.0
"""A forecast counts when it is short, and only of a battery that is not full (percent)."""
EMPTY_PERCENT, EMPTY_DAYS = 5.0, 7.0
REMINDERS = 2
"""A button or a detector whose low battery was told so often and is still there is medium."""


class Settings(RuleSettings):
    """`[rules.device-battery]`: armed in every home, also without this section."""

    below_percent: Annotated[
        int, Field(ge=5, le=50, description="A battery with less is told as low.")
    ] = 15
    repeat: Annotated[
        timedelta,
        duration(at_least="1d", at_most="31d"),
        Field(description="While the battery is low it is told again after this time."),
    ] = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Low:
    """A battery that is low."""

    event: Evidence
    """The first that said so."""
    times: int = 0
    """It was told; none while nobody is sure."""
    better: bool = False
    """It says that it is well, and is not believed yet."""
    hastened: bool = False
    """It is nearly empty: it is told again before the week is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is known of batteries, by device, and which of them are low."""

    batteries: Mapping[str, Battery] = field(default_factory=dict)
    low: Mapping[str, Low] = field(default_factory=dict)


def step(
    settings: Settings, roles: Mapping[str, Role], state: State, event: Event
) -> tuple[State, Effects]:
    """Whose battery is low after `event`, and who must hear of it."""
    match event:
        case BatteryMeasured(device_id=device_id) if device_id in roles:
            return _measured(settings, roles[device_id], state, event)
        case TimerFired(name=device_id) if device_id in state.low and device_id in roles:
            return _tell(settings, device_id, roles[device_id], state, event.at)
        case TimerFired(name=name) if (device_id := name.removeprefix(BETTER)) in state.low:
            return _over(state, {device_id})
        case GatewayStarted() | ConfigurationChanged():
            gone = {i for i in state.batteries if i not in roles}
            after, effects = _over(state, gone & set(state.low))
            kept = {i: battery for i, battery in state.batteries.items() if i not in gone}
            return replace(after, batteries=kept) if gone else after, effects
        case _:
            return state, []


def battery_of(state: object, device_id: str) -> Battery | None:
    """What is known of the battery of a device, from the state of this rule."""
    return state.batteries.get(device_id) if isinstance(state, State) else None


def _measured(
    settings: Settings, role: Role, state: State, event: BatteryMeasured
) -> tuple[State, Effects]:
    key = event.device_id
    before = state.batteries.get(key, NO_BATTERY)
    known = event.stamp.clock is not ClockQuality.UNKNOWN
    battery = measured(before, event, clock_known=known)
    after = replace(state, batteries={**state.batteries, key: battery})
    low = state.low.get(key)
    percent = percent_of(event)
    if low is not None and percent is not None and is_new(before, percent) and not event.low:
        return _over(after, {key})
    limit = settings.below_percent if low is None else settings.below_percent + WELL_ABOVE
    is_low = _is_low(battery, event.at, limit)
    effects: Effects
    match low:
        case None if not is_low:
            return after, []
        case None:
            now, effects = Low(event=Evidence.of(event)), [_in_a_day(key, event)]
        case Low(times=0) if not is_low:
            return _over(after, {key})
        case Low(better=False) if low.times and not is_low:
            now, effects = replace(low, better=True), [_in_a_day(BETTER + key, event)]
        case Low(better=True) if is_low:
            now, effects = replace(low, better=False), [CancelTimer(BETTER + key)]
        case Low(hastened=False) if 0 < low.times <= REMINDERS and _is_urgent(
            role, battery, event.at
        ):
            now, effects = replace(low, hastened=True), [_in_a_day(key, event)]
        case _:
            return after, []
    return replace(after, low={**after.low, key: now}), effects


def _in_a_day(name: str, event: Event) -> ArmTimer:
    return ArmTimer(name, event.at + BELIEVED_AFTER)


def _is_low(battery: Battery, at: datetime, limit: float) -> bool:
    if battery.low or battery.percent is None:
        return battery.low
    if battery.percent <= limit:
        return True
    days = forecast_days(battery, at) if battery.percent <= SOON_BELOW else None
    return days is not None and days <= SOON_DAYS


def _is_urgent(role: Role, battery: Battery, at: datetime) -> bool:
    """Whether somebody relies on it who would soon rely on nothing."""
    if role not in CALLS_FOR_HELP or battery.percent is None:
        return False
    days = forecast_days(battery, at)
    return battery.percent <= EMPTY_PERCENT or (
        days is not None and days <= EMPTY_DAYS and battery.percent <= SOON_BELOW
    )


def _tell(
    settings: Settings, key: str, role: Role, state: State, at: datetime
) -> tuple[State, Effects]:
    low, battery = state.low[key], state.batteries.get(key, NO_BATTERY)
    still = role in CALLS_FOR_HELP and low.times >= REMINDERS
    urgent = still or _is_urgent(role, battery, at)
    alarm = RaiseAlarm(
        key=key,
        kind="device-battery",
        priority=Priority.MEDIUM if urgent else Priority.LOW,
        began_at=low.event.at,
        text=_text(key, battery, at),
        evidence=(low.event,),
        device_id=key,
        thresholds=(("below_percent", f"{settings.below_percent}"),),
    )
    told = replace(low, times=low.times + 1, hastened=urgent)
    return replace(state, low={**state.low, key: told}), [
        alarm,
        ArmTimer(key, at + settings.repeat),
    ]


def _over(state: State, keys: set[str]) -> tuple[State, Effects]:
    if not keys:
        return state, []
    rest = {key: low for key, low in state.low.items() if key not in keys}
    over = [
        effect
        for key in sorted(keys)
        for effect in (CancelTimer(key), CancelTimer(BETTER + key), ResetAlarm(key))
    ]
    return replace(state, low=rest), over


def _text(name: str, battery: Battery, at: datetime) -> Words:
    if battery.percent is None:
        return Words(
            nb=f"{name} melder at batteriet snart er tomt. Bytt det.",
            en=f"{name} says that its battery is low. Replace it.",
        )
    days = forecast_days(battery, at)
    lasts_nb = lasts_en = ""
    if days is not None and days >= 1.0:
        lasts = spell_about(days * DAY_S)
        lasts_nb, lasts_en = f" og varer omtrent {lasts.nb}", f" and lasts for about {lasts.en}"
    return Words(
        nb=f"Batteriet i {name} har {battery.percent:.0f} %{lasts_nb}. Bytt det.",
        en=f"The battery of {name} has {battery.percent:.0f} %{lasts_en}. Replace it.",
    )


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule for every device of this home."""
    return home_rule(
        rule_id,
        KIND,
        State(),
        partial(step, settings, context.roles),
        told_of_kinds=frozenset({BatteryMeasured}),
    )


KIND = RuleKind(
    kind="device-battery",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    raises=frozenset({"device-battery"}),
    priorities=frozenset({Priority.MEDIUM, Priority.LOW}),
    implicit=True,
)
