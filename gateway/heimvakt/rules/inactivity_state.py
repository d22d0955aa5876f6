"""Since when it is quiet in a home, as far as anybody could hear: what is stored, what changes it.

Values alone: how long it may be quiet, and what is learned of that, the rule itself knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from heimvakt.core.alarms import Evidence
from heimvakt.core.changed import replace
from heimvakt.core.events import BedEntered, ChairEntered, DeviceEvent, Event, GatewayStarted
from heimvakt.core.usual import Usual
from heimvakt.core.witness import NO_MOVEMENT, NOBODY, Movements, Witness

from .hearing import ALL_HEARD, Hearing
from .learning import Lesson, Taught

HAS_COME_IN = (BedEntered, ChairEntered)
"""After the outer door: a mat may let go of somebody, but it takes hold of nobody who is out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State(Taught):
    """Since when it is quiet, as far as anybody could hear."""

    since: datetime | None = None
    """The last sign of life, moved by what is not counted; None: before the first start."""
    last: Evidence | None = None
    left: bool = False
    """The last sign was an outer door."""
    raised: bool = False
    """This silence has been told."""
    is_open: bool = False
    """An alarm is open, perhaps of a silence before."""
    witness: Witness = NOBODY
    movements: Movements = NO_MOVEMENT
    hearing: Hearing = ALL_HEARD
    deaf_since: datetime | None = None
    unheard: timedelta = timedelta()
    """How much of the time since the last sign is not counted, since nobody could hear."""


def is_somebody(state: State, event: DeviceEvent) -> bool:
    """Whether this sign of life is believed, with what was heard before it."""
    return (
        state.witness.confirms(event)
        or state.movements.confirm(event)
        or (state.left and isinstance(event, HAS_COME_IN))
    )


def alone(state: State, event: DeviceEvent) -> State:
    """After a sign that is not believed by itself: it may be confirmed by the next."""
    witness, movements = state.witness.after(event), state.movements.after(event)
    return replace(state, witness=witness, movements=movements)


def alive(state: State, event: DeviceEvent, *, left: bool, lesson: Lesson, usual: Usual) -> State:
    """After a sign that is believed: it is quiet from now on."""
    return replace(
        state,
        since=event.at,
        last=Evidence.of(event),
        left=left,
        raised=False,
        is_open=False,
        witness=state.witness.after(event),
        movements=state.movements.after(event),
        unheard=timedelta(),
        lesson=lesson,
        usual=usual,
    )


def started(state: State, event: GatewayStarted) -> State:
    """After a start: what nobody heard while the gateway was off is not counted."""
    at, last_alive = event.at, event.last_alive
    away = at - last_alive if last_alive is not None and last_alive < at else timedelta()
    since = at if state.since is None else min(state.since + away, at)
    return replace(state, since=since, unheard=state.unheard + away)


def private(state: State, at: datetime) -> State:
    """After privacy begins or ends: how quiet it was is not known."""
    return replace(state, since=at, last=None, left=False, raised=False, unheard=timedelta())


def heard_again(state: State, since: datetime, deaf_since: datetime, event: Event) -> State:
    """After a time in which none of the sensors could be heard: it is not counted."""
    # What it did not hear while it was off is not counted in any case.
    last_alive = event.last_alive if isinstance(event, GatewayStarted) else None
    until = event.at if last_alive is None else last_alive
    deaf_for = max(until - deaf_since, timedelta())
    return replace(
        state,
        since=since + deaf_for,
        deaf_since=None,
        unheard=state.unheard + deaf_for,
    )
