"""A way out of the box that is lost is told over the others, once for each cause.

That a loss has lasted is decided before (`PathLost`, `PathBack`). When no path is left there is one
alarm for all of them together, which goes where a route leads that needs none of them, or later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.effects import ArmTimer, Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import Event, GatewayStarted, PathBack, PathLost, TimerFired
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .kind import NO_DEVICES, Context, RuleKind, RuleSettings, home_rule

TOGETHER = timedelta(seconds=5)
"""Losses and returns that follow within this have one cause: they are told together."""
ALL = "/all"
"""The key of the alarm for all paths; names of paths have no stroke."""
SETTLE = "settle"


class Settings(RuleSettings):
    """`[rules.path-lost]`: armed in every home, also without this section."""

    priority: Annotated[
        Priority,
        Field(description="While another path is left. With none left it is medium."),
    ] = Priority.LOW


@dataclass(frozen=True, slots=True)
class Loss:
    """A path that is lost."""

    event: Evidence
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class State:
    """What is lost now, and what was told of it."""

    lost: Mapping[str, Loss] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    """Keys of alarms."""


def step(
    settings: Settings, paths: tuple[str, ...], zone: ZoneInfo, state: State, event: Event
) -> tuple[State, Effects]:
    """Which losses are told after `event`. A restart changes none: a path that is good says so."""
    match event:
        case PathLost(path=path, at=at) if path in paths and path not in state.lost:
            since = at - timedelta(seconds=event.for_s)
            lost = {**state.lost, path: Loss(Evidence.of(event), since, event.reason)}
            return replace(state, lost=lost), [ArmTimer(SETTLE, at + TOGETHER)]
        case PathBack(path=path, at=at) if path in state.lost:
            lost = {name: loss for name, loss in state.lost.items() if name != path}
            return replace(state, lost=lost), [ArmTimer(SETTLE, at + TOGETHER)]
        case GatewayStarted(at=at) if gone := set(state.lost) - set(paths):
            lost = {name: loss for name, loss in state.lost.items() if name not in gone}
            return replace(state, lost=lost), [ArmTimer(SETTLE, at + TOGETHER)]
        case TimerFired(name="settle"):
            return _tell(settings, paths, zone, state)
        case _:
            return state, []


def _tell(
    settings: Settings, paths: tuple[str, ...], zone: ZoneInfo, state: State
) -> tuple[State, Effects]:
    nothing_left = bool(state.lost) and all(path in state.lost for path in paths)
    known = [path for path in state.lost if path in state.told]  # it stays the same alarm
    due = (*known, ALL) if nothing_left else tuple(state.lost)
    over = [ResetAlarm(key) for key in state.told if key not in due]
    left = [path for path in paths if path not in state.lost]
    new = [
        _none_left(state.lost, zone) if key == ALL else _one(settings, key, state, left, zone)
        for key in due
        if key not in state.told
    ]
    return replace(state, told=due), [*over, *new]


def _one(
    settings: Settings, path: str, state: State, left: list[str], zone: ZoneInfo
) -> RaiseAlarm:
    loss, others = state.lost[path], ", ".join(left)
    since = _clock(loss.since, zone)
    return RaiseAlarm(
        key=path,
        kind="path",
        priority=settings.priority,
        began_at=loss.since,
        text=Words(
            nb=f"Ingen forbindelse over {path} siden {since}. Alarmer går over {others}.",
            en=f"No connection over {path} since {since}: {loss.reason}. Alarms go over {others}.",
        ),
        evidence=(loss.event,),
        thresholds=(("reason", loss.reason),),
    )


def _none_left(lost: Mapping[str, Loss], zone: ZoneInfo) -> RaiseAlarm:
    since = max(loss.since for loss in lost.values())
    each = "; ".join(
        f"{path} since {_clock(loss.since, zone)}: {loss.reason}" for path, loss in lost.items()
    )
    return RaiseAlarm(
        key=ALL,
        kind="path",
        priority=Priority.MEDIUM,
        began_at=since,
        text=Words(
            nb=f"Ingen forbindelse siden {_clock(since, zone)}: alarmer kom ikke fram.",
            en=f"No connection since {_clock(since, zone)}: alarms did not get through ({each}).",
        ),
        evidence=tuple(loss.event for loss in lost.values()),
    )


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M}"


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule for every path of this home."""
    return home_rule(
        rule_id,
        KIND,
        State(),
        partial(step, settings, context.paths, context.zone),
        told_of=NO_DEVICES,
    )


KIND = RuleKind(
    kind="path-lost",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    raises=frozenset({"path"}),
    priorities=frozenset({Priority.LOW, Priority.MEDIUM}),
    implicit=True,
)
