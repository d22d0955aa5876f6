"""How one rule came to where it was at a moment: what moved it, what it waited for, what it missed.

Nothing of this is stored while the gateway runs. The journal, taken once more as it stands, has the
rule think again, and this looks on: so an answer can be had for every moment that the journal has.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from heimvakt.core.devices import Home
from heimvakt.core.effects import Effect
from heimvakt.core.engine import step
from heimvakt.core.events import DeviceEvent, Event
from heimvakt.core.mode_state import AT_HOME, ModeState
from heimvakt.core.signs import unheard
from heimvakt.core.snapshot import APART
from heimvakt.core.state import State
from heimvakt.core.usual import Usual
from heimvakt.core.words import Words

KEPT = 12
"""Of what moved the rule, and of what its devices said."""


@dataclass(frozen=True, slots=True)
class Thought:
    """One event that moved the rule, and what it answered."""

    event: Event
    effects: tuple[Effect, ...]


@dataclass(slots=True)
class Trace:
    """Of one rule, at one moment."""

    rule_id: str
    at: datetime
    """UTC."""
    begins_at: datetime | None = None
    """Where the journal begins; what was before it nobody knows."""
    mode: ModeState = AT_HOME
    thoughts: deque[Thought] = field(default_factory=lambda: deque(maxlen=KEPT))
    """The last that moved it, the newest last."""
    heard: deque[Event] = field(default_factory=lambda: deque(maxlen=KEPT))
    """The last that its devices said, the newest last."""
    waits_for: tuple[tuple[str, datetime], ...] = ()
    """Its deadlines that were running."""
    unheard: frozenset[str] = frozenset()
    """Of the devices that it needs, those that could not be heard."""
    alarms: list[str] = field(default_factory=list)
    """Its alarms that were open."""
    learned: Words | None = None
    """What it went by, where it learns what is usual."""


def trace(
    home: Home, events: Iterable[Event], rule_id: str, at: datetime, learned: Usual | None = None
) -> Trace:
    """Follow the rule through the journal up to and with `at`.

    Args:
        home: as it was then.
        events: the journal.
        rule_id: of the home.
        at: the moment that is asked about.
        learned: what the rule knows today of what is usual. The journal does not reach back as far,
            and what it tells of older weeks than this one is not learned twice.

    Raises:
        KeyError: the home has no such rule.
    """
    rule = home.rules[rule_id]
    found, state = Trace(rule_id, at), State()
    if learned is not None and hasattr(rule.initial, APART):
        state = State(rules={rule_id: replace(rule.initial, **{APART: learned})})
    for event in events:
        if event.at > at:
            break
        if found.begins_at is None:
            found.begins_at = event.at
        before = state.rules.get(rule_id)
        outcome = step(home, state, event)
        state = outcome.state
        effects = tuple(effect for owner, effect in outcome.thoughts if owner == rule_id)
        if effects or (before is not None and state.rules.get(rule_id) != before):
            found.thoughts.append(Thought(event, effects))
        if isinstance(event, DeviceEvent) and event.device_id in rule.needs:
            found.heard.append(event)
    found.mode = state.mode
    if rule.tells is not None and rule_id in state.rules:
        found.learned = rule.tells(state.rules[rule_id], at)
    found.waits_for = tuple(
        sorted(
            (name.partition("/")[2], due)
            for name, due in state.timers.items()
            if name.partition("/")[0] == rule_id
        )
    )
    found.unheard = unheard(home, state.supervised) & rule.needs
    found.alarms = [
        alarm.alarm_id
        for alarm in state.alarms.values()
        if alarm.rule_id == rule_id and alarm.state.is_open
    ]
    return found
