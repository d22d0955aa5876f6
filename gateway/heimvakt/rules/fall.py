"""A fall that a sensor tells of is an alarm, at once.

It has no end that a sensor could tell: only a person ends the alarm. A sensor that repeats itself
within `one_alarm_within` tells of the same fall; later, or once the alarm is closed, it is another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.devices import Device, Role
from heimvakt.core.effects import Effects, RaiseAlarm
from heimvakt.core.events import AlarmClosed, ClockStepped, Event, FallDetected, StoreFault
from heimvakt.core.fields import duration
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .kind import Context, RuleKind, RuleSettings, role_rule
from .wording import whereabouts


class Settings(RuleSettings):
    """`[rules.fall]`: armed in every home, also without this section."""

    one_alarm_within: Annotated[
        timedelta,
        duration(at_least="0s", at_most="5m"),
        Field(description="What the sensor repeats within this time belongs to the same alarm."),
    ] = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Fall:
    """A fall that was told."""

    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class State:
    """The last fall that each sensor told of, for as long as its alarm is not closed."""

    told: Mapping[str, Fall] = field(default_factory=dict)
    """By sensor."""
    boot_id: str = ""
    """The boot that these were in: in another one the same time is another time."""


def step(
    settings: Settings, sensors: Mapping[str, Device], state: State, event: Event
) -> tuple[State, Effects]:
    """Whether this fall is an alarm of its own."""
    match event:
        case FallDetected(device_id=device_id) if device_id in sensors:
            return _fell(settings, sensors[device_id], state, event)
        case AlarmClosed(alarm_id=key):
            left = {i: fall for i, fall in state.told.items() if fall.key != key}
            return replace(state, told=left), []
        case ClockStepped() | StoreFault():
            return State(), []  # those times come again, or never; or the alarm is lost
        case _:
            return state, []


def _fell(
    settings: Settings, sensor: Device, state: State, event: FallDetected
) -> tuple[State, Effects]:
    device_id, boot_id = sensor.device_id, event.stamp.boot_id
    in_this_boot = state.told if state.boot_id == boot_id else {}
    last = in_this_boot.get(device_id)
    if last is not None and last.at <= event.at < last.at + settings.one_alarm_within:
        return state, []
    fall = Fall(f"{device_id}@{event.seq}", event.at)
    return State({**in_this_boot, device_id: fall}, boot_id), [_alarm(sensor, event, fall.key)]


def _alarm(sensor: Device, event: FallDetected, key: str) -> RaiseAlarm:
    who = whereabouts(sensor)
    return RaiseAlarm(
        key=key,
        kind="fall",
        priority=Priority.HIGH,
        began_at=event.at,
        text=Words(
            nb=f"Fallsensoren {who} melder et fall.", en=f"The fall sensor {who} tells of a fall."
        ),
        evidence=(Evidence.of(event),),
        device_id=sensor.device_id,
    )


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule for every fall sensor of this home."""
    sensors = {i: context.devices[i] for i in context.of_role(Role.FALL)}
    bound = partial(step, settings, sensors)
    return role_rule(rule_id, KIND, State(), bound, sensors)


KIND = RuleKind(
    kind="fall",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset({Role.FALL}),
    raises=frozenset({"fall"}),
    priorities=frozenset({Priority.HIGH}),
    implicit=True,
)
