"""All that a home remembers between two events, and how little of it changes with each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter

from .alarms import Alarm
from .devices import Home
from .figures import NO_FIGURES, Figures
from .health import Supervised
from .mode_state import AT_HOME, ModeState
from .orders import UsedOrder
from .records import Records
from .supervision import deadlines, next_silence
from .times import BootClock
from .updates import Changes

PENDING_MAX = timedelta(seconds=90)
"""A pre-alarm that nobody confirmed is raised after this; a home may allow 60 s to take it back."""

OWN = "/"
"""Names of the engine's own deadlines begin with a stroke, which no id of a rule can."""
PENDING = "/pending/"
UNANSWERED = "/unanswered/"
"""No receiver's system has answered: the next of the chain is told."""
UNACCEPTED = "/unaccepted/"
"""Nobody has accepted: the next of the chain is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Frozen: a step gives a new one. The mappings in it are never changed in place."""

    rules: Mapping[str, object] = field(default_factory=dict)
    timers: Mapping[str, datetime] = field(default_factory=dict)
    """By `rule_id/name`, UTC; the engine's own begin with a stroke."""
    alarms: Mapping[str, Alarm] = field(default_factory=dict)
    """Those that are open, or that nobody has received yet, and the last that ended otherwise than
    by a person."""
    supervised: Supervised = field(default_factory=lambda: Supervised(devices={}, lost={}))
    alarms_raised: int = 0
    """The number of the last alarm; it never goes back."""
    clock: BootClock | None = None
    """Of the boot of the last start; None before the first."""
    mode: ModeState = AT_HOME
    orders: Mapping[str, UsedOrder] = field(default_factory=dict)
    """Those that were taken and could still be given again, by their number."""
    orders_over: datetime | None = None
    """Orders to open or hand out that expired by then are forgotten, and none is taken again."""
    records: Records = field(default_factory=dict)
    reminders: Mapping[str, datetime] = field(default_factory=dict)
    """What those who live there are reminded of and since when, by `rule_id/key`."""
    figures: Figures = NO_FIGURES
    """What the municipality is told at the end of a month."""
    changes: Changes = field(default_factory=dict)
    """What became of signed changes, and who has heard of it."""


_SILENT_AT = attrgetter("silent_at")
_NEVER = datetime.max.replace(tzinfo=UTC)


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
        if name.startswith(OWN) or name.partition("/")[0] in home.rules
    }
    reminders = {
        name: since
        for name, since in state.reminders.items()
        if name.partition("/")[0] in home.rules
    }
    return replace(state, rules=rules, timers=timers, reminders=reminders)


def shifted(timers: Mapping[str, datetime], by: timedelta) -> dict[str, datetime]:
    """Deadlines after the clock was set: as far away as before."""
    return {name: due + by for name, due in timers.items()}


def next_deadline(home: Home, state: State) -> tuple[str, datetime] | None:
    """The deadline that comes first; of several at once the first by name."""
    # There may be thousands, and this is asked after every commit: times first, names at the end.
    timers = state.timers
    own = min(timers.values(), default=None)
    first = next_silence(home, state.supervised, own)
    if first is not None and (own is None or first[1] < own):
        return first
    if own is None:
        return None
    names = [name for name, due in timers.items() if due == own]
    return min((*names, first[0]) if first else names), own


def first_due(home: Home, state: State, now: datetime) -> tuple[str, datetime] | None:
    """The deadline that comes first, if it has come by `now`; nearly always none has."""
    silences = map(_SILENT_AT, state.supervised.devices.values())
    if min(silences, default=_NEVER) > now and min(state.timers.values(), default=_NEVER) > now:
        return None
    first = next_deadline(home, state)
    return first if first is not None and first[1] <= now else None


def is_armed(home: Home, state: State, name: str, due: datetime) -> bool:
    """Whether exactly this deadline is armed now."""
    return state.timers.get(name) == due or (name, due) in deadlines(home, state.supervised)


def outstanding(state: State) -> tuple[Alarm, ...]:
    """The alarms that receivers were told of and that are open: most urgent first, then oldest."""
    told = (
        alarm
        for alarm in state.alarms.values()
        if alarm.state.is_open and not alarm.state.is_untold
    )
    return tuple(sorted(told, key=lambda alarm: (alarm.priority.rank, alarm.number)))
