"""The clock of the gateway cannot be trusted, or was set although it seemed to be right.

One cause, one alarm: while it is open nothing more is told of the clock; it is reset when the
network keeps the clock in time again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.clock_quality import drift
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import (
    ClockQuality,
    ClockQualityChanged,
    ClockStepped,
    Event,
    GatewayStarted,
    TimerFired,
)
from heimvakt.core.fields import duration
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words, spell_duration

from .kind import NO_DEVICES, Context, RuleKind, RuleSettings, home_rule

KEY = "clock"
UNSURE, SETTLED = "unsure", "settled"
STEP_MAX = timedelta(minutes=2)
"""Set by more than this although the network kept it: the time was wrong before, or is now."""
SETTLED_AFTER = timedelta(minutes=10)


class Settings(RuleSettings):
    """`[rules.clock]`: armed in every home, also without this section."""

    unknown_for: Annotated[
        timedelta,
        duration(at_least="1m", at_most="1d"),
        Field(description="Nobody knows the time for longer than this."),
    ] = timedelta(minutes=10)
    holdover_for: Annotated[
        timedelta,
        duration(at_least="1h", at_most="31d"),
        Field(description="The clock goes on by itself, uncorrected, for longer than this."),
    ] = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class State:
    """What the clock is worth, since which event, and whether that was told."""

    quality: ClockQuality = ClockQuality.SYNCHRONISED
    since: Evidence | None = None
    boot_id: str = ""
    told: bool = False


def step(settings: Settings, state: State, event: Event) -> tuple[State, Effects]:
    """What is to be told of the clock after `event`."""
    match event:
        case GatewayStarted():
            after = replace(state, boot_id=event.stamp.boot_id)
            unknown = event.stamp.clock is ClockQuality.UNKNOWN
            if event.stamp.clock is state.quality and not (unknown and after != state):
                return after, []
            return _becomes(settings, after, event, event.stamp.clock)
        case ClockQualityChanged(after=quality):
            return _becomes(settings, state, event, quality)
        case ClockStepped(before=before, after=after) if (
            state.quality is ClockQuality.SYNCHRONISED and abs(after - before) > STEP_MAX
        ):
            settled = ArmTimer(SETTLED, event.at + SETTLED_AFTER)
            if state.told:
                return state, [settled]
            return replace(state, told=True), [_alarm(Evidence.of(event), _set(event)), settled]
        case TimerFired(name=name) if name == SETTLED:
            return _trusted(state) if state.quality is ClockQuality.SYNCHRONISED else (state, [])
        case TimerFired(name=name) if name == UNSURE and state.since and not state.told:
            words = _unsure(settings, state.quality)
            return replace(state, told=True), [_alarm(state.since, words)]
        case _:
            return state, []


def _becomes(
    settings: Settings, state: State, event: Event, quality: ClockQuality
) -> tuple[State, Effects]:
    after = replace(state, quality=quality, since=Evidence.of(event))
    if quality is ClockQuality.SYNCHRONISED:
        return _trusted(after)
    patience = settings.unknown_for if quality is ClockQuality.UNKNOWN else settings.holdover_for
    return after, [CancelTimer(SETTLED), ArmTimer(UNSURE, event.at + patience)]


def _trusted(state: State) -> tuple[State, Effects]:
    over: Effects = [CancelTimer(UNSURE), CancelTimer(SETTLED)]
    return replace(state, told=False), [*over, ResetAlarm(KEY)] if state.told else over


def _alarm(since: Evidence, words: Words) -> RaiseAlarm:
    return RaiseAlarm(
        key=KEY,
        kind="clock",
        priority=Priority.LOW,
        began_at=since.at,
        text=words,
        evidence=(since,),
    )


def _unsure(settings: Settings, quality: ClockQuality) -> Words:
    if quality is ClockQuality.UNKNOWN:
        return Words(
            nb="Klokken til gatewayen er ikke stilt. Nattregler gjelder som valgt for ukjent tid.",
            en="The clock of the gateway is not set. Rules of the night act as chosen for that.",
        )
    since = spell_duration(settings.holdover_for.total_seconds())
    wrong = spell_duration(drift(settings.holdover_for).total_seconds())
    return Words(
        nb=f"Klokken til gatewayen er ikke korrigert på {since.nb}. "
        f"Den kan gå inntil {wrong.nb} feil.",
        en=f"The clock of the gateway has not been corrected for {since.en}. "
        f"It may be wrong by up to {wrong.en}.",
    )


def _set(event: ClockStepped) -> Words:
    by = spell_duration(abs(event.after - event.before).total_seconds())
    ahead = event.after > event.before
    return Words(
        nb=f"Klokken til gatewayen ble stilt {by.nb} {'frem' if ahead else 'tilbake'}, "
        "enda den gikk etter nettet. Noen tider er feil.",
        en=f"The clock of the gateway was set {'forward' if ahead else 'back'} by {by.en}, "
        "although the network kept it. Some times are wrong.",
    )


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule; it needs no device."""
    return home_rule(rule_id, KIND, State(), partial(step, settings), told_of=NO_DEVICES)


KIND = RuleKind(
    kind="clock",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    raises=frozenset({"clock"}),
    priorities=frozenset({Priority.LOW}),
    implicit=True,
)
