"""The audit log is not as it was written: told once for each place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.effects import Effects, RaiseAlarm
from heimvakt.core.events import AuditBroken, Event
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .kind import NO_DEVICES, Context, RuleKind, RuleSettings, home_rule


class Settings(RuleSettings):
    """`[rules.audit-log]`: armed in every home, also without this section."""

    priority: Annotated[Priority, Field(description="Of the alarm.")] = Priority.MEDIUM


@dataclass(frozen=True, slots=True)
class State:
    """What was told last: every start looks at the log and finds the same."""

    number: int = 0
    reason: str = ""


def step(settings: Settings, state: State, event: Event) -> tuple[State, Effects]:
    """What must be told after `event`."""
    match event:
        case AuditBroken(number=number, reason=reason) if State(number, reason) != state:
            return State(number, reason), [_alarm(settings, event)]
        case _:
            return state, []


def _alarm(settings: Settings, event: AuditBroken) -> RaiseAlarm:
    return RaiseAlarm(
        key=str(event.number),
        kind="audit-log",
        priority=settings.priority,
        began_at=event.at,
        text=Words(
            nb=f"Loggen over hvem som har låst opp og gitt ordrer er ikke som den ble skrevet, "
            f"ved linje {event.number}. Noen kan ha endret den, eller disken er skadet.",
            en="The log of who unlocked and ordered what is not as it was written, at row "
            f"{event.number}: {event.reason}. Somebody may have changed it, or the disk is "
            "damaged.",
        ),
        evidence=(Evidence.of(event),),
        thresholds=(("row", str(event.number)),),
    )


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule; it needs no device."""
    return home_rule(rule_id, KIND, State(), partial(step, settings), told_of=NO_DEVICES)


KIND = RuleKind(
    kind="audit-log",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    raises=frozenset({"audit-log"}),
    priorities=frozenset({Priority.MEDIUM, Priority.LOW}),
    implicit=True,
)
