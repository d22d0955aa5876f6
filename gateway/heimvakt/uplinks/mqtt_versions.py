"""Which version of MQTT to try with a broker: 5, and 3.1.1 where there is no 5. Pure.

A broker of old may refuse 5 with a word (`refused`), but one that misreads the greeting says
nothing or hangs up (`silent`), which a dead network does too. So silence changes the version only
when nothing is known of the broker, or when it goes on.
"""

from __future__ import annotations

from typing import Literal

Version = Literal["5", "3.1.1"]

SILENCES_MAX = 3
"""So many silent attempts in a row with a version that once worked are put down to the broker."""
TRY_5_AGAIN_S = 3600.0
"""A broker may have been renewed; asked at the first connection after this."""


class Versions:
    """What is known of one broker. Times are seconds on any clock that never goes back."""

    def __init__(self, only: Literal["auto", "5", "3.1.1"] = "auto") -> None:
        self._only = only
        self._next: Version = "3.1.1" if only == "3.1.1" else "5"
        self._worked: Version | None = None
        self._fell_back_at: float | None = None
        self._silences = 0

    def choose(self, now: float) -> Version:
        """The version for the next attempt."""
        fell_back = self._fell_back_at
        if self._only == "auto" and fell_back is not None and now - fell_back >= TRY_5_AGAIN_S:
            self._next, self._worked, self._fell_back_at = "5", None, None
        return self._next

    @property
    def settled(self) -> bool:
        """Whether it is known to work, so that silence is more likely the network's."""
        return self._only != "auto" or self._worked == self._next

    def worked(self, version: Version, now: float) -> None:
        """The broker answered and took us."""
        self._worked, self._next, self._silences = version, version, 0
        if version == "5":
            self._fell_back_at = None
        elif self._fell_back_at is None:
            self._fell_back_at = now

    def refused(self, version: Version) -> bool:
        """The broker said that it does not speak it; True if another is worth trying at once."""
        self._worked, self._silences = None, 0
        self._turn_from(version)
        return self._next != version and version == "5"

    def silent(self, version: Version) -> None:
        """It did not answer the greeting."""
        self._silences += 1
        if not self.settled or self._silences >= SILENCES_MAX:
            self._worked, self._silences = None, 0
            self._turn_from(version)

    def _turn_from(self, version: Version) -> None:
        if self._only == "auto":
            self._next = "3.1.1" if version == "5" else "5"
