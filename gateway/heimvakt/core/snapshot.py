"""The state as rows: a step writes only what it changed, a start puts the rows together again.

Alarms are no rows here: they have a table of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .alarms import Alarm
from .codec import CannotDecode, Json, decode, decode_tagged, encode, encode_tagged
from .devices import Home
from .figures import NOT_YET, Counted, Figures, Living
from .health import Health, Supervised
from .ledger import COUNTER
from .mode_state import AT_HOME, ModeState
from .orders import UsedOrder
from .records import Record
from .state import State
from .times import BootClock
from .updates import Change
from .usual import NOTHING_USUAL, Usual

CLOCK = "clock:boot"
"""The row with what is known of the clock."""
MODE = "mode:now"
"""The row with what the home is set to; none before it was set for the first time."""
OVER = "over:orders"
"""The row with up to when orders are over; none before one was."""
LIVING = "living:now"
"""The row with what belongs to a month when it is over."""
MAINS = "mains:lost"
"""The row with when they were lost; none while they are there."""
APART = "usual"
"""The field of a rule's state that has a row of its own: it is long, and changes seldom."""

FIGURES = ("month", "living", "told")
PARTS = (
    "rule",
    "device",
    "timer",
    "lost",
    "mains",
    "counter",
    "clock",
    "mode",
    "order",
    "over",
    "record",
    "reminder",
    "change",
    *FIGURES,
    APART,
)
"""What stands before the colon in the name of a row."""


def changes(before: State, after: State) -> dict[str, Json | None]:
    """The rows in which `after` differs from `before`; None where a part is gone."""
    rows: dict[str, Json | None] = {}
    for key, value in _changed(before.rules, after.rules):
        rows[f"rule:{key}"] = None if value is None else encode_tagged(value, but=APART)
        was, now = _apart(before.rules.get(key)), _apart(value)
        if was is not now:
            rows[f"{APART}:{key}"] = None if now is None else encode(now)
    for key, health in _changed(before.supervised.devices, after.supervised.devices):
        rows[f"device:{key}"] = None if health is None else encode(health)
    for key, due in _changed(before.timers, after.timers):
        rows[f"timer:{key}"] = None if due is None else {"at": due.isoformat()}
    for key, since in _changed(before.supervised.lost, after.supervised.lost):
        rows[f"lost:{key}"] = None if since is None else {"at": since.isoformat()}
    if before.supervised.mains_lost != (since := after.supervised.mains_lost):
        rows[MAINS] = None if since is None else {"at": since.isoformat()}
    if before.alarms_raised != after.alarms_raised:
        rows[COUNTER] = {"n": after.alarms_raised}
    for key, order in _changed(before.orders, after.orders):
        rows[f"order:{key}"] = None if order is None else encode(order)
    if before.orders_over != (over := after.orders_over):
        rows[OVER] = None if over is None else {"at": over.isoformat()}
    for key, record in _changed(before.records, after.records):
        rows[f"record:{key}"] = None if record is None else encode(record)
    for key, since in _changed(before.reminders, after.reminders):
        rows[f"reminder:{key}"] = None if since is None else {"at": since.isoformat()}
    for key, change in _changed(before.changes, after.changes):
        rows[f"change:{key}"] = None if change is None else encode(change)
    for key, counted in _changed(before.figures.months, after.figures.months):
        rows[f"month:{key}"] = None if counted is None else encode(counted)
    if before.figures.living is not (living := after.figures.living):
        rows[LIVING] = encode(living)
    for key, month in _changed(before.figures.told, after.figures.told):
        rows[f"told:{key}"] = None if month is None else {"month": month}
    if before.mode is not after.mode:
        rows[MODE] = encode(after.mode)
    if before.clock is not after.clock:
        rows[CLOCK] = None if after.clock is None else encode(after.clock)
    return rows


def restore(
    home: Home, rows: Mapping[str, Json], alarms: Iterable[Alarm], number_floor: int
) -> tuple[State, list[str]]:
    """The state that the rows tell, and what of them could not be read.

    A part that cannot be read is left out and the rest is used: a rule whose state changed its
    shape begins afresh. What belongs to rules that are gone stays until the engine adopts the
    state, which erases it. Alarms get numbers above `number_floor` if the counter is lost.
    """
    parts: dict[str, dict[str, Any]] = {name: {} for name in PARTS}
    unread: list[str] = []
    for row, body in rows.items():
        part, _, key = row.partition(":")
        try:
            parts[part][key] = _read(home, part, key, body)
        except (CannotDecode, KeyError, ValueError, TypeError) as error:
            unread.append(f"{row}: {error}")
    kept = {alarm.alarm_id: alarm for alarm in alarms}
    # Without a counter (nothing stored yet, or lost) numbers go on above all that were used.
    counted = parts["counter"].get("alarms", number_floor)
    for key, usual in parts[APART].items():
        parts["rule"][key] = _together(home, parts["rule"], key, usual)
    state = State(
        rules=parts["rule"],
        timers=parts["timer"],
        alarms=kept,
        supervised=Supervised(
            devices=parts["device"], lost=parts["lost"], mains_lost=parts["mains"].get("lost")
        ),
        alarms_raised=max([counted, *(alarm.number for alarm in kept.values())]),
        clock=parts["clock"].get("boot"),
        mode=parts["mode"].get("now", AT_HOME),
        orders=parts["order"],
        orders_over=parts["over"].get("orders"),
        records=parts["record"],
        reminders=parts["reminder"],
        figures=Figures(
            months=parts["month"],
            living=parts["living"].get("now", NOT_YET),
            told=parts["told"],
        ),
        changes=dict(sorted(parts["change"].items(), key=lambda one: one[1].told.seq)),
    )
    return state, unread


@dataclass(frozen=True, slots=True)
class _Unclaimed:
    """What a rule had learned that is gone, or learns no more: it stays until it is erased."""

    usual: Usual


def _apart(state: object) -> Usual | None:
    """What a rule has learned."""
    usual = getattr(state, APART, None)
    return usual if isinstance(usual, Usual) and usual != NOTHING_USUAL else None


def _together(home: Home, states: Mapping[str, Any], key: str, usual: Usual) -> object:
    """The state of a rule with what it has learned."""
    rule = home.rules.get(key)
    if rule is None:
        return _Unclaimed(usual)
    state = states.get(key, rule.initial)
    return replace(state, **{APART: usual}) if hasattr(state, APART) else state


def _read(home: Home, part: str, key: str, body: Json) -> object:
    match part:
        case "rule":
            rule = home.rules.get(key)
            return body if rule is None else decode_tagged(rule.states, body)
        case "device":
            return decode(Health, body)
        case "usual":
            return decode(Usual, body)
        case "mode":
            return decode(ModeState, body)
        case "order":
            return decode(UsedOrder, body)
        case "record":
            return decode(Record, body)
        case "change":
            return decode(Change, body)
        case "timer" | "lost" | "mains" | "over" | "reminder":
            return datetime.fromisoformat(body["at"])
        case "clock":
            return decode(BootClock, body)
        case "month":
            return decode(Counted, body)
        case "living":
            return decode(Living, body)
        case "told":
            return str(body["month"])
        case "counter":
            return int(body["n"])
        case _:
            raise CannotDecode("no such part")


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if before is after:
        return
    for key, value in after.items():
        if key not in before or before[key] is not value:
            yield key, value
    for key in before:
        if key not in after:
            yield key, None
