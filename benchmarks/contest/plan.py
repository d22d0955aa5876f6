"""How much the contest measures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The numbers behind a contest; these are the short form."""

    kills: int = 3
    kill_events: int = 1_000
    """Fed while the line is down; the kill comes at a random moment of that."""
    kill_per_s: float = 200.0
    runs: int = 1
    """Of everything else, each with other random moments; those of a reconnect side by side."""
    hole_s: float = 20.0
    hole_per_s: float = 10.0
    records: tuple[int, ...] = (1_000,)
    """Events in a backlog; each size by itself."""
    rest_s: float = 5.0
    """How long the line stays down after a backlog was taken, and up to `more_s` longer."""
    down_s: float = 15.0
    """How long the line is down before a reconnect, and up to `more_s` longer."""
    more_s: float = 5.0
    """Nobody's pauses between two attempts are to fit by chance."""
    beside: int = 2
    """So many contestants at the same time where the processor counts; where they only wait, all
    do so together."""
    seed: int = 1
    """Of the random moments: the same for every contestant."""
