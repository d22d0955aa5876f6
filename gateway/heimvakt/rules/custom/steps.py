"""A rule of a home's own, step by step; `unless` and `between` are asked at the marked moments.

    idle --when*--> raised                                        with nothing to wait for
    idle --when--> goes on --so long*--> raised --over--> idle    with `for`
                      `-----over-----> idle
    idle --when*--> waits --so long--> raised                     with `within` in `unless`
                      `--unless--> idle

What goes on for long enough at another hour, or while `unless` keeps it back, is ripe: it is raised
as soon as neither does. What is not known keeps nothing back: an alarm too many says what nobody
knows, one too few says nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from heimvakt.core.alarms import Evidence
from heimvakt.core.effects import (
    ArmTimer,
    CancelTimer,
    Effect,
    Effects,
    NoLonger,
)
from heimvakt.core.events import (
    ClockQualityChanged,
    ClockStepped,
    ConfigurationChanged,
    DeviceEvent,
    Event,
    GatewayStarted,
    Mode,
    ModeChanged,
    TimerFired,
)
from heimvakt.rules.presence import is_life

from . import wording
from .doubt import afresh, private
from .signs import Said, Sign
from .state import Bound, State, Wait

_Stepped = tuple[State, list[Effect]]


def step(bound: Bound, before: State, event: Event) -> tuple[State, Effects]:
    """What has happened after `event`, and whether it is an alarm."""
    state = before.after(event, bound.devices)
    effects: list[Effect] = []
    match event:
        case TimerFired(name=key) if key in state.waits:
            return _ripe(bound, state, key, event, event.due)
        case DeviceEvent():
            state, effects = _heard(bound, state, event)
        case ModeChanged(before=was, after=is_) if Mode.PRIVACY in (was, is_):
            state, effects = private(bound, state)
        case GatewayStarted() | ConfigurationChanged() | ClockStepped() | ClockQualityChanged():
            state, effects = afresh(bound, state, event)
        case _:
            pass
    asked_anew = isinstance(
        event, GatewayStarted | ConfigurationChanged | ClockStepped | ClockQualityChanged
    )
    if asked_anew or state.excuse(bound) != before.excuse(bound):
        for key in [key for key, wait in state.waits.items() if wait.ripe and not wait.raised]:
            state, more = _ripe(bound, state, key, event, event.at)
            effects += more
    return state, effects


# --- what devices say -----------------------------------------------------------------------------


def _heard(bound: Bound, state: State, event: DeviceEvent) -> _Stepped:
    somebody = True
    if is_life(event, bound.devices):
        somebody = state.witness.confirms(event)
        state = replace(state, witness=state.witness.after(event))
    effects: list[Effect] = []
    for sign in bound.unless.values():
        if (said := sign.said(event)) is not None:
            state, more = _excused(bound, state, sign, said, event, somebody=somebody)
            effects += more
    for sign in bound.when.values():
        match sign.said(event):
            case Said.BEGINS if somebody or sign.verb != "motion" or bound.settings.when.for_:
                state, more = _begins(bound, state, sign, event)
            case Said.ENDS:
                state, more = _ends(bound, state, sign)
            case _:
                continue
        effects += more
    for sign in bound.after.values():
        if sign.said(event) is Said.BEGINS and (somebody or sign.verb != "motion"):
            state = replace(state, before=Evidence.of(event), before_at=event.at)
    return state, effects


def _excused(
    bound: Bound, state: State, sign: Sign, said: Said, event: DeviceEvent, *, somebody: bool
) -> _Stepped:
    """Something makes it no alarm, or does so no longer."""
    state = replace(state, unknown=state.unknown - {sign.device_id})
    if said is Said.ENDS:
        left = {key: since for key, since in state.excused.items() if key != sign.key}
        return replace(state, excused=left), []
    if sign.verb == "motion" and not somebody:
        return state, []
    if sign.lasts:
        since = state.excused.get(sign.key, Evidence.of(event))
        state = replace(state, excused={**state.excused, sign.key: since})
    if bound.waits_for is None:
        return state, []
    effects: list[Effect] = []
    for key, wait in state.waits.items():
        effects += [bound.over(key)] if wait.raised else [CancelTimer(key)]
    if any(not wait.raised for wait in state.waits.values()):
        effects.append(wording.called_off(sign))
    return state.without(*state.waits), effects


def _begins(bound: Bound, state: State, sign: Sign, event: DeviceEvent) -> _Stepped:
    key, settings = sign.key, bound.settings
    known = state.waits.get(key)
    if known is not None and (
        settings.when.for_ or sign.is_measured or (bound.waits_for and not known.raised)
    ):
        # It goes on, or is waited about: the first counts.
        return (state.with_wait(key, replace(known, is_over=False)) if known.is_over else state), []
    if settings.after is not None and not _is_soon(state, event.at, settings.after.within):
        return state, [wording.not_after(settings)]
    wait = Wait(first=Evidence.of(event), before=state.before if settings.after else None)
    if settings.when.for_ is not None:
        return state.with_wait(key, wait), [ArmTimer(key, event.at + settings.when.for_)]
    if not bound.in_hours(event.stamp):
        return state, [wording.outside(settings)]
    if (excuse := state.excuse(bound)) is not None:
        return state, [wording.called_off(excuse)]
    if bound.waits_for is not None:
        return state.with_wait(key, wait), [ArmTimer(key, event.at + bound.waits_for)]
    if state.free_at(settings.at_most, event.at) is not None:
        return state, [wording.often_enough(settings)]
    return _raised(bound, state, sign, wait, event)


def _is_soon(state: State, now: datetime, within: timedelta) -> bool:
    return state.before_at is not None and timedelta() <= now - state.before_at <= within


def _ends(bound: Bound, state: State, sign: Sign) -> _Stepped:
    key, wait = sign.key, state.waits.get(sign.key)
    if bound.waits_for is not None and not (wait and wait.raised and sign.is_measured):
        # It happened, and that it is over says nothing of what is waited for.
        if wait is not None and sign.is_measured:
            state = state.with_wait(key, replace(wait, is_over=True))
        return state, []
    if wait is None:
        return state, [NoLonger(key)]
    return state.without(key), [bound.over(key) if wait.raised else CancelTimer(key)]


# --- whether it is an alarm -----------------------------------------------------------------------


def _ripe(bound: Bound, state: State, key: str, event: Event, moment: datetime) -> _Stepped:
    """It has gone on, or was waited about, for long enough; `moment` is when that was so."""
    sign, wait, settings = bound.when.get(key), state.waits[key], bound.settings
    if sign is None or wait.raised:
        return state, []
    free_at = state.free_at(settings.at_most, event.at)
    if bound.waits_for is not None:
        if free_at is not None:
            return state.without(key), [wording.often_enough(settings)]
        return _raised(bound, state, sign, wait, event)
    state = state.with_wait(key, replace(wait, ripe=True))
    if bound.hours is not None and not bound.in_hours(replace(event.stamp, at=moment)):
        then = bound.hours.window.next_in(moment)
        return state, [ArmTimer(key, then), wording.outside(settings)]
    if (excuse := state.excuse(bound)) is not None:
        return state, [CancelTimer(key), wording.called_off(excuse)]
    if free_at is not None:
        return state, [ArmTimer(key, free_at), wording.often_enough(settings)]
    state, effects = _raised(bound, state, sign, wait, event)
    return state, effects if isinstance(event, TimerFired) else [CancelTimer(key), *effects]


def _raised(bound: Bound, state: State, sign: Sign, wait: Wait, event: Event) -> _Stepped:
    settings, at_most = bound.settings, bound.settings.at_most
    told = (*state.told, event.at)[-at_most.alarms :]
    after = replace(state, told=told)
    looked_at = bound.excuses | ({sign.device_id} if settings.when.for_ else frozenset())
    unheard = {i for i in looked_at if not state.hearing.hears(bound.devices[i])}
    unknown = looked_at & (state.stuck | state.unknown) if bound.waits_for is None else frozenset()
    alarm = wording.alarm(
        settings,
        sign,
        (*([wait.before] if wait.before else []), wait.first),
        event,
        device=bound.devices[sign.device_id],
        was_off=wait.was_off,
        unheard=sorted(unheard),
        unknown=sorted(unknown - unheard),
        last=at_most.alarms > 1 and after.free_at(at_most, event.at) is not None,
    )
    if wait.is_over or (
        settings.when.for_ is None and bound.waits_for is None and not sign.is_measured
    ):
        return after.without(sign.key), [alarm]
    return after.with_wait(sign.key, replace(wait, ripe=True, raised=True)), [alarm]
