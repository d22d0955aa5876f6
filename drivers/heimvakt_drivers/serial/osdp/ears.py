"""What is heard of one lock, and what that says about why it is not reached.

PURE. Times are those that the shell gives.
"""

from __future__ import annotations

from .clash import Clash
from .frames import Code, Frame
from .reasons import CLASH, why_not


class Ears:
    """For one lock, over all tries to reach it."""

    def __init__(self, now: float) -> None:
        self.heard_at = now
        """When the last frame came that was right."""
        self.mute = False
        """When it was tried last nothing at all was heard of it."""
        self.clash = Clash()
        self._tried_at = now
        self._last: Frame | None = None
        self._damaged = False

    @property
    def heard_any(self) -> bool:
        """In this try."""
        return self._last is not None

    @property
    def refused(self) -> bool:
        """Whether it said so last, under its key: nobody else can have said it."""
        last = self._last
        return last is not None and last.code == Code.NAK and last.secured

    def answered(self, frame: Frame, now: float) -> None:
        """It was asked, and has answered."""
        self.heard_at = now
        self.mute = False
        self._last = frame
        self.clash.answered()

    def damaged(self) -> None:
        """It was asked, and no whole frame came."""
        self._damaged = True

    def tried(self, now: float) -> None:
        """A try to reach it begins."""
        self._tried_at = now

    def given_up(self) -> None:
        """The try has failed, or what it had led to is over."""
        self.mute = self.heard_at < self._tried_at
        self._damaged, self._last = False, None
        self.clash.begins_anew()

    def forgive(self, gap: float) -> None:
        """This process stood still for so long: that is no silence of the lock."""
        self.heard_at += gap
        self._tried_at += gap

    def why_not(self, wrote: Frame | None) -> str:
        """Why it is not reached, after `wrote` was the last that it was asked."""
        return CLASH if self.clash.known else why_not(self._last, wrote, damaged=self._damaged)
