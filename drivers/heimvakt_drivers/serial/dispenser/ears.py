"""What was heard on the line and is still to be read, and waiting for more of it."""

from __future__ import annotations

import asyncio
from collections import Counter, deque

from .frame import Frame, Splitter

FRAMES_MAX = 16
"""Only one answer is ever waited for; the rest is noise, of which the oldest goes first."""


class Ears:
    """Of one line, for one task that waits."""

    def __init__(self, counted: Counter[str]) -> None:
        self._splitter = Splitter()
        self._counted = counted
        self._frames: deque[Frame] = deque(maxlen=FRAMES_MAX)
        self._some = asyncio.Event()
        self._deaf = False

    @property
    def deaf(self) -> bool:
        """The line is gone; what was heard before can still be read."""
        return self._deaf

    def hear(self, octets: bytes) -> None:
        """Take what came in; a plain call."""
        before = self._splitter.broken
        self._frames.extend(self._splitter.feed(octets))
        self._counted["frames-broken"] += self._splitter.broken - before
        self._some.set()

    def wake(self) -> None:
        """Let whoever waits look again."""
        self._some.set()

    def go_deaf(self) -> None:
        """Nothing more will come."""
        self._deaf = True
        self._some.set()

    def next(self) -> Frame | None:
        """The oldest frame that was not read yet."""
        return self._frames.popleft() if self._frames else None

    async def wait(self, until: float) -> None:
        """Return when something came, somebody called `wake`, or at `until` on the loop's clock."""
        if not self._some.is_set():
            timer = asyncio.get_running_loop().call_at(until, self._some.set)
            try:
                await self._some.wait()
            finally:
                timer.cancel()
        self._some.clear()
