"""A test alarm that somebody ordered: it goes the way of its priority, and ends by itself when a
receiver has answered."""

from __future__ import annotations

from dataclasses import dataclass

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.effects import Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import AlarmDelivered, Event, SendTestOrdered
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .kind import NO_DEVICES, Context, RuleKind, RuleSettings, home_rule


class Settings(RuleSettings):
    """`[rules.ordered-test]`: armed in every home; there is nothing to choose."""


@dataclass(frozen=True, slots=True)
class State:
    """Nothing: each test is an alarm of its own."""


def step(state: State, event: Event) -> tuple[State, Effects]:
    """The test begins with the order, and ends with the first answer."""
    match event:
        case SendTestOrdered(order_id=order_id, priority=priority, by=by, at=at):
            alarm = RaiseAlarm(
                key=order_id,
                kind="test",
                priority=Priority(priority),
                began_at=at,
                text=Words(nb=f"Prøve, bestilt av {by}.", en=f"Test, ordered by {by}."),
                evidence=(Evidence.of(event),),
            )
            return state, [alarm]
        case AlarmDelivered(alarm_id=order_id):
            return state, [ResetAlarm(order_id)]
        case _:
            return state, []


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule; it needs no device."""
    return home_rule(rule_id, KIND, State(), step, told_of=NO_DEVICES)


KIND = RuleKind(
    kind="ordered-test",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    raises=frozenset({"test"}),
    priorities=frozenset(Priority),
    implicit=True,
)
