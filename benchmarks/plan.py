"""How much is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The numbers behind a run."""

    events: int = 100
    """Presses for each host, at a pace."""
    per_s: float = 20.0
    """Presses a second in a block; each is followed by its release."""
    block: int = 25
    """Presses of one host before the next one has its turn."""
    starts: int = 3
    burst: int = 1000
    """Frames as fast as the line takes them."""
    bursts: int = 1
    """How often, for each host."""
    commits: int = 500
    with_peers: bool = True
    """Whether the bare loop and zigbee2mqtt are measured too."""
    with_zigbee2mqtt: bool = True
