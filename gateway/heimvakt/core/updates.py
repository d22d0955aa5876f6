"""Signed changes from outside, as the gateway sees them: who may sign what, when nothing may be
changed, and which receivers have still to be told what became of one.

Pure. Whether a change is put in place, kept or taken back is decided by the updater, which is no
part of what it judges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from .alarms import Alarm, AlarmState, Priority
from .events import ChangeDelivered, ChangeTold, ClockQuality
from .order_checks import OPENS_NO_DOOR
from .orders import UNLOCK_WITHIN
from .times import raised_at

if TYPE_CHECKING:
    from .state import State
    from .work import Work

CHANGES_MAX = 20
"""Outcomes that are remembered and told to whoever has not heard of them; the oldest goes."""
FORGOTTEN_AFTER = UNLOCK_WITHIN
"""An alarm that a receiver has, and that nobody has touched for so long, was forgotten: it is no
reason to open a door any more, and none to leave a home without its update."""


class UpdateRight(StrEnum):
    """What a key may sign."""

    CONFIGURATION = "configuration"
    """The home's file, as long as nobody's rights change with it."""
    PROGRAM = "program"
    KEYS = "keys"
    """In the home's file, who may order and sign what."""


@dataclass(frozen=True, slots=True)
class UpdateKey:
    """A key that bundles are signed with; only its public half is ever here."""

    public: bytes
    """Of Ed25519: 32 bytes."""
    may: frozenset[UpdateRight]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One outcome of a change, and who has heard of it."""

    told: ChangeTold
    heard: tuple[str, ...] = ()
    """Receivers."""


Changes = Mapping[str, Change]
"""By `name_of`, the oldest first."""


def name_of(event: ChangeTold | ChangeDelivered) -> str:
    """What is taken once."""
    return f"{event.change_id}/{event.outcome}"


def follow(work: Work, event: ChangeTold | ChangeDelivered) -> None:
    """Remember what became of a change, or who has heard of it."""
    known, name = work.state.changes, name_of(event)
    match event:
        case ChangeTold() if name not in known:
            after = {**known, name: Change(told=event)}
            changes = dict(list(after.items())[-CHANGES_MAX:])
        case ChangeDelivered(receiver=receiver) if name in known:
            one = known[name]
            if receiver in one.heard:
                return
            changes = {**known, name: replace(one, heard=(*one.heard, receiver))}
        case _:
            return
    work.state = replace(work.state, changes=changes)


def owed(state: State, receiver: str) -> tuple[ChangeTold, ...]:
    """What a receiver has not heard of, the oldest first."""
    found = [one.told for one in state.changes.values() if receiver not in one.heard]
    return tuple(sorted(found, key=lambda told: told.seq))


def holding_back(state: State, now: datetime) -> tuple[str, ...]:
    """The alarms for which nothing is changed now: somebody may be in danger, and every part of the
    gateway has to stay as it is until a person has dealt with that."""
    return tuple(alarm_id for alarm_id, alarm in state.alarms.items() if _holds_back(alarm, now))


def _holds_back(alarm: Alarm, now: datetime) -> bool:
    if not alarm.state.is_open or alarm.test:
        return False
    # Those about the gateway itself a change may be the cure for.
    if alarm.priority not in _MATTERS or alarm.kind in OPENS_NO_DOOR:
        return False
    if alarm.state not in _TOLD or _is_of_an_unknown_time(alarm):
        return True
    last = max([raised_at(alarm), *(step.at for step in alarm.history)])
    return now - last <= FORGOTTEN_AFTER


def _is_of_an_unknown_time(alarm: Alarm) -> bool:
    return alarm.clock is ClockQuality.UNKNOWN and alarm.clock_offset_s is None


_MATTERS = (Priority.HIGH, Priority.MEDIUM)
_TOLD = (AlarmState.DELIVERED, AlarmState.ACCEPTED)
