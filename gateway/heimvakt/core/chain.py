"""A chain of receivers: who is told first, after how long without an answer who is next. Pure.

A place in a chain is a number that only grows: how many targets were passed, where a chain that is
gone through again counts on. So the place says who is next, and how often all of them were told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

UNANSWERED_AFTER = timedelta(seconds=20)
"""Promise 4: no receiver's system has answered for so long, and the next one is told."""
AGAIN_AFTER = timedelta(minutes=5)
"""Promise 5: at the end of its chain a high alarm waits as long, and longer each time..."""
AGAIN_AFTER_MAX = timedelta(hours=1)
"""...up to this. It is never given up, and a centre that never accepts is not flooded."""


class Why(StrEnum):
    """What a receiver was told for."""

    RAISED = "raised"
    """It is the first of the chain."""
    UNANSWERED = "unanswered"
    """No system of those before has answered."""
    UNACCEPTED = "unaccepted"
    """Nobody has accepted."""
    STARTED = "started"
    """The gateway started, and of those who were told before nobody is left."""


@dataclass(frozen=True, slots=True)
class Target:
    """One receiver of a chain."""

    receiver: str
    after: timedelta | None = None
    """Told when nobody has accepted for so long since the one before was told; None: together with
    the one before."""


Chain = tuple[Target, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A receiver that was told of an alarm, when first and why."""

    receiver: str
    at: datetime
    why: Why
    answered_at: datetime | None = None
    """When its system first answered."""


def together(chain: Chain, place: int) -> Chain:
    """The target at a place, and those that are told together with it; empty for an empty chain."""
    if not chain:
        return ()
    first, *rest = chain[place % len(chain) :]
    alone = next((n for n, target in enumerate(rest) if target.after is not None), len(rest))
    return (first, *rest[:alone])


def is_through(chain: Chain, place: int) -> bool:
    """Whether everyone in it was told, once or as often as the others."""
    return not chain or (place > 0 and place % len(chain) == 0)


def wait_at(chain: Chain, place: int) -> timedelta:
    """How long the target at a place waits for those before it.

    A place before which nobody was told, or at a target that is told together with the one before,
    waits for nothing: a chain that was changed on the way may stand there.
    """
    if place and is_through(chain, place):
        times = place // len(chain)
        longer = AGAIN_AFTER * (1 << min(times - 1, 16))
        return max(chain[-1].after or AGAIN_AFTER, min(longer, AGAIN_AFTER_MAX))
    return (chain[place % len(chain)].after if place else None) or timedelta(0)


def place_of(chain: Chain, told: Sequence[Told]) -> int:
    """How far those who were told reach into a chain without a gap."""
    names = {one.receiver for one in told}
    return next((n for n, t in enumerate(chain) if t.receiver not in names), len(chain))
