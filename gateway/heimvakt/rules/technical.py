"""What the gateway has to say about itself: a lost radio, a damaged database, a rule that fails, a
file of the home that cannot be used.

One cause, one alarm: while a radio is lost its devices are nobody's silence; the core sees to that.
A device whose section in the file is wrong hangs on a driver of its own that is always lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.devices import own_driver
from heimvakt.core.effects import (
    ArmTimer,
    CancelTimer,
    Effect,
    Effects,
    RaiseAlarm,
    ResetAlarm,
)
from heimvakt.core.events import (
    ConfigurationChanged,
    ConfigurationRefused,
    Event,
    GatewayStarted,
    PartDown,
    RadioBack,
    RadioLost,
    RuleFailed,
    StoreFault,
    TimerFired,
)
from heimvakt.core.fields import duration
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .kind import NO_DEVICES, Context, RuleKind, RuleSettings, home_rule


class Settings(RuleSettings):
    """`[rules.technical]`: armed in every home, also without this section."""

    radio_lost_for: Annotated[
        timedelta,
        duration(at_least="10s", at_most="1h"),
        Field(description="A radio that is back sooner than this is not told."),
    ] = timedelta(minutes=1)


SAID_AGAIN = timedelta(minutes=3)
"""A driver that starts says within this that its radio is lost; opening one takes 2 min at most."""
PARTS = "/parts"
"""The key of all alarms of parts that stay down: a start is a new beginning for each."""
STILL_LOST = "still-lost/"
"""Begins the name of the deadline by which it must have said so."""
FILE = "/configuration"
"""The key of the alarm of a file that is not used, and of the deadline by which that must be said
again after a start."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A radio that was lost."""

    event: Evidence
    reason: str
    told: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """What is wrong now and was told, or will be."""

    lost: Mapping[str, Loss] = field(default_factory=dict)
    """Radios, by driver."""
    failed: tuple[str, ...] = ()
    """Rules that failed since the last start; each is told once."""
    refused: bool = False
    """The file of the home is not used."""


def step(settings: Settings, state: State, event: Event) -> tuple[State, Effects]:
    """What is wrong with the gateway after `event`."""
    match event:
        case RadioLost(driver=driver) if driver in state.lost:
            return state, [CancelTimer(STILL_LOST + driver)]
        case RadioLost(driver=driver, reason=reason, at=at):
            lost = {**state.lost, driver: Loss(Evidence.of(event), reason)}
            return replace(state, lost=lost), [ArmTimer(driver, at + settings.radio_lost_for)]
        case RadioBack(driver=driver) if driver in state.lost:
            return _over(state, driver)
        case GatewayStarted(at=at):
            # A radio that is still away says so again, and was told already: no new alarm.
            told = {driver: loss for driver, loss in state.lost.items() if loss.told}
            forgotten: list[Effect] = [
                CancelTimer(driver) for driver in state.lost if driver not in told
            ]
            asked = [ArmTimer(STILL_LOST + driver, at + SAID_AGAIN) for driver in told]
            if state.refused:
                asked.append(ArmTimer(FILE, at + SAID_AGAIN))
            after = State(lost=told, refused=state.refused)
            return after, [*forgotten, *asked, ResetAlarm(PARTS)]
        case RuleFailed(rule_id=rule_id) if rule_id not in state.failed:
            return replace(state, failed=(*state.failed, rule_id)), [_failed(event)]
        case TimerFired(name=driver) if driver in state.lost:
            told_now = replace(state.lost[driver], told=True)
            return replace(state, lost={**state.lost, driver: told_now}), [_radio(driver, told_now)]
        case TimerFired(name=name) if (driver := name.removeprefix(STILL_LOST)) in state.lost:
            return _over(state, driver)
        case ConfigurationRefused() if state.refused:
            return state, [CancelTimer(FILE)]
        case ConfigurationRefused():
            return replace(state, refused=True), [_refused(event)]
        case ConfigurationChanged() if state.refused:
            return _taken(state)
        case TimerFired(name=name) if name == FILE:
            return _taken(state)
        case StoreFault():
            return state, [_store(event)]
        case PartDown():
            return state, [_part(event)]
        case _:
            return state, []


