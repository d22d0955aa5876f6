"""A detector that tells of smoke, heat, carbon monoxide or water is an alarm, at once.

    none --detected--> open --cleared--> clearing --stays so for `stays_for`--> over
                            <--detected again--

While its alarm is open a danger that is told again is the same one. What is over ends by itself,
but for a high alarm that no person has taken: smoke that is gone after 20 s still wants somebody to
look. After a person has closed it, the next word of the same danger is an alarm of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.devices import Device, Role
from heimvakt.core.effects import (
    ArmTimer,
    CancelTimer,
    Effect,
    Effects,
    RaiseAlarm,
    ResetAlarm,
)
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
class Danger:
    """What one kind of danger does not share with the others."""

    kind: str
    role: Role
    begins: type[DeviceEvent]
    ends: type[DeviceEvent]
    words: Words
    """With `{who}` for the detector."""


@dataclass(frozen=True, slots=True)
class Open:
    """A danger whose alarm is open."""

    key: str
    priority: Priority
    """Of the alarm; the settings may be others by now."""
    taken: bool = False
    """A person has accepted the alarm."""
    clearing: bool = False
    """The detector says that it is over; not believed before it has stayed so."""
    over: bool = False
    """It has stayed so, or the detector is no longer in the home."""


@dataclass(frozen=True, slots=True)
class State:
    """The dangers whose alarms are open."""

    open: Mapping[str, Open] = field(default_factory=dict)
    """By detector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A kind of danger in a home."""

    danger: Danger
    stays_for: timedelta
    priority: Priority
    detectors: Mapping[str, Device]


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """Which dangers there are after `event`, and who must hear of it."""
    match event:
        case DeviceEvent(device_id=device_id) if device_id in bound.detectors:
            if isinstance(event, bound.danger.begins):
                return _detected(bound, state, event)
            if isinstance(event, bound.danger.ends) and device_id in state.open:
                return _cleared(bound, state, event)
            return state, []
        case TimerFired(name=device_id) if device_id in state.open:
            return _over(state, device_id)
        case AlarmAcknowledged(alarm_id=key) if (whose := _of(state, key)) is not None:
            return _taken(state, whose)
        case AlarmClosed(alarm_id=key) if (whose := _of(state, key)) is not None:
            return _without(state, whose), [CancelTimer(whose)]
        case GatewayStarted() | ConfigurationChanged():
            return _taken_out(bound, state)
        case StoreFault():
            # The alarms themselves may be lost: what is detected from now on is told anew.
            return State(), [CancelTimer(device_id) for device_id in state.open]
        case _:
            return state, []


def _detected(bound: Bound, state: State, event: DeviceEvent) -> tuple[State, Effects]:
    device_id = event.device_id
    if (danger := state.open.get(device_id)) is not None:
        again = replace(danger, clearing=False, over=False)
        return _with(state, device_id, again), [CancelTimer(device_id)]
    key = f"{device_id}@{event.seq}"
    who, words = whereabouts(bound.detectors[device_id]), bound.danger.words
    alarm = RaiseAlarm(
        key=key,
        kind=bound.danger.kind,
        priority=bound.priority,
        began_at=event.at,
        text=Words(nb=words.nb.format(who=who), en=words.en.format(who=who)),
        evidence=(Evidence.of(event),),
        device_id=device_id,
    )
    return _with(state, device_id, Open(key, bound.priority)), [alarm]


def _cleared(bound: Bound, state: State, event: DeviceEvent) -> tuple[State, Effects]:
    danger = state.open[event.device_id]
    if danger.clearing:
        return state, []  # said again: the time since the first counts
    clearing = _with(state, event.device_id, replace(danger, clearing=True))
    return clearing, [ArmTimer(event.device_id, event.at + bound.stays_for)]


def _taken(state: State, device_id: str) -> tuple[State, Effects]:
    danger = replace(state.open[device_id], taken=True)
    after = _with(state, device_id, danger)
    return _over(after, device_id) if danger.over else (after, [])


def _over(state: State, device_id: str) -> tuple[State, Effects]:
    danger = state.open[device_id]
    if danger.priority is Priority.HIGH and not danger.taken:
        return _with(state, device_id, replace(danger, over=True)), []
    return _without(state, device_id), [ResetAlarm(danger.key)]


def _taken_out(bound: Bound, state: State) -> tuple[State, Effects]:
    """Nobody hears any more whether it is over."""
    effects: list[Effect] = []
    for device_id in sorted(state.open.keys() - bound.detectors.keys()):
        state, over = _over(state, device_id)
        effects += [CancelTimer(device_id), *over]
    return state, effects


def _of(state: State, key: str) -> str | None:
    """The detector whose alarm has this key."""
    return next((i for i, danger in state.open.items() if danger.key == key), None)


def _with(state: State, device_id: str, danger: Open) -> State:
    return State({**state.open, device_id: danger})


def _without(state: State, device_id: str) -> State:
    return State({i: danger for i, danger in state.open.items() if i != device_id})


def bind(danger: Danger, rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule for every detector of this kind in this home."""
    detectors = {i: context.devices[i] for i in context.of_role(danger.role)}
    bound = Bound(
        danger=danger,
        stays_for=settings.stays_for,
        priority=settings.priority if isinstance(settings, LeakSettings) else Priority.HIGH,
        detectors=detectors,
    )
    return Rule(
        rule_id=rule_id,
        kind=danger.kind,
        version=1,
        initial=State(),
        states=(State,),
        step=partial(step, bound),
        needs=frozenset(detectors),
    )


def _kind(danger: Danger, settings: type[Settings], *priorities: Priority) -> RuleKind[Any]:
    return RuleKind(
        kind=danger.kind,
        settings=settings,
        bind=partial(bind, danger),
        wiring=lambda _: (),
        listens=frozenset({danger.role}),
        raises=frozenset({danger.kind}),
        priorities=frozenset(priorities),
        implicit=True,
    )


SMOKE = Danger(
    kind="smoke",
    role=Role.SMOKE,
    begins=SmokeDetected,
    ends=SmokeCleared,
    words=Words(
        nb="Røykvarsleren {who} melder røyk.",
        en="The smoke detector {who} detects smoke.",
    ),
)
HEAT = Danger(
    kind="heat",
    role=Role.HEAT,
    begins=HeatDetected,
    ends=HeatCleared,
    words=Words(
        nb="Varmedetektoren {who} melder sterk varme.",
        en="The heat detector {who} detects great heat.",
    ),
)
CARBON_MONOXIDE = Danger(
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
LEAK = Danger(
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
