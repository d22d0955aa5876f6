"""When to try to connect again: what waits decides, and what is urgent ends the pause. Pure.

Jitter spreads homes that were cut off together over half of each pause.
"""

from __future__ import annotations

from enum import Enum
from random import Random

from heimvakt.core.uplink import Waits

FIRST_S = 0.5
CAPS_S = {Waits.NOTHING: 30.0, Waits.SOMETHING: 5.0, Waits.HIGH: 1.0}
"""An alarm that waits when a broker comes back is to be there within 2 s, also after hours; where
nothing waits a longer pause spares the broker and the data volume of a mobile path."""
UNWELCOME_S = 5.0
"""The least cap where the far end is there and does not want us: trying each second would cost it
and us a handshake of TLS each time, and only a person can mend it."""
HURRIED_S = 1.0
"""One hurried attempt in so long: a storm of alarms must not hammer."""


class Failure(Enum):
    """What kind of failure the last attempt was."""

    AWAY = "away"
    """Nobody answered, or the connection was lost."""
    UNWELCOME = "unwelcome"
    """The far end refused us, or what we sent."""


class Backoff:
    """The pauses of one session. Times are seconds on any clock that never goes back."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._waits = Waits.SOMETHING
        self._failures = 0
        self._kind = Failure.AWAY
        self._since = float("-inf")
        self._share = 1.0
        self._hurry = False
        self._hurried_at = float("-inf")

    def pressing(self, what: Waits) -> None:
        """What waits from now on; a pause that has begun ends earlier or later for it."""
        self._waits = what

    def hurry(self) -> None:
        """End this pause, or the one after the attempt that is being made."""
        self._hurry = True

    def failed(self, kind: Failure, now: float) -> None:
        """Another attempt came to nothing."""
        self._failures += 1
        self._kind = kind
        self._since = now
        self._share = self._chance.uniform(0.5, 1.0)

    def stood(self) -> None:
        """The connection stood long enough to call it one."""
        self._failures = 0

    def connected(self) -> None:
        """There is nothing to hurry for any more."""
        self._hurry = False

    def next_at(self) -> float:
        """When to make the next attempt."""
        planned = self._since + self._pause_s()
        if not self._hurry:
            return planned
        return min(planned, max(self._since, self._hurried_at + HURRIED_S))

    def attempt(self, now: float) -> None:
        """An attempt is made now."""
        if self._hurry and now < self._since + self._pause_s():
            self._hurried_at = now
        self._hurry = False

    def _pause_s(self) -> float:
        if not self._failures:
            return 0.0
        cap = CAPS_S[self._waits]
        if self._kind is Failure.UNWELCOME:
            cap = max(cap, UNWELCOME_S)
        return self._share * min(cap, FIRST_S * 2.0 ** min(self._failures - 1, 10))
