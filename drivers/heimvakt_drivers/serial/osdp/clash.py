"""Whether two locks speak at one address: answers come that nobody asked for.

PURE.
"""

from __future__ import annotations

UNASKED_MAX, IN_TURN = 3, 20
"""So many answers that nobody asked for, and never so many between them that somebody did."""


class Clash:
    """At the address of one lock."""

    def __init__(self) -> None:
        self.known = False
        """Since it was told as there: what else is heard of it then is of no use."""
        self._unasked = self._in_turn = 0

    def answered(self) -> None:
        """It was asked, and has answered."""
        self._in_turn += 1
        if self._in_turn > IN_TURN:
            self._unasked = 0

    def unasked(self) -> bool:
        """An answer came that nobody waits for; whether that was one too many."""
        self._unasked += 1
        self._in_turn = 0
        if self._unasked < UNASKED_MAX:
            return False
        self.known = True
        return True

    def begins_anew(self) -> None:
        """The lock is given up, and tried again: what was counted is of no use any more."""
        self._unasked = 0
