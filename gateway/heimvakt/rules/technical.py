"""What the gateway has to say about itself: a radio that stays lost, a database that was damaged.

One cause, one alarm: while a radio is lost its devices are nobody's silence; the core sees to that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import Event, GatewayStarted, RadioBack, RadioLost, StoreFault, TimerFired
from heimvakt.core.fields import duration
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .kind import Context, RuleKind, RuleSettings


class Settings(RuleSettings):
    """`[rules.technical]`: armed in every home, also without this section."""

    radio_lost_for: Annotated[
        timedelta,
        duration(at_least="10s", at_most="1h"),
        Field(description="A radio that is back sooner than this is not told."),
    ] = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Loss:
    """A radio that was lost."""

    event: Evidence
    reason: str


@dataclass(frozen=True, slots=True)
class State:
    """The radios that are lost now, by driver."""

    lost: Mapping[str, Loss] = field(default_factory=dict)


def step(settings: Settings, state: State, event: Event) -> tuple[State, Effects]:
    """What is wrong with the gateway after `event`."""
    match event:
        case RadioLost(driver=driver, reason=reason, at=at) if driver not in state.lost:
            lost = {**state.lost, driver: Loss(Evidence.of(event), reason)}
            return State(lost), [ArmTimer(driver, at + settings.radio_lost_for)]
        case RadioBack(driver=driver) if driver in state.lost:
            return State(_without(state, driver)), [CancelTimer(driver), ResetAlarm(driver)]
        case GatewayStarted() if state.lost:
            # A start begins with a clean sheet: a radio that is still away says so again.
            done = [effect for d in state.lost for effect in (CancelTimer(d), ResetAlarm(d))]
            return State(), done
        case TimerFired(name=driver) if driver in state.lost:
            return state, [_radio(driver, state.lost[driver])]
        case StoreFault():
            return state, [_store(event)]
        case _:
            return state, []


def _without(state: State, driver: str) -> dict[str, Loss]:
    return {name: loss for name, loss in state.lost.items() if name != driver}


def _radio(driver: str, loss: Loss) -> RaiseAlarm:
    return RaiseAlarm(
        key=driver,
        kind="radio",
        priority=Priority.MEDIUM,
        began_at=loss.event.at,
        text=Words(
            nb=f"Ingen kontakt med {driver}: {loss.reason}. Enhetene der høres ikke.",
            en=f"No contact with {driver}: {loss.reason}. Its devices cannot be heard.",
        ),
        evidence=(loss.event,),
    )


def _store(event: StoreFault) -> RaiseAlarm:
    return RaiseAlarm(
        key=f"store@{event.seq}",
        kind="store",
        priority=Priority.MEDIUM,
        began_at=event.at,
        text=Words(
            nb=f"Databasen var skadet og er lagt til side som {event.set_aside}. {event.saved}.",
            en=f"The database was damaged and set aside as {event.set_aside}. {event.saved}.",
        ),
        evidence=(Evidence.of(event),),
        thresholds=(("reason", event.reason),),
    )


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule; it needs no device."""
    return Rule(
        rule_id=rule_id,
        kind=KIND.kind,
        version=1,
        initial=State(),
        states=(State,),
        step=partial(step, settings),
        needs=frozenset(),
    )


KIND = RuleKind(
    kind="technical",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    priorities=frozenset({Priority.MEDIUM}),
    implicit=True,
)
