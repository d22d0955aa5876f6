"""Somebody gives orders that he may not give, or that were given before: told once, with a count.

A wrong address or a key that was forgotten looks the same at first; a person must find out which it
is. While that is told, more of it is counted and told with the next alarm, a day later at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.effects import Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import AlarmClosed, Event, OrderRefused
from heimvakt.core.orders import Refusal
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .kind import NO_DEVICES, Context, RuleKind, RuleSettings, home_rule

AGAIN = timedelta(days=1)
KEY = "refused"
_R = Refusal
_WHAT: Mapping[str, Words] = {
    _R.WRONG_ALGORITHM: Words(
        nb="med en signatur som ingen kan stole på", en="with a signature that nobody can trust"
    ),
    _R.UNKNOWN_KEY: Words(
        nb="med en nøkkel som ikke er kjent her", en="with a key that is not known here"
    ),
    _R.BAD_SIGNATURE: Words(nb="med falsk signatur", en="with a forged signature"),
    _R.OTHER_GATEWAY: Words(nb="til en annen gateway", en="for another gateway"),
    _R.USED_BEFORE: Words(nb="på nytt, flere ganger", en="again, several times"),
}


class Settings(RuleSettings):
    """`[rules.order-refused]`: armed in every home, also without this section."""

    priority: Annotated[Priority, Field(description="Of the alarm.")] = Priority.MEDIUM


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What was told, and what has come since."""

    told_at: datetime | None = None
    """None: nothing that is not closed."""
    since: int = 0


def step(settings: Settings, state: State, event: Event) -> tuple[State, Effects]:
    """What must be told after `event`."""
    match event:
        case OrderRefused(suspicious=True, at=at):
            if state.told_at is not None and timedelta() <= at - state.told_at < AGAIN:
                return State(told_at=state.told_at, since=state.since + 1), []
            alarm = _alarm(settings, event, state.since)
            before = [ResetAlarm(KEY)] if state.told_at is not None else []
            return State(told_at=at), [*before, alarm]
        case AlarmClosed(alarm_id=key) if key == KEY:
            return State(since=state.since), []
        case _:
            return state, []


def _alarm(settings: Settings, event: OrderRefused, before: int) -> RaiseAlarm:
    what = _WHAT.get(event.code, Words(nb="", en=""))
    more = Words(nb="", en="")
    if before:
        more = Words(
            nb=f" Siden forrige varsel: {before} til.",
            en=f" Since it was told last: {before} more.",
        )
    return RaiseAlarm(
        key=KEY,
        kind="order-refused",
        priority=settings.priority,
        began_at=event.at,
        text=Words(
            nb=f"Noen ga en ordre {what.nb} (over {event.receiver}). Ingenting ble utført."
            f"{more.nb}",
            en=f"Somebody gave an order {what.en} (over {event.receiver}). Nothing was done."
            f"{more.en}",
        ),
        evidence=(Evidence.of(event),),
        thresholds=(("code", event.code), ("since", str(before))),
    )


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule; it needs no device."""
    return home_rule(rule_id, KIND, State(), partial(step, settings), told_of=NO_DEVICES)


KIND = RuleKind(
    kind="order-refused",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    raises=frozenset({"order-refused"}),
    priorities=frozenset({Priority.MEDIUM, Priority.LOW}),
    implicit=True,
)
