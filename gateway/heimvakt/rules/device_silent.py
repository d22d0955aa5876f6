"""A device that has said nothing for too long is told, with the rules that are blind without it.

Supervision in the core finds the silence (`DeviceSilent`, `DeviceBack`), a driver finds a sensor
that lives but was never enrolled (`EnrolmentFailed`, `EnrolmentVerified`); this rule makes it an
alarm, repeats it while it lasts, and resets it when the device is heard again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.devices import CALLS_FOR_HELP, Role
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import (
    ConfigurationChanged,
    DeviceBack,
    DeviceSilent,
    EnrolmentFailed,
    EnrolmentVerified,
    Event,
    GatewayStarted,
    TimerFired,
)
from heimvakt.core.fields import duration
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words, spell_duration

from .kind import Context, RuleKind, RuleSettings, home_rule
from .wording import blind_words, spell_about

ENROLMENT = "/enrolment"
"""Beside being silent as a whole, a device can live and keep its alarms to itself."""


class Settings(RuleSettings):
    """`[rules.device-silent]`: armed in every home, also without this section."""

    repeat: Annotated[
        timedelta,
        duration(at_least="1h", at_most="7d"),
        Field(description="While the device stays silent it is told again after this time."),
    ] = timedelta(hours=24)
    priority: Annotated[
        Priority | None,
        Field(description="Without it medium for buttons and detectors, low for the rest."),
    ] = None


@dataclass(frozen=True, slots=True)
class Silence:
    """What is known of one silent device."""

    event: Evidence
    words: Words
    thresholds: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """What is silent now: a device by its id, or its alarms by its id and `/enrolment`."""

    silent: Mapping[str, Silence] = field(default_factory=dict)


def step(
    settings: Settings, roles: Mapping[str, Role], state: State, event: Event
) -> tuple[State, Effects]:
    """Who is silent after `event`, and who must hear of it."""
    match event:
        case DeviceSilent(device_id=device_id) if device_id in roles:
            silence = Silence(Evidence.of(event), _text(event), _thresholds(event))
            return _tell(settings, roles, state, event, device_id, silence)
        case EnrolmentFailed(device_id=device_id) if device_id in roles:
            silence = Silence(Evidence.of(event), _not_enrolled(event))
            return _tell(settings, roles, state, event, device_id + ENROLMENT, silence)
        case DeviceBack(device_id=device_id) if device_id in state.silent:
            return _over(state, {device_id})
        case EnrolmentVerified(device_id=device_id) if device_id + ENROLMENT in state.silent:
            return _over(state, {device_id + ENROLMENT})
        case GatewayStarted() | ConfigurationChanged():
            # Taken out of the home: it is nobody's silence any more.
            return _over(state, {k for k, s in state.silent.items() if _device(s) not in roles})
        case TimerFired(name=key) if key in state.silent and _device(state.silent[key]) in roles:
            return _tell(settings, roles, state, event, key, state.silent[key])
        case _:
            return state, []


def _over(state: State, keys: set[str]) -> tuple[State, Effects]:
    if not keys:
        return state, []
    rest = {key: silence for key, silence in state.silent.items() if key not in keys}
    return State(rest), [e for key in sorted(keys) for e in (CancelTimer(key), ResetAlarm(key))]


def _device(silence: Silence) -> str:
    return silence.event.device_id or ""


def _tell(
    settings: Settings,
    roles: Mapping[str, Role],
    state: State,
    event: Event,
    key: str,
    silence: Silence,
) -> tuple[State, Effects]:
    device_id = _device(silence)
    by_role = Priority.MEDIUM if roles[device_id] in CALLS_FOR_HELP else Priority.LOW
    alarm = RaiseAlarm(
        key=key,
        kind="device-silent",
        priority=settings.priority or by_role,
        began_at=silence.event.at,
        text=silence.words,
        evidence=(silence.event,),
        device_id=device_id,
        thresholds=silence.thresholds,
    )
    again = ArmTimer(key, event.at + settings.repeat)
    return State({**state.silent, key: silence}), [alarm, again]


def _not_enrolled(event: EnrolmentFailed) -> Words:
    return Words(
        nb=f"{event.device_id} er med i nettet, men alarmene derfra kan ikke høres. "
        "Par den på nytt.",
        en=f"{event.device_id} is in the network, but its alarms cannot be heard "
        f"({event.reason}). Pair it again.",
    )


def _text(event: DeviceSilent) -> Words:
    limit, blind = spell_duration(event.limit_s), blind_words(event.blind_rules)
    usual_nb = usual_en = ""
    if event.usual_s is not None:
        usual = spell_about(event.usual_s)
        usual_nb, usual_en = (
            f"; ellers går det omtrent {usual.nb}",
            f"; usually it does about every {usual.en}",
        )
    return Words(
        nb=f"{event.device_id} har ikke gitt lyd fra seg på {limit.nb}{usual_nb}.{blind.nb}",
        en=f"{event.device_id} has said nothing for {limit.en}{usual_en}.{blind.en}",
    )


def _thresholds(event: DeviceSilent) -> tuple[tuple[str, str], ...]:
    told = [("silent_after", event.limit_s), ("usual", event.usual_s), ("longest", event.longest_s)]
    return tuple((name, spell_duration(s).en) for name, s in told if s is not None)


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule for every device of this home."""
    return home_rule(
        rule_id,
        KIND,
        State(),
        partial(step, settings, context.roles),
        told_of_kinds=frozenset({DeviceSilent, DeviceBack, EnrolmentFailed, EnrolmentVerified}),
    )


KIND = RuleKind(
    kind="device-silent",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    raises=frozenset({"device-silent"}),
    priorities=frozenset({Priority.MEDIUM, Priority.LOW}),
    implicit=True,
)
