"""A signed change did not do and was taken back: somebody has to look why before it comes again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.effects import Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import ChangeOf, ChangeOutcome, ChangeTold, Event
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .kind import NO_DEVICES, Context, RuleKind, RuleSettings, home_rule

SHOWN_MAX = 12
"""Characters of a digest: enough to tell two files apart."""


class Settings(RuleSettings):
    """`[rules.update]`: armed in every home, also without this section."""

    priority: Annotated[Priority, Field(description="Of the alarm.")] = Priority.MEDIUM


@dataclass(frozen=True, slots=True)
class State:
    """Nothing: what comes back is an alarm of its own each time."""


def step(settings: Settings, state: State, event: Event) -> tuple[State, Effects]:
    """What must be told after `event`."""
    match event:
        case ChangeTold(outcome=ChangeOutcome.RETURNED, what=what):
            # Another one that comes back is told anew: what is wrong with it may be something else.
            return state, [ResetAlarm(what), _alarm(settings, event)]
        case ChangeTold(outcome=ChangeOutcome.KEPT, what=what):
            return state, [ResetAlarm(what)]
        case _:
            return state, []


def _alarm(settings: Settings, event: ChangeTold) -> RaiseAlarm:
    after, before = event.after[:SHOWN_MAX], event.before[:SHOWN_MAX]
    nb, en = _NAMES[event.what]
    return RaiseAlarm(
        key=event.what,
        kind="update",
        priority=settings.priority,
        began_at=event.at,
        text=Words(
            nb=f"{nb} ({after}) virket ikke, og det forrige ({before}) er i bruk igjen: "
            f"{event.reason}.",
            en=f"{en} ({after}) did not work, and the one before ({before}) is in use again: "
            f"{event.reason}.",
        ),
        evidence=(Evidence.of(event),),
        thresholds=tuple(
            (name, value)
            for name, value in (("change", event.change_id), ("order", event.order_id))
            if value
        ),
    )


_NAMES = {
    ChangeOf.CONFIGURATION: ("Nytt oppsett", "A new configuration"),
    ChangeOf.PROGRAM: ("Nytt program", "A new program"),
}


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule; it needs no device."""
    return home_rule(rule_id, KIND, State(), partial(step, settings), told_of=NO_DEVICES)


KIND = RuleKind(
    kind="update",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    raises=frozenset({"update"}),
    priorities=frozenset({Priority.MEDIUM, Priority.LOW}),
    implicit=True,
)
