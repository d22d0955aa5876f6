"""A housing that stays open, or a sensor that was taken down, is told after a while.

Who changes a battery opens it for a few minutes: that is nothing to tell.

    closed --opened--> waiting --open for `told_after`--> told --closed--> closed
                               --closed-->  closed
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.devices import Device
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import (
    ConfigurationChanged,
    Event,
    GatewayStarted,
    TamperClosed,
    TamperOpened,
    TimerFired,
)
from heimvakt.core.fields import duration
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words, spell_duration

from .kind import Context, RuleKind, RuleSettings, home_rule
from .wording import late_words, whereabouts


class Settings(RuleSettings):
    """`[rules.tamper]`: armed in every home, also without this section."""

    told_after: Annotated[
        timedelta,
        duration(at_least="0s", at_most="24h"),
        Field(description="A housing that is closed again sooner is not told."),
    ] = timedelta(minutes=5)
    priority: Annotated[Priority, Field(description="Of the alarm.")] = Priority.LOW


@dataclass(frozen=True, slots=True)
class State:
    """What is open now."""

    open: Mapping[str, Evidence] = field(default_factory=dict)
    """By device: what said so."""


def step(
    settings: Settings, devices: Mapping[str, Device], state: State, event: Event
) -> tuple[State, Effects]:
    """What is open after `event`, and what must be told."""
    match event:
        case TamperOpened(device_id=device_id) if (
            device_id in devices and device_id not in state.open
        ):
            opened = State({**state.open, device_id: Evidence.of(event)})
            return opened, [ArmTimer(device_id, event.at + settings.told_after)]
        case TamperClosed(device_id=device_id) if device_id in state.open:
            return _over(state, {device_id})
        case TimerFired(name=device_id) if device_id in state.open:
            return state, [_alarm(settings, devices[device_id], state.open[device_id], event)]
        case GatewayStarted() | ConfigurationChanged():
            return _over(state, state.open.keys() - devices.keys())
        case _:
            return state, []


def _over(state: State, gone: set[str]) -> tuple[State, Effects]:
    if not gone:
        return state, []
    rest = {device_id: opened for device_id, opened in state.open.items() if device_id not in gone}
    over = [
        e for device_id in sorted(gone) for e in (CancelTimer(device_id), ResetAlarm(device_id))
    ]
    return State(rest), over


def _alarm(settings: Settings, device: Device, opened: Evidence, event: TimerFired) -> RaiseAlarm:
    who, limit = whereabouts(device), spell_duration(settings.told_after.total_seconds())
    return RaiseAlarm(
        key=device.device_id,
        kind="tamper",
        priority=settings.priority,
        began_at=opened.at,
        text=Words(
            nb=f"{who} har vært åpen eller tatt ned i {limit.nb}. Sett den på plass.",
            en=f"{who} has been open or taken down for {limit.en}. Put it back in its place.",
        )
        + late_words(event),
        evidence=(opened,),
        device_id=device.device_id,
        thresholds=(("told_after", limit.en),),
    )


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule for every device of this home."""
    return home_rule(
        rule_id,
        KIND,
        State(),
        partial(step, settings, context.devices),
        version=2,
        told_of_kinds=frozenset({TamperOpened, TamperClosed}),
    )


KIND = RuleKind(
    kind="tamper",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    raises=frozenset({"tamper"}),
    priorities=frozenset({Priority.MEDIUM, Priority.LOW}),
    implicit=True,
)
