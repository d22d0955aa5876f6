"""A detector that tells of smoke, heat, carbon monoxide or water is an alarm, at once.

While its alarm is open a danger that is told again is the same one; how that ends, `lasting` says.
After a person has closed it, the next word of the same danger is an alarm of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.devices import Device, Role
from heimvakt.core.effects import CancelTimer, Effects, RaiseAlarm
from heimvakt.core.events import (
    AlarmAcknowledged,
    AlarmClosed,
    CarbonMonoxideCleared,
    CarbonMonoxideDetected,
    ConfigurationChanged,
    DeviceEvent,
    Event,
    GatewayStarted,
    HeatCleared,
    HeatDetected,
    LeakCleared,
    LeakDetected,
    SmokeCleared,
    SmokeDetected,
    StoreFault,
    TimerFired,
)
from heimvakt.core.fields import duration
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .kind import Context, RuleKind, RuleSettings
from .lasting import State, again, clearing, closed, opened, over, taken, taken_out
from .wording import whereabouts


class Settings(RuleSettings):
    """What all dangers have."""

    stays_for: Annotated[
        timedelta,
        duration(at_least="1m", at_most="24h"),
        Field(description="It is over when nothing has been detected any more for this time."),
    ] = timedelta(minutes=10)


class SmokeSettings(Settings):
    """`[rules.smoke]`: armed in every home, also without this section."""


class HeatSettings(Settings):
    """`[rules.heat]`: armed in every home, also without this section."""


class CarbonMonoxideSettings(Settings):
    """`[rules.carbon-monoxide]`: armed in every home, also without this section."""


class LeakSettings(Settings):
    """`[rules.leak]`: armed in every home, also without this section."""

    priority: Annotated[Priority, Field(description="Of the alarm.")] = Priority.MEDIUM


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """What one sort of detector does not share with the others."""

    kind: str
    role: Role
    begins: type[DeviceEvent]
    ends: type[DeviceEvent]
    words: Words
    """With `{who}` for the detector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One sort of detector in a home."""

    sort: Detector
    stays_for: timedelta
    priority: Priority
    detectors: Mapping[str, Device]


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """Which dangers there are after `event`, and who must hear of it."""
    match event:
        case DeviceEvent(device_id=device_id):
            return _told(bound, state, event) if device_id in bound.detectors else (state, [])
        case TimerFired(name=device_id) if device_id in state.open:
            return over(state, device_id)
        case AlarmAcknowledged(alarm_id=key):
            return taken(state, key)
        case AlarmClosed(alarm_id=key):
            return closed(state, key)
        case GatewayStarted() | ConfigurationChanged():
            return taken_out(state, bound.detectors.keys())
        case StoreFault():
            # The alarms themselves may be lost: what is detected from now on is told anew.
            return State(), [CancelTimer(device_id) for device_id in state.open]
        case _:
            return state, []


def _told(bound: Bound, state: State, event: DeviceEvent) -> tuple[State, Effects]:
    device_id, is_open = event.device_id, event.device_id in state.open
    if isinstance(event, bound.sort.begins):
        return again(state, device_id) if is_open else _new(bound, state, event)
    if isinstance(event, bound.sort.ends) and is_open:
        return clearing(state, device_id, event.at + bound.stays_for)
    return state, []


def _new(bound: Bound, state: State, event: DeviceEvent) -> tuple[State, Effects]:
    key = f"{event.device_id}@{event.seq}"
    who, words = whereabouts(bound.detectors[event.device_id]), bound.sort.words
    alarm = RaiseAlarm(
        key=key,
        kind=bound.sort.kind,
        priority=bound.priority,
        began_at=event.at,
        text=Words(nb=words.nb.format(who=who), en=words.en.format(who=who)),
        evidence=(Evidence.of(event),),
        device_id=event.device_id,
    )
    return opened(state, event.device_id, key, bound.priority), [alarm]


def bind(sort: Detector, rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule for every detector of this kind in this home."""
    detectors = {i: context.devices[i] for i in context.of_role(sort.role)}
    bound = Bound(
        sort=sort,
        stays_for=settings.stays_for,
        priority=settings.priority if isinstance(settings, LeakSettings) else Priority.HIGH,
        detectors=detectors,
    )
    return Rule(
        rule_id=rule_id,
        kind=sort.kind,
        version=1,
        initial=State(),
        states=(State,),
        step=partial(step, bound),
        needs=frozenset(detectors),
        told_of=frozenset(detectors),
    )


def _kind(sort: Detector, settings: type[Settings], *priorities: Priority) -> RuleKind[Any]:
    return RuleKind(
        kind=sort.kind,
        settings=settings,
        bind=partial(bind, sort),
        wiring=lambda _: (),
        listens=frozenset({sort.role}),
        raises=frozenset({sort.kind}),
        priorities=frozenset(priorities),
        implicit=True,
    )


SMOKE = Detector(
    kind="smoke",
    role=Role.SMOKE,
    begins=SmokeDetected,
    ends=SmokeCleared,
    words=Words(
        nb="Røykvarsleren {who} melder røyk.",
        en="The smoke detector {who} detects smoke.",
    ),
)
HEAT = Detector(
    kind="heat",
    role=Role.HEAT,
    begins=HeatDetected,
    ends=HeatCleared,
    words=Words(
        nb="Varmedetektoren {who} melder sterk varme.",
        en="The heat detector {who} detects great heat.",
    ),
)
CARBON_MONOXIDE = Detector(
    kind="carbon-monoxide",
    role=Role.CARBON_MONOXIDE,
    begins=CarbonMonoxideDetected,
    ends=CarbonMonoxideCleared,
    words=Words(
        nb="Kullosvarsleren {who} melder kullos. Alle må ut i frisk luft.",
        en="The carbon monoxide detector {who} detects carbon monoxide. "
        "Everybody must get out into fresh air.",
    ),
)
LEAK = Detector(
    kind="leak",
    role=Role.LEAK,
    begins=LeakDetected,
    ends=LeakCleared,
    words=Words(
        nb="Lekkasjesensoren {who} melder vann.",
        en="The leak sensor {who} detects water.",
    ),
)

KINDS = (
    _kind(SMOKE, SmokeSettings, Priority.HIGH),
    _kind(HEAT, HeatSettings, Priority.HIGH),
    _kind(CARBON_MONOXIDE, CarbonMonoxideSettings, Priority.HIGH),
    _kind(LEAK, LeakSettings, Priority.HIGH, Priority.MEDIUM),
)
