"""What each mode keeps back, for how long it lasts, and what sets it: the table, and its limits.

Pure values. A home may choose within them: a kind of alarm that is not in `MAY_REST` is kept back
by nothing, and a mode that nobody ends ends by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from .events import Mode, Press

MAY_REST = frozenset(
    {
        "night-wandering",
        "night-door",
        "left-home",
        "bed-exit",
        "not-up",
        "door-open",
        "inactivity",
        "bathroom-stay",
    }
)
"""Kinds of alarms about where somebody is and how he moves. A press, a fall, a danger, a dose, a
lock, an order and whatever the gateway says of itself are not among them, and never may be."""

BY_ITS_RULE = frozenset({"custom"})
"""Kinds of alarms that rest where their own rule says so, and are in the list of no mode: what a
home has made up nobody else can judge."""

_WHERE_HE_IS = frozenset({"bed-exit", "not-up", "inactivity", "bathroom-stay"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ModePlan:
    """One mode in a home."""

    suppresses: frozenset[str] = frozenset()
    """Kinds of alarms that are kept back while it lasts."""
    lasting: timedelta
    """It ends after this, where nothing else was said."""
    button: str | None = None
    """A press of `press` on this button sets it, and ends it; that press calls nobody."""
    press: Press = Press.LONG
    locks: frozenset[str] = frozenset()
    """A visit: opening one of these with a tag or a code begins it."""


AT_MOST: Mapping[Mode, timedelta] = {
    Mode.AWAY: timedelta(days=31),
    Mode.VISIT: timedelta(hours=4),
    Mode.PRIVACY: timedelta(hours=8),
    Mode.SERVICE: timedelta(hours=4),
}
"""Whatever was asked for. A mode that was forgotten must not leave a home unwatched; that somebody
is away ends with the first sign of him besides."""

PLANS: Mapping[Mode, ModePlan] = {
    Mode.AWAY: ModePlan(suppresses=_WHERE_HE_IS | {"night-wandering"}, lasting=timedelta(days=3)),
    Mode.VISIT: ModePlan(
        suppresses=_WHERE_HE_IS | {"night-wandering", "left-home"}, lasting=AT_MOST[Mode.VISIT]
    ),
    Mode.PRIVACY: ModePlan(
        # What these live on is not taken meanwhile: they could only be wrong.
        suppresses=_WHERE_HE_IS | {"night-wandering"},
        lasting=timedelta(hours=2),
    ),
    Mode.SERVICE: ModePlan(lasting=AT_MOST[Mode.SERVICE]),
}
"""Where the file of the home says nothing. At home nothing rests."""
