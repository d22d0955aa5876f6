"""How long to wait for an answer before an alarm is sent again. Pure: chance is passed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

FORGOTTEN_S = 5.0
"""What a broker takes after it has forgotten us goes to it again so long after it came back: the
receiver that is to fetch it there is forgotten as well, and what comes before it is back goes to
nobody, of which only MQTT 5 tells (`nobody`)."""


class Chance(Protocol):
    """What the core needs of `random.Random`."""

    def uniform(self, a: float, b: float, /) -> float:
        """Any number from a to b."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Promise 4: 30 s apart 16 times, then every 10 minutes."""

    first_s: float = 30.0
    first_times: int = 16
    later_s: float = 600.0
    jitter: float = 0.1
    """Of the later ones: homes that were cut off together shall not speak together for ever."""

    def wait_s(self, attempts: int, chance: Chance) -> float:
        """How long to wait for an answer after so many attempts."""
        if attempts <= self.first_times:
            return self.first_s
        return self.later_s * chance.uniform(1 - self.jitter, 1 + self.jitter)
