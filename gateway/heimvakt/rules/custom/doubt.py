"""What a rule of a home's own still knows after nobody listened, or under another file."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from heimvakt.core.effects import CancelTimer, Effect, NoLonger
from heimvakt.core.events import Event, GatewayStarted
from heimvakt.core.witness import NOBODY

from .state import Bound, State

OFF_COUNTS = timedelta(minutes=5)
"""Off for longer than this the gateway knows no more what is so."""


def private(bound: Bound, state: State) -> tuple[State, list[Effect]]:
    """Privacy begins or ends: what is not taken meanwhile is not known.

    What goes on all the same is waited about as before, and is told when privacy is over. What was
    waited for in vain, since it could not be heard, is no alarm; but for a call for help it is.
    """
    excuses = {key: sign for key, sign in bound.unless.items() if sign.private}
    in_vain = bool(excuses) and bound.waits_for is not None and not bound.calls
    keys = [key for key, sign in bound.when.items() if sign.private or in_vain]
    effects: list[Effect] = []
    for key in keys:
        effects += [*([CancelTimer(key)] if key in state.waits else []), NoLonger(key)]
    state = replace(
        state.without(*keys),
        excused={key: since for key, since in state.excused.items() if key not in excuses},
        unknown=state.unknown | {sign.device_id for sign in excuses.values()},
        witness=NOBODY,
    )
    if any(sign.private for sign in bound.after.values()):
        state = replace(state, before=None, before_at=None)
    return state, effects


def afresh(bound: Bound, state: State, event: Event) -> tuple[State, list[Effect]]:
    """A start, another file, another time: of what is over without us nobody will hear."""
    gone = [key for key in state.waits if key not in bound.when]
    effects: list[Effect] = []
    for key in gone:
        effects += [CancelTimer(key), bound.over(key)]
    excused = {key: since for key, since in state.excused.items() if key in bound.unless}
    state = replace(
        state.without(*gone),
        excused=excused,
        unknown=state.unknown & bound.excuses,
        stuck=state.stuck.intersection(bound.devices),
    )
    match event:
        case GatewayStarted(at=at, last_alive=last) if not (
            last is not None and timedelta() <= at - last < OFF_COUNTS
        ):
            return _was_off(bound, state), effects
        case _:
            return state, effects


def _was_off(bound: Bound, state: State) -> State:
    waits = {
        key: wait if wait.raised else replace(wait, was_off=True)
        for key, wait in state.waits.items()
    }
    return replace(state, waits=waits, excused={}, unknown=bound.excuses, witness=NOBODY)
