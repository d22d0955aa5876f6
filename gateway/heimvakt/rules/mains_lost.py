"""A gateway that runs on its battery tells so after a while, and at once when that is half empty;
and once more when it is about to end, as nothing is heard of the home then.

After a while, and not all homes of a town at the same moment: a blackout must not flood the centre.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import (
    Event,
    GatewayBatteryMeasured,
    GatewayStarted,
    MainsLost,
    MainsRestored,
    TimerFired,
)
from heimvakt.core.fields import duration
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .kind import NO_DEVICES, Context, RuleKind, RuleSettings, home_rule
from .wording import NOTHING, late_words

HALF_PERCENT = 50.0
ENDS_PERCENT = 20.0
"""Of the battery of a small box that is a quarter of an hour to an hour."""
SAID_AGAIN = timedelta(minutes=1)
"""A start finds out sooner than this whether the mains are still away."""
KEY, TELL, STILL_AWAY = "mains", "tell", "still-away"
BATTERY = "battery"


class Settings(RuleSettings):
    """`[rules.mains-lost]`: armed in every home, also without this section."""

    told_after: Annotated[
        timedelta,
        duration(at_least="0s", at_most="1d"),
        Field(description="Told when it has lasted so long, or the battery is below half."),
    ] = timedelta(minutes=10)
    spread: Annotated[
        timedelta,
        duration(at_least="0s", at_most="1h"),
        Field(description="Up to so much later, different for each gateway."),
    ] = timedelta(minutes=5)
    priority: Annotated[Priority, Field(description="Of the alarm.")] = Priority.LOW


@dataclass(frozen=True, slots=True)
class State:
    """Whether the mains are away."""

    lost: Evidence | None = None
    percent: float | None = None
    """Of the battery, as last heard."""
    told: bool = False
    ends_told: bool = False
    """That the battery is about to end."""


def step(settings: Settings, gateway_id: str, state: State, event: Event) -> tuple[State, Effects]:
    """What is known of the mains after `event`, and what must be told."""
    match event:
        case MainsLost(battery_percent=percent, at=at):
            known = replace(state, percent=state.percent if percent is None else percent)
            if state.lost is not None:  # said again by a start: nothing new
                return _tell_if_low(settings, known, [CancelTimer(STILL_AWAY)])
            lost = replace(known, percent=percent, lost=Evidence.of(event))
            due = at + settings.told_after + settings.spread * _place(gateway_id)
            return _tell_if_low(settings, lost, [ArmTimer(TELL, due)])
        case GatewayBatteryMeasured(percent=percent) if state.lost is not None:
            return _tell_if_low(settings, replace(state, percent=percent), [])
        case GatewayStarted(at=at) if state.lost is not None:
            return state, [ArmTimer(STILL_AWAY, at + SAID_AGAIN)]
        case TimerFired(name="tell") if state.lost is not None and not state.told:
            return _told(settings, state, [], late_words(event))
        case MainsRestored() | TimerFired(name="still-away") if state.lost is not None:
            timers: Effects = [CancelTimer(TELL), CancelTimer(STILL_AWAY)]
            return State(), [*timers, ResetAlarm(KEY), ResetAlarm(BATTERY)]
        case _:
            return state, []


def _place(gateway_id: str) -> float:
    """From 0 to 1: the same for one gateway always, and even over all of them."""
    return zlib.crc32(gateway_id.encode()) / 2**32


def _tell_if_low(settings: Settings, state: State, effects: Effects) -> tuple[State, Effects]:
    percent = state.percent
    if percent is None:
        return state, effects
    if percent < HALF_PERCENT and not state.told:
        state, effects = _told(settings, state, effects)
    if percent < ENDS_PERCENT and not state.ends_told:
        effects = [*effects, _ends(state, percent)]
        state = replace(state, ends_told=True)
    return state, effects


def _ends(state: State, percent: float) -> RaiseAlarm:
    assert state.lost is not None
    return RaiseAlarm(
        key=BATTERY,
        kind="gateway-battery",
        priority=Priority.MEDIUM,
        began_at=state.lost.at,
        text=Words(
            nb=f"Batteriet til boksen har {percent:.0f} % og er snart tomt. Da høres boligen ikke.",
            en=f"The gateway's battery has {percent:.0f} % and ends soon. Then nothing is heard of "
            "the home.",
        ),
        evidence=(state.lost,),
        thresholds=(("battery_below_percent", f"{ENDS_PERCENT:.0f}"),),
    )


def _told(
    settings: Settings, state: State, effects: Effects, late: Words = NOTHING
) -> tuple[State, Effects]:
    assert state.lost is not None
    battery_nb = battery_en = ""
    if state.percent is not None:
        battery_nb = f" Batteriet har {state.percent:.0f} %."
        battery_en = f" The battery has {state.percent:.0f} %."
    alarm = RaiseAlarm(
        key=KEY,
        kind="mains",
        priority=settings.priority,
        began_at=state.lost.at,
        text=Words(
            nb=f"Strømmen til boksen er borte.{battery_nb}",
            en=f"The gateway has no mains.{battery_en}",
        )
        + late,
        evidence=(state.lost,),
        thresholds=(("battery_below_percent", f"{HALF_PERCENT:.0f}"),),
    )
    return replace(state, told=True), [*effects, CancelTimer(TELL), alarm]


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule; it needs no device."""
    return home_rule(
        rule_id,
        KIND,
        State(),
        partial(step, settings, context.gateway_id),
        version=3,
        told_of=NO_DEVICES,
    )


KIND = RuleKind(
    kind="mains-lost",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    raises=frozenset({"mains", "gateway-battery"}),
    priorities=frozenset({Priority.LOW, Priority.MEDIUM}),
    implicit=True,
)
