"""What a bouncing contact says: a value counts once it has stood still for a while. Pure.

Times are those of the edges, not of when they were looked at: a press that came and went while the
box was busy is still a press. A lost edge is made good by reading the level from time to time.

    edge(at, value) ─▶ stood since `at` ─▶ due ─▶ believed
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

V = TypeVar("V")

Still = Callable[[V], float]
"""How long a value must stand before it is believed, in seconds."""


@dataclass(frozen=True, slots=True)
class Change(Generic[V]):
    """A value that is believed now, and since when it stands."""

    value: V
    before: V | None
    """None: it is the first that is known."""
    since: float


@dataclass(frozen=True, slots=True)
class Debounce(Generic[V]):
    """Of one input."""

    value: V
    """As last seen."""
    since: float
    """When it was last seen to move."""
    believed: V | None = None
    """None: nothing yet."""


def begin(value: V, at: float) -> Debounce[V]:
    """What is read first is believed no sooner than what comes later."""
    return Debounce(value, at)


def edge(
    state: Debounce[V], still: Still[V], at: float, value: V
) -> tuple[Debounce[V], Change[V] | None]:
    """The input moved to `value`, or was found there. A change is of what stood before."""
    settled, change = look(state, still, at)
    return replace(settled, value=value, since=max(at, settled.since)), change


def reread(
    state: Debounce[V], still: Still[V], at: float, value: V
) -> tuple[Debounce[V], Change[V] | None]:
    """The input was read, for an edge may have been lost."""
    if value == state.value:
        return look(state, still, at)
    return edge(state, still, at, value)


def look(state: Debounce[V], still: Still[V], at: float) -> tuple[Debounce[V], Change[V] | None]:
    """Time has passed."""
    due_at = due(state, still)
    if due_at is None or at < due_at:
        return state, None
    change = Change(state.value, state.believed, state.since)
    return replace(state, believed=state.value), change


def due(state: Debounce[V], still: Still[V]) -> float | None:
    """When to look again, if nothing moves until then."""
    return None if state.value == state.believed else state.since + still(state.value)
