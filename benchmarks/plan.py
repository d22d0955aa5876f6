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
    quiet_s: float = 1.5
    """A host that has asked its radio nothing for so long has set up what it wanted."""
    rounds: int = 3
    """Of Zigbee alone: starts, presses and bursts of every host, one after the other."""
    starts: int = 3
    burst: int = 1000
    """Frames as fast as the line takes them."""
    bursts: int = 1
    """How often, for each host."""
    commits: int = 500
    with_peers: bool = True
    """Whether the bare loop and zigbee2mqtt are measured too."""
    with_zigbee2mqtt: bool = True
    records: tuple[int, ...] = (1_000, 10_000, 100_000)
    """Reports that wait for the broker; each size by itself."""
    presses: int = 20
    """While the broker is away, while the backlog drains, and when it has: so many of each."""
    away_s: float = 10.0
    """How long the broker is away with alarms waiting for it."""
    rtt_ms: float = 0.0
    """How far away the broker is, beyond loopback."""
    down_s: float = 60.0
    """How long the broker is away from a gateway that was connected."""
    idle_s: float = 120.0
    """How long a gateway in which nothing happens is watched."""
    week: int = 60_000
    """Events of seven days: more than the busiest home of the field recordings."""
    lives: int = 10
    """Sensors of each class that live and die, to see when they are told as silent."""
    days: int = 365
    """How long such a life is at most."""