def _over(state: State, driver: str) -> tuple[State, Effects]:
    lost = {name: loss for name, loss in state.lost.items() if name != driver}
    over: Effects = [CancelTimer(driver), CancelTimer(STILL_LOST + driver), ResetAlarm(driver)]
    return replace(state, lost=lost), over


def _taken(state: State) -> tuple[State, Effects]:
    return replace(state, refused=False), [CancelTimer(FILE), ResetAlarm(FILE)]


def _radio(driver: str, loss: Loss) -> RaiseAlarm:
    if driver.startswith(own_driver("")):
        return _left_out(driver, loss)
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


def _left_out(where: str, loss: Loss) -> RaiseAlarm:
    return RaiseAlarm(
        key=where,
        kind="configuration",
        priority=Priority.MEDIUM,
        began_at=loss.event.at,
        text=Words(
            nb=f"Oppsettet er feil, og {where} er ikke i bruk: {loss.reason}. Resten virker.",
            en=f"The configuration is wrong, and {where} is not in use: {loss.reason}. "
            "The rest works.",
        ),
        evidence=(loss.event,),
    )


def _refused(event: ConfigurationRefused) -> RaiseAlarm:
    return RaiseAlarm(
        key=FILE,
        kind="configuration",
        priority=Priority.MEDIUM,
        began_at=event.at,
        text=Words(
            nb="Oppsettet har feil og er ikke tatt i bruk: det forrige gjelder fortsatt. "
            f"{event.reason}.",
            en=f"The configuration has mistakes and is not used: the one before still holds. "
            f"{event.reason}.",
        ),
        evidence=(Evidence.of(event),),
    )


def _failed(event: RuleFailed) -> RaiseAlarm:
    return RaiseAlarm(
        key=f"rule:{event.rule_id}@{event.seq}",
        kind="blind-rule",
        priority=Priority.MEDIUM,
        began_at=event.at,
        text=Words(
            nb=f"Regelen {event.rule_id} har en feil og kan overse noe. De andre virker.",
            en=f"The rule {event.rule_id} has a fault and may miss something. The others work.",
        ),
        evidence=(Evidence.of(event),),
        thresholds=(("error", event.error),),
    )


def _part(event: PartDown) -> RaiseAlarm:
    return RaiseAlarm(
        key=PARTS,
        kind="gateway",
        priority=Priority.MEDIUM,
        began_at=event.at,
        text=Words(
            nb=f"En del av boksen ({event.part}) virker ikke. Start boksen på nytt.",
            en=f"A part of the box ({event.part}) does not work. Restart the box.",
        ),
        evidence=(Evidence.of(event),),
        thresholds=(("error", event.reason),),
    )


def _store(event: StoreFault) -> RaiseAlarm:
    aside_nb = f" og er lagt til side som {event.set_aside}" if event.set_aside else ""
    aside_en = f" and set aside as {event.set_aside}" if event.set_aside else ""
    what_nb = "laget av en nyere versjon" if event.newer else "skadet"
    what_en = "made by a newer version" if event.newer else "damaged"
    return RaiseAlarm(
        key=f"store@{event.seq}",
        kind="store",
        priority=Priority.MEDIUM,
        began_at=event.at,
        text=Words(
            nb=f"Databasen var {what_nb}{aside_nb}. {event.saved}.",
            en=f"The database was {what_en}{aside_en}. {event.saved}.",
        ),
        evidence=(Evidence.of(event),),
        thresholds=(("reason", event.reason),),
    )


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule; it needs no device."""
    return home_rule(rule_id, KIND, State(), partial(step, settings), told_of=NO_DEVICES)


KIND = RuleKind(
    kind="technical",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    raises=frozenset({"radio", "blind-rule", "store", "gateway", "configuration"}),
    priorities=frozenset({Priority.MEDIUM}),
    implicit=True,
)
