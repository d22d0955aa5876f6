"""A danger whose alarm is open: from the first word of it until nobody has to look any more.

    none --detected--> open --cleared--> clearing --stays so long enough--> over --> none
                            <--detected again--

What is over ends its alarm, but for a high one that no person has taken: smoke that is gone after
20 s still wants somebody to look. A detector that is taken out of the home is over too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from heimvakt.core.alarms import Priority
from heimvakt.core.effects import ArmTimer, CancelTimer, Effect, Effects, ResetAlarm


@dataclass(frozen=True, slots=True)
class Danger:
    """What is known of one whose alarm is open."""

    key: str
    """Of the alarm; no other has the same."""
    priority: Priority
    """Of the alarm; the settings may be others by now."""
    taken: bool = False
    """A person has accepted the alarm."""
    clearing: bool = False
    """The detector says that it is over; not believed before it has stayed so."""
    over: bool = False
    """It has stayed so, or nobody hears the detector any more."""


@dataclass(frozen=True, slots=True)
class State:
    """The dangers whose alarms are open."""

    open: Mapping[str, Danger] = field(default_factory=dict)
    """By detector; its id is the name of its deadline too."""


def opened(state: State, device_id: str, key: str, priority: Priority) -> State:
    """The alarm of this key is raised."""
    return _with(state, device_id, Danger(key, priority))


def again(state: State, device_id: str) -> tuple[State, Effects]:
    """It is detected once more."""
    danger = replace(state.open[device_id], clearing=False, over=False)
    return _with(state, device_id, danger), [CancelTimer(device_id)]


def clearing(state: State, device_id: str, until: datetime) -> tuple[State, Effects]:
    """The detector says that it is over; believed when it has said nothing else `until` then."""
    danger = state.open[device_id]
    if danger.clearing:
        return state, []  # said again: the time since the first counts
    return _with(state, device_id, replace(danger, clearing=True)), [ArmTimer(device_id, until)]


def over(state: State, device_id: str) -> tuple[State, Effects]:
    """It ends, or waits for a person."""
    danger = state.open[device_id]
    if danger.priority is Priority.HIGH and not danger.taken:
        return _with(state, device_id, replace(danger, over=True)), []
    return _without(state, device_id), [ResetAlarm(danger.key)]


def taken(state: State, key: str) -> tuple[State, Effects]:
    """A person has accepted the alarm of this key."""
    if (device_id := _of(state, key)) is None:
        return state, []
    danger = replace(state.open[device_id], taken=True)
    after = _with(state, device_id, danger)
    return over(after, device_id) if danger.over else (after, [])


def closed(state: State, key: str) -> tuple[State, Effects]:
    """A person is done with the alarm of this key."""
    if (device_id := _of(state, key)) is None:
        return state, []
    return _without(state, device_id), [CancelTimer(device_id)]


def taken_out(state: State, left: Collection[str]) -> tuple[State, Effects]:
    """Only these detectors are in the home: of others nobody will hear the end."""
    effects: list[Effect] = []
    for device_id in sorted(state.open.keys() - left):
        state, ended = over(state, device_id)
        effects += [CancelTimer(device_id), *ended]
    return state, effects


def _of(state: State, key: str) -> str | None:
    """The detector whose alarm has this key."""
    return next((i for i, danger in state.open.items() if danger.key == key), None)


def _with(state: State, device_id: str, danger: Danger) -> State:
    return State({**state.open, device_id: danger})


def _without(state: State, device_id: str) -> State:
    return State({i: danger for i, danger in state.open.items() if i != device_id})
