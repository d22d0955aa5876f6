"""A device that lives and has said the same for too long is told: it may be stuck, or forgotten.

Supervision in the core finds it (`DeviceStuck`, `DeviceUnstuck`), with the rules that can make
nothing of it meanwhile; this rule makes it an alarm, and resets it when the device says something
else. A press that is told again and again stays a press: nothing is held back because of this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.devices import Role
from heimvakt.core.effects import Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import (
    ConfigurationChanged,
    DeviceStuck,
    DeviceUnstuck,
    Event,
    GatewayStarted,
)
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .kind import Context, RuleKind, RuleSettings, home_rule
from .wording import blind_words, spell_about


class Settings(RuleSettings):
    """`[rules.device-stuck]`: armed in every home, also without this section."""

    priority: Annotated[Priority, Field(description="Of the alarm.")] = Priority.LOW


@dataclass(frozen=True, slots=True)
class State:
    """What is stuck now, and was told."""

    stuck: tuple[str, ...] = ()


def step(
    settings: Settings, roles: Mapping[str, Role], state: State, event: Event
) -> tuple[State, Effects]:
    """Who is stuck after `event`, and who must hear of it."""
    match event:
        case DeviceStuck(device_id=device_id) if device_id in roles:
            if device_id in state.stuck:
                return state, []
            stuck = State((*state.stuck, device_id))
            return stuck, [_alarm(settings, roles[device_id], event)]
        case DeviceUnstuck(device_id=device_id):
            return _over(state, {device_id})
        case GatewayStarted() | ConfigurationChanged():
            return _over(state, set(state.stuck) - set(roles))
        case _:
            return state, []


def _over(state: State, gone: set[str]) -> tuple[State, Effects]:
    over = [device_id for device_id in state.stuck if device_id in gone]
    if not over:
        return state, []
    rest = tuple(device_id for device_id in state.stuck if device_id not in gone)
    return State(rest), [ResetAlarm(device_id) for device_id in over]


def _alarm(settings: Settings, role: Role, event: DeviceStuck) -> RaiseAlarm:
    limit = spell_about(event.limit_s)
    said, blind = _SAID.get(role, _THE_SAME), blind_words(event.blind_rules)
    return RaiseAlarm(
        key=event.device_id,
        kind="device-stuck",
        priority=settings.priority,
        began_at=event.since,
        text=Words(
            nb=f"{event.device_id} {said.nb} i mer enn {limit.nb}. "
            f"Se etter om den henger.{blind.nb}",
            en=f"{event.device_id} {said.en} for more than {limit.en}. "
            f"See whether it is stuck.{blind.en}",
        ),
        evidence=(Evidence.of(event),),
        device_id=event.device_id,
        thresholds=(("stuck_after", limit.en),),
    )


_THE_SAME = Words(nb="har meldt det samme", en="has said the same")
_SAID: Mapping[Role, Words] = {
    Role.DOOR: Words(nb="har stått åpen", en="has been open"),
    Role.BED: Words(nb="har meldt noen i sengen", en="has told of somebody in the bed"),
    Role.CHAIR: Words(nb="har meldt noen i stolen", en="has told of somebody in the chair"),
    Role.MOTION: Words(
        nb="har meldt bevegelse uten opphold", en="has told of movement without end"
    ),
    Role.BUTTON: Words(
        nb="har meldt trykk igjen og igjen", en="has told of presses again and again"
    ),
}


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule for every device of this home."""
    return home_rule(
        rule_id,
        KIND,
        State(),
        partial(step, settings, context.roles),
        told_of_kinds=frozenset({DeviceStuck, DeviceUnstuck}),
    )


KIND = RuleKind(
    kind="device-stuck",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    raises=frozenset({"device-stuck"}),
    priorities=frozenset({Priority.MEDIUM, Priority.LOW}),
    implicit=True,
)
