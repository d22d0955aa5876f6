"""A contact that chatters is told once: what it says is not known as long as it does.

How much of it is told meanwhile is decided in `core.steadying`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Priority
from heimvakt.core.effects import ArmTimer, Effects
from heimvakt.core.events import DeviceSteady, DeviceUnsteady, Event, GatewayStarted
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .kind import Context, RuleKind, home_rule
from .trouble import Bound, Sort, State, says
from .trouble import step as of_trouble
from .trouble_kind import Settings as TroubleSettings

SAID_AGAIN = timedelta(hours=1)
"""After a start nothing is known of what chattered: it says so again within this, or is over."""


class Settings(TroubleSettings):
    """`[rules.device-unsteady]`: armed in every home, also without this section."""

    priority: Annotated[Priority, Field(description="Of the alarm.")] = Priority.LOW


UNSTEADY = Sort(
    name="unsteady",
    begins=says(DeviceUnsteady),
    ends=says(DeviceSteady),
    words=Words(
        nb="{who} skifter hele tiden mellom to tilstander. Se etter om kontakten sitter som den "
        "skal og om en ledning er løs.",
        en="{who} changes all the time between two states. See whether its contact sits as it "
        "should and whether a wire is loose.",
    ),
)


def step(bound: Bound, state: State, event: Event) -> tuple[State, Effects]:
    """What chatters after `event`, and what must be told."""
    state, effects = of_trouble(bound, state, event)
    if not isinstance(event, GatewayStarted):
        return state, effects
    ending = {key: replace(trouble, ending=True) for key, trouble in state.there.items()}
    wait = [ArmTimer(key, event.at + SAID_AGAIN) for key in sorted(ending)]
    return replace(state, there=ending), [*effects, *wait]


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule for every device of this home."""
    bound = Bound(
        kind=KIND.kind,
        devices=context.devices,
        sorts={UNSTEADY.name: UNSTEADY},
        told_after=timedelta(),
        priority=settings.priority,
    )
    return home_rule(
        rule_id,
        KIND,
        State(),
        partial(step, bound),
        told_of_kinds=frozenset({DeviceUnsteady, DeviceSteady}),
    )


KIND = RuleKind(
    kind="device-unsteady",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    raises=frozenset({"device-unsteady"}),
    priorities=frozenset({Priority.MEDIUM, Priority.LOW}),
    implicit=True,
)
