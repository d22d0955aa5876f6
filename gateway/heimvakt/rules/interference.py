"""A channel that something else fills: sensors are heard late, or not at all, and nobody sees why.

The driver has already waited for hours before it says so; here it only becomes an alarm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.effects import ArmTimer, CancelTimer, Effect, Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import (
    Event,
    GatewayStarted,
    RadioClear,
    RadioInterference,
    TimerFired,
)
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .kind import NO_DEVICES, Context, RuleKind, RuleSettings

SAID_AGAIN = timedelta(hours=12)
"""After a start a driver measures for two hours before it says anything; one that says nothing for
so long is gone, or does not measure any more."""


class Settings(RuleSettings):
    """`[rules.interference]`: armed in every home, also without this section."""

    priority: Annotated[Priority, Field(description="Of the alarm.")] = Priority.LOW


@dataclass(frozen=True, slots=True)
class State:
    """What was told and is not over."""

    told: Mapping[str, int] = field(default_factory=dict)
    """Channels, by driver."""


def step(settings: Settings, state: State, event: Event) -> tuple[State, Effects]:
    """What is known of the air after `event`, and what must be told."""
    match event:
        case RadioInterference(driver=driver, channel=channel) if state.told.get(driver) != channel:
            told = {**state.told, driver: channel}
            alarm = _alarm(settings, event)
            return replace(state, told=told), [CancelTimer(driver), ResetAlarm(driver), alarm]
        case RadioInterference(driver=driver):
            return state, [CancelTimer(driver)]
        case RadioClear(driver=driver) | TimerFired(name=driver) if driver in state.told:
            told = {name: channel for name, channel in state.told.items() if name != driver}
            return State(told), [CancelTimer(driver), ResetAlarm(driver)]
        case GatewayStarted(at=at):
            asked: list[Effect] = [ArmTimer(driver, at + SAID_AGAIN) for driver in state.told]
            return state, asked
        case _:
            return state, []


def _alarm(settings: Settings, event: RadioInterference) -> RaiseAlarm:
    channel, percent = event.channel, f"{event.energy_percent:.0f}"
    return RaiseAlarm(
        key=event.driver,
        kind="interference",
        priority=settings.priority,
        began_at=event.at,
        text=Words(
            nb=f"Noe forstyrrer radioen ({event.driver}, kanal {channel}, {percent} %). "
            "Flytt den bort fra ruteren og USB 3, med en skjøteledning.",
            en=f"Something disturbs the radio ({event.driver}, channel {channel}, {percent} %). "
            "Move it away from the router and from USB 3, with an extension cable.",
        ),
        evidence=(Evidence.of(event),),
        thresholds=(("channel", str(channel)), ("energy_percent", percent)),
    )


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule; it needs no device."""
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=1,
        initial=State(),
        states=(State,),
        step=partial(step, settings),
        needs=frozenset(),
        told_of=NO_DEVICES,
    )


KIND = RuleKind(
    kind="interference",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    raises=frozenset({"interference"}),
    priorities=frozenset({Priority.LOW, Priority.MEDIUM}),
    implicit=True,
)
