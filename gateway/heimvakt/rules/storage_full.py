"""What there was no room for is told: once a day what was dropped, at once when nothing is taken.

What may be dropped, and in which order, is the matter of the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.effects import ArmTimer, CancelTimer, Effects, RaiseAlarm, ResetAlarm
from heimvakt.core.events import (
    Event,
    GatewayStarted,
    RecordsDropped,
    StoreFilled,
    StoreHasRoom,
    TimerFired,
)
from heimvakt.core.rule import Rule
from heimvakt.core.words import Words

from .kind import NO_DEVICES, Context, RuleKind, RuleSettings, home_rule

GATHER = timedelta(minutes=10)
"""Drops come in series: the first telling waits for so long."""
AT_MOST_EVERY = timedelta(days=1)
SAID_AGAIN = timedelta(minutes=3)
"""A start finds out sooner than this whether the store is still full."""
EVIDENCE_MAX = 10
FULL, TELL, STILL_FULL = "full", "tell", "still-full"
_NB = {"telemetry": "målinger", "information": "meldinger", "low": "lave alarmer"}


class Settings(RuleSettings):
    """`[rules.storage-full]`: armed in every home; there is nothing to choose."""


@dataclass(frozen=True, slots=True)
class State:
    """What was dropped and not told yet, and whether the store is full."""

    dropped: Mapping[str, int] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    told_at: datetime | None = None
    full: Evidence | None = None


def step(state: State, event: Event) -> tuple[State, Effects]:
    """What must be told of the store after `event`."""
    match event:
        case RecordsDropped(what=what, count=count, at=at):
            dropped = {**state.dropped, what: state.dropped.get(what, 0) + count}
            evidence = (*state.evidence, Evidence.of(event))[-EVIDENCE_MAX:]
            due = at + GATHER
            if state.told_at is not None:
                due = max(due, state.told_at + AT_MOST_EVERY)
            arm = [] if state.dropped else [ArmTimer(TELL, due)]
            return replace(state, dropped=dropped, evidence=evidence), arm
        case TimerFired(name="tell", at=at) if state.dropped:
            told = replace(state, dropped={}, evidence=(), told_at=at)
            return told, [_dropped(state)]
        case StoreFilled(reason=reason) if state.full is None:
            return replace(state, full=Evidence.of(event)), [_full(event, reason)]
        case StoreFilled():
            return state, [CancelTimer(STILL_FULL)]
        case GatewayStarted(at=at) if state.full is not None:
            return state, [ArmTimer(STILL_FULL, at + SAID_AGAIN)]
        case StoreHasRoom() | TimerFired(name="still-full") if state.full is not None:
            return replace(state, full=None), [CancelTimer(STILL_FULL), ResetAlarm(FULL)]
        case _:
            return state, []


def _dropped(state: State) -> RaiseAlarm:
    nb = ", ".join(f"{count} {_NB.get(what, what)}" for what, count in state.dropped.items())
    en = ", ".join(f"{count} of {what}" for what, count in state.dropped.items())
    first = state.evidence[0]
    return RaiseAlarm(
        key=f"dropped@{first.seq}",
        kind="store",
        priority=Priority.LOW,
        began_at=first.at,
        text=Words(
            nb=f"Det var ikke plass til alt: {nb} ble slettet før noen fikk dem.",
            en=f"There was no room for everything: {en} erased before anyone had them.",
        ),
        evidence=state.evidence,
    )


def _full(event: Event, reason: str) -> RaiseAlarm:
    return RaiseAlarm(
        key=FULL,
        kind="store",
        priority=Priority.MEDIUM,
        began_at=event.at,
        text=Words(
            nb="Lageret er fullt: bare alarmer tas imot. Frigjør plass på disken.",
            en=f"The store is full ({reason}): only alarms are taken. Make room on the disk.",
        ),
        evidence=(Evidence.of(event),),
        thresholds=(("reason", reason),),
    )


def bind(rule_id: str, settings: Settings, context: Context) -> Rule[State]:
    """The rule; it needs no device."""
    return home_rule(rule_id, KIND, State(), step, told_of=NO_DEVICES)


KIND = RuleKind(
    kind="storage-full",
    settings=Settings,
    bind=bind,
    wiring=lambda _: (),
    listens=frozenset(),
    raises=frozenset({"store"}),
    priorities=frozenset({Priority.LOW, Priority.MEDIUM}),
    implicit=True,
)
