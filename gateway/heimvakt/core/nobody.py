"""Whether anybody hears what goes out on a session, as its far end says. Pure.

A broker that has come back takes messages for a receiver that has not come back yet, and may say
that it brings them to nobody. Then one message at a time asks again, ever more seldom; with the
first that somebody hears, the others go.
"""

from __future__ import annotations

FIRST_S = 1.0
"""A receiver whose broker has come back is there again within seconds."""
MOST_S = 30.0
"""As seldom as promise 4 tells an alarm again that nobody answers."""


class Nobody:
    """Of one kind of message on one connection."""

    def __init__(self) -> None:
        self._times = 0
        """In a row."""
        self._again_at = float("-inf")

    def said(self, now: float) -> None:
        """What was sent is brought to nobody. What was sent with it says nothing more."""
        if now < self._again_at:
            return
        self._again_at = now + min(FIRST_S * 2.0 ** min(self._times, 10), MOST_S)
        self._times += 1

    def heard(self) -> None:
        """Somebody hears."""
        self._times, self._again_at = 0, float("-inf")

    def lets_ask(self, under_way: int, now: float) -> bool:
        """Whether a message may go, with so many of its kind under way."""
        return not self._times or (not under_way and self._again_at <= now)

    def asks_at(self, now: float) -> float | None:
        """When the next may go that is held back; None if none is, or news will tell."""
        return self._again_at if self._again_at > now else None
