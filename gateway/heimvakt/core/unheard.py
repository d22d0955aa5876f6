"""When a connection on which everything is confirmed and nothing answered is left for another.

Pure. A broker may confirm what it brings to nobody. That cannot be told from a receiver that is
away, so the other addresses get a chance, at growing intervals: both are served, and neither is
harmed by much.
"""

from __future__ import annotations

FIRST_S = 25.0
"""The second telling of an alarm comes after 30 s; when that too was confirmed it is time."""
SAYS_SO = 5.0
"""As many times sooner where the far end itself says that it brings it to nobody: after 5 s."""
SAYS_SO_MOST_S = 10.0
"""And no later than that, however often: another address that is back must not be found only after
minutes. Asked after 1, 2, 4 and 8 s (`nobody`), it is left every 15 s then."""
MOST_S = 600.0


class Unheard:
    """Of one receiver. Times are seconds on any clock that never goes back."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}
        """By session: the first alarm that was confirmed on this connection and not answered."""
        self._patience_s = FIRST_S

    def lost(self, session: str) -> None:
        """The connection is gone."""
        self._since.pop(session, None)

    def heard(self) -> None:
        """The receiver has said something, whatever it was."""
        self._since.clear()
        self._patience_s = FIRST_S

    def confirmed(self, session: str, now: float, *, to_nobody: bool = False) -> bool:
        """The transport has confirmed an alarm, and may have said that it brings it to nobody;
        True: leave this connection for another address."""
        since = self._since.setdefault(session, now)
        sooner_s = min(self._patience_s / SAYS_SO, SAYS_SO_MOST_S)
        if now - since < (sooner_s if to_nobody else self._patience_s):
            return False
        self._since.pop(session)
        self._patience_s = min(2 * self._patience_s, MOST_S)
        return True
