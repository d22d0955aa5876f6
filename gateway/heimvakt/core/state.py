"""All that a home remembers between two events, and how little of it changes with each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from .alarms import Alarm
from .devices import Home
from .supervision import Supervised, deadlines

PENDING_MAX = timedelta(seconds=90)
"""A pre-alarm that nobody confirmed is raised after this; a home may allow 60 s to take it back."""

PENDING = "/pending/"
"""Names of the engine's own deadlines begin with a stroke, which no id of a rule can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Frozen: a step gives a new one. The mappings in it are never changed in place."""

    rules: Mapping[str, object] = field(default_factory=dict)
    timers: Mapping[str, datetime] = field(default_factory=dict)
    """By `rule_id/name`, UTC; the engine's own begin with a stroke."""
    alarms: Mapping[str, Alarm] = field(default_factory=dict)
    """Those that are open, or that nobody has received yet."""
    supervised: Supervised = field(default_factory=lambda: Supervised(devices={}, lost={}))
    alarms_raised: int = 0
    """The number of the last alarm; it never goes back."""


def adopt(home: Home, state: State) -> State:
    """The state under this configuration: what belongs to rules that are gone is left behind.

    The engine does it with `GatewayStarted`, so that what is left behind is erased with its commit.
    """
    rules = {
        rule_id: state.rules.get(rule_id, rule.initial) for rule_id, rule in home.rules.items()
    }
    timers = {
        name: due
        for name, due in state.timers.items()
        if name.startswith(PENDING) or name.partition("/")[0] in home.rules
    }
    return replace(state, rules=rules, timers=timers)


def shifted(timers: Mapping[str, datetime], by: timedelta) -> dict[str, datetime]:
    """Deadlines after the clock was set: as far away as before."""
    return {name: due + by for name, due in timers.items()}


def all_deadlines(home: Home, state: State) -> Iterator[tuple[str, datetime]]:
    """Every deadline that is armed, by its full name."""
    yield from state.timers.items()
    yield from deadlines(home, state.supervised)


def next_deadline(home: Home, state: State) -> tuple[str, datetime] | None:
    """The deadline that comes first; of several at once the first by name."""
    return min(all_deadlines(home, state), key=lambda item: (item[1], item[0]), default=None)


def is_armed(home: Home, state: State, name: str, due: datetime) -> bool:
    """Whether exactly this deadline is armed now."""
    return (name, due) in all_deadlines(home, state)
