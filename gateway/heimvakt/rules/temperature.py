"""Too cold or too hot, for long enough to be no draught and no kettle.

fine --beyond a limit--> beyond --for `lasting`--> raised --within it again, by a margin--> fine
                                --within it-----> fine
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.devices import Device, Role
from heimvakt.core.effects import ArmTimer, CancelTimer, Effect, Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import Event, TemperatureMeasured, TimerFired
from heimvakt.core.fields import duration
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words, spell_duration

from .device_id import DeviceId
from .hearing import ALL_HEARD, Hearing
from .kind import Context, RuleKind, RuleSettings, Wire
from .wording import NOTHING, late_words, unheard_words, whereabouts

MARGIN = 0.5
"""Degrees Celsius. So far back within the limits it is over: on the limit itself a sensor goes to
and fro."""


class Settings(RuleSettings):
    """`[rules.temperature]`."""

    sensors: Annotated[
        tuple[DeviceId, ...],
        Field(
            min_length=1,
            description="What measures: any device that tells a temperature.",
            examples=[["bedroom-air"]],
        ),
    ]
    below: Annotated[
        float | None, Field(ge=-20, le=30, description="Colder than this is an alarm, in °C.")
    ] = 14.0
    above: Annotated[
        float | None, Field(ge=15, le=120, description="Hotter than this is an alarm, in °C.")
    ] = 32.0
    lasting: Annotated[
        timedelta,
        duration(at_least="0s", at_most="24h"),
        Field(description="It must be so for so long."),
    ] = timedelta(minutes=15)
    priority: Annotated[Priority, Field(description="How soon a person must look.")] = (
        Priority.MEDIUM
    )

    @model_validator(mode="after")
    def _apart(self) -> Settings:
        if self.below is None or self.above is None:
            return self
        if self.above - self.below <= 2 * MARGIN:
            raise PydanticCustomError(
                "no_room",
                "`above` must be higher than `below`",
                {"hint": "leave out the one that is not meant: below = 14, above = 32"},
            )
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyond:
    """One sensor is beyond a limit."""

    first: Evidence
    celsius: float
    """The last that was measured."""
    hot: bool
    raised: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """The sensors that are beyond a limit."""

    beyond: Mapping[str, Beyond] = field(default_factory=dict)
    hearing: Hearing = ALL_HEARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The settings in a home."""

    settings: Settings
    sensors: Mapping[str, Device]


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """Where it is too cold or too hot after `event`."""
    hearing = state.hearing.after(event, bound.sensors)
    if hearing is not state.hearing:
        return replace(state, hearing=hearing), []
    match event:
        case TemperatureMeasured(device_id=sensor) if sensor in bound.sensors:
            return _measured(bound, state, event)
        case TimerFired(name=sensor) if sensor in state.beyond and sensor in bound.sensors:
            return _lasted(bound, state, state.beyond[sensor], event)
        case _:
            return state, []


def _measured(bound: Bound, state: State, event: TemperatureMeasured) -> tuple[State, Effects]:
    sensor, celsius, settings = event.device_id, event.celsius, bound.settings
    known = state.beyond.get(sensor)
    if known is not None and not _is_over(settings, known, celsius):
        return _with(state, sensor, replace(known, celsius=celsius)), []
    ended: list[Effect] = []
    if known is not None:
        state, ended = _without(state, sensor), [CancelTimer(sensor)]
        ended += [ResetAlarm(_key(sensor, known))] if known.raised else []
    hot = settings.above is not None and celsius > settings.above
    cold = settings.below is not None and celsius < settings.below
    if not hot and not cold:
        return state, ended
    found = Beyond(first=Evidence.of(event), celsius=celsius, hot=hot)
    return _with(state, sensor, found), [*ended, ArmTimer(sensor, event.at + settings.lasting)]


def _is_over(settings: Settings, known: Beyond, celsius: float) -> bool:
    if known.hot:
        return settings.above is None or celsius <= settings.above - MARGIN
    return settings.below is None or celsius >= settings.below + MARGIN


def _lasted(bound: Bound, state: State, known: Beyond, event: TimerFired) -> tuple[State, Effects]:
    settings, device = bound.settings, bound.sensors[event.name]
    where, celsius = whereabouts(device), f"{known.celsius:.1f}"
    long = spell_duration(settings.lasting.total_seconds())
    nb, en = ("For varmt", "Too hot") if known.hot else ("For kaldt", "Too cold")
    unheard = NOTHING if state.hearing.hears(device) else unheard_words(event.name)
    limit = settings.above if known.hot else settings.below
    alarm = RaiseAlarm(
        key=_key(event.name, known),
        kind="temperature",
        priority=settings.priority,
        began_at=known.first.at,
        text=Words(
            nb=f"{nb} ved {where}: {celsius.replace('.', ',')} °C, i minst {long.nb}.",
            en=f"{en} at {where}: {celsius} °C, for at least {long.en}.",
        )
        + unheard
        + late_words(event),
        evidence=(known.first,),
        device_id=event.name,
        thresholds=(("above" if known.hot else "below", f"{limit} °C"), ("lasting", long.en)),
    )
    return _with(state, event.name, replace(known, raised=True)), [alarm]


def _key(sensor: str, beyond: Beyond) -> str:
    return f"{sensor}/{'hot' if beyond.hot else 'cold'}"


def _with(state: State, sensor: str, beyond: Beyond) -> State:
    return replace(state, beyond={**state.beyond, sensor: beyond})


def _without(state: State, sensor: str) -> State:
    rest = {name: beyond for name, beyond in state.beyond.items() if name != sensor}
    return replace(state, beyond=rest)


def wiring(settings: Settings) -> list[Wire]:
    """The sensors: what measures besides its own role tells that too."""
    return [
        Wire(field=("sensors", index), device_id=sensor, roles=frozenset(Role))
        for index, sensor in enumerate(settings.sensors)
    ]


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule in this home."""
    sensors = {name: context.devices[name] for name in settings.sensors}
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=2,
        initial=State(),
        states=(State,),
        step=partial(step, Bound(settings=settings, sensors=sensors)),
        needs=frozenset(sensors),
        told_of=frozenset(sensors),
    )


KIND = RuleKind(
    kind="temperature",
    settings=Settings,
    bind=bind,
    wiring=wiring,
    listens=frozenset(),
    raises=frozenset({"temperature"}),
    priorities=frozenset({Priority.HIGH, Priority.MEDIUM, Priority.LOW}),
)
