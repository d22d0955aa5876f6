"""Somebody tries codes at a reader: told once, with a count, until a person closes it.

The driver that reads them takes none for a while then. More of it is counted and told with the next
alarm, a day later at most.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.devices import Device
from heimvakt.core.effects import Effect, Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import (
    AlarmClosed,
    CodesIgnored,
    ConfigurationChanged,
    Event,
    GatewayStarted,
)
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words, spell_duration

from .kind import Context, RuleKind, RuleSettings, home_rule
from .wording import whereabouts

AGAIN = timedelta(days=1)


class Settings(RuleSettings):
    """`[rules.wrong-codes]`: armed in every home, also without this section."""

    priority: Annotated[Priority, Field(description="Of the alarm.")] = Priority.MEDIUM


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of one reader, and what has come since."""

    at: datetime
    since: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """Readers of which something was told that nobody has closed."""

    told: Mapping[str, Told] = field(default_factory=dict)


def step(
    settings: Settings, devices: Mapping[str, Device], state: State, event: Event
) -> tuple[State, Effects]:
    """What must be told after `event`."""
    match event:
        case CodesIgnored(device_id=reader, at=at) if reader in devices:
            known = state.told.get(reader)
            if known is not None and timedelta() <= at - known.at < AGAIN:
                more = Told(known.at, known.since + event.wrong)
                return State({**state.told, reader: more}), []
            before: list[Effect] = [ResetAlarm(reader)] if known is not None else []
            alarm = _alarm(settings, devices[reader], event, known.since if known else 0)
            return State({**state.told, reader: Told(at)}), [*before, alarm]
        case AlarmClosed(alarm_id=reader) if reader in state.told:
            return _without(state, {reader}), []
        case GatewayStarted() | ConfigurationChanged():
            gone = state.told.keys() - devices.keys()
            return _without(state, gone), [ResetAlarm(reader) for reader in sorted(gone)]
        case _:
            return state, []


def _without(state: State, gone: set[str]) -> State:
    return State({i: told for i, told in state.told.items() if i not in gone}) if gone else state


def _alarm(settings: Settings, reader: Device, event: CodesIgnored, before: int) -> RaiseAlarm:
    who, pause = whereabouts(reader), spell_duration(event.for_s)
    more = Words(nb="", en="")
    if before:
        more = Words(
            nb=f" Siden forrige varsel: {before} feil til.",
            en=f" Since it was told last: {before} more.",
        )
    return RaiseAlarm(
        key=reader.device_id,
        kind="wrong-codes",
        priority=settings.priority,
        began_at=event.at,
        text=Words(
            nb=f"Noen har tastet feil kode {event.wrong} ganger ved {who}. Ingen kode tas imot der "
            f"på {pause.nb}; brikker virker som før.{more.nb}",
            en=f"Somebody typed {event.wrong} wrong codes at {who}. No code is taken there for "
            f"{pause.en}; keys work as ever.{more.en}",
        ),
        evidence=(Evidence.of(event),),
        device_id=reader.device_id,
        thresholds=(("wrong", str(event.wrong)), ("ignored_for", pause.en)),
    )


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule for every reader of this home."""
    return home_rule(
        rule_id,
        KIND,
        State(),
        partial(step, settings, context.devices),
        told_of_kinds=frozenset({CodesIgnored}),
    )


KIND = RuleKind(
    kind="wrong-codes",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    raises=frozenset({"wrong-codes"}),
    priorities=frozenset({Priority.MEDIUM, Priority.LOW}),
    implicit=True,
)
