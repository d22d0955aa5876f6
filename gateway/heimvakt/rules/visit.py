"""A visit, or another mode that the home is set to, is told upstream: information, once for each.

The alarm is open while the mode lasts and resets when it is over. So the centre knows when a visit
began and ended, and sees among what is open why other alarms do not come.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.effects import Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import Event, Mode, ModeChanged
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .kind import NO_DEVICES, Context, RuleKind, RuleSettings, home_rule


class Settings(RuleSettings):
    """`[rules.visit]`: armed in every home, and without any key."""


@dataclass(frozen=True, slots=True)
class State:
    """The key of the alarm that is open."""

    open: str | None = None


def step(zone: ZoneInfo, state: State, event: Event) -> tuple[State, Effects]:
    """What is told of a change of the mode."""
    if not isinstance(event, ModeChanged) or event.before is event.after:
        return state, []  # that it lasts longer is seen in the status
    over = [ResetAlarm(state.open)] if state.open else []
    if event.after is Mode.HOME:
        return State(), over
    key = f"{event.after}@{event.seq}"
    alarm = _visit(zone, event, key) if event.after is Mode.VISIT else _mode(zone, event, key)
    return State(key), [*over, alarm]


def _visit(zone: ZoneInfo, event: ModeChanged, key: str) -> RaiseAlarm:
    until = _moment(event.until, event.at, zone)
    return RaiseAlarm(
        key=key,
        kind="visit",
        priority=Priority.INFORMATION,
        began_at=event.at,
        text=Words(
            nb=f"Et besøk har begynt ({event.by}). Det regnes som slutt senest {until}.",
            en=f"A visit has begun ({event.by}). It is taken to be over by {until} at the latest.",
        ),
        evidence=(Evidence.of(event),),
    )


def _mode(zone: ZoneInfo, event: ModeChanged, key: str) -> RaiseAlarm:
    until, name = _moment(event.until, event.at, zone), _NAMES[event.after]
    return RaiseAlarm(
        key=key,
        kind="mode",
        priority=Priority.INFORMATION,
        began_at=event.at,
        text=Words(
            nb=f"Hjemmet er satt til {name.nb} ({event.by}), senest til {until}.",
            en=f"The home is set to {name.en} ({event.by}), until {until} at the latest.",
        ),
        evidence=(Evidence.of(event),),
    )


_NAMES: Mapping[Mode, Words] = {
    Mode.AWAY: Words(nb="borte", en="away"),
    Mode.PRIVACY: Words(nb="privat", en="privacy"),
    Mode.SERVICE: Words(nb="service", en="service"),
}


def _moment(until: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """`14:05`, or with its day where that is another."""
    if until is None:
        return "?"
    local = until.astimezone(zone)
    same_day = local.date() == now.astimezone(zone).date()
    return f"{local:%H:%M}" if same_day else f"{local.day}.{local.month}. {local:%H:%M}"


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule; it needs no device."""
    return home_rule(rule_id, KIND, State(), partial(step, context.zone), told_of=NO_DEVICES)


KIND = RuleKind(
    kind="visit",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    raises=frozenset({"visit", "mode"}),
    priorities=frozenset({Priority.INFORMATION}),
    implicit=True,
)
