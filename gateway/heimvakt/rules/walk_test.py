"""A device that a technician tries tells the centre that it works: an alarm, over when answered.

A press, a fall and a danger need none: theirs goes the whole way itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.devices import Device
from heimvakt.core.effects import Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import (
    AlarmDelivered,
    DeviceEvent,
    Event,
    Mode,
    ModeChanged,
    WalkTestTurned,
)
from heimvakt.core.rule import Rule
from heimvakt.core.walking import ASKED, CALLS_BY_ITSELF, shows_that_it_works
from heimvakt.core.words import Words

from .kind import Context, RuleKind, RuleSettings, home_rule


class Settings(RuleSettings):
    """`[rules.walk-test]`: armed in every home; there is nothing to choose."""


@dataclass(frozen=True, slots=True)
class State:
    """Which device is being tried, and has shown nothing yet."""

    device_id: str | None = None


def step(devices: Mapping[str, Device], state: State, event: Event) -> tuple[State, Effects]:
    """Told once for each time that the technician turns to the device."""
    match event:
        case WalkTestTurned(to=to):
            return replace(state, device_id=to if to in devices else None), []
        case ModeChanged(after=after) if after is not Mode.SERVICE:
            return State(), []
        case AlarmDelivered(alarm_id=device_id):
            return state, [ResetAlarm(device_id)]
        case DeviceEvent(device_id=device_id) if device_id == state.device_id:
            device = devices[device_id]
            if not shows_that_it_works(device.role, event):
                return state, []
            return State(), [] if isinstance(event, CALLS_BY_ITSELF) else [_works(device, event)]
        case _:
            return state, []


def _works(device: Device, event: DeviceEvent) -> RaiseAlarm:
    return RaiseAlarm(
        key=device.device_id,
        kind="test",
        priority=Priority.INFORMATION,
        began_at=event.at,
        device_id=device.device_id,
        text=Words(
            nb=f"Gåprøve: {device.device_id} virker.", en=f"Walk test: {device.device_id} works."
        ),
        evidence=(Evidence.of(event),),
    )


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule in this home; nothing makes it blind."""
    devices = {i: d for i, d in context.devices.items() if d.role in ASKED}
    return home_rule(rule_id, KIND, State(), partial(step, devices), told_of=frozenset(devices))


KIND = RuleKind(
    kind="walk-test",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    raises=frozenset({"test"}),
    priorities=frozenset({Priority.INFORMATION}),
    implicit=True,
)
