"""Decide in memory what comes while a commit hangs: a call for help must not wait for the disk, and
also not for what was there before it when the disk died.

What was decided so keeps its turn: it is committed behind what hangs, before anything else and in
the order in which it was decided, so that the same alarms get the same numbers. See ADR 8.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from heimvakt.core.state import State

from .deciding import Committed, Decided, Standing
from .inbox import BATCH_MAX, Inbox, Taken

AHEAD_MAX = 300
"""Events; some minutes of a busy home. With what hangs they stay below the numbers that the store
has reserved early (`store.sequence`), so that no number is told that could be used twice."""
FOR_URGENT = 100
"""The last of them: a storm of other events must not use up what a press needs."""


class Ahead:
    """What was decided and is not committed, beyond the batch that the pipeline holds."""

    def __init__(
        self,
        inbox: Inbox,
        decide: Callable[[Standing, Sequence[Taken]], Decided],
        tell: Callable[[Sequence[Committed]], None],
    ) -> None:
        """`tell` is called with what was decided and cannot be committed."""
        self._inbox = inbox
        self._decide = decide
        self._tell = tell
        self._queue: deque[Taken] = deque()
        self._standing: Standing | None = None
        """After all that was decided, while a commit hangs."""
        self.hangs = asyncio.Event()
        """A commit does, now."""

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def state(self) -> State | None:
        """Of the home after all that was decided; None: a commit is on its way as it should be."""
        return None if self._standing is None else self._standing.state

    def begin(self, held: Sequence[Taken], decided: Decided) -> None:
        """The commit of what was held hangs: tell it, and go on without the disk."""
        self._owe(held)
        decided.transaction.owed = True
        self._tell(decided.committed)
        self._standing = decided.then
        if self._queue:  # it hung before, and is tried anew: those who hear of it know its numbers
            self._go_on(tuple(self._queue))
        self.hangs.set()
        self.look()

    def look(self) -> None:
        """Something was handed over; it is looked at while a commit hangs."""
        while self._standing is not None and len(self._queue) < AHEAD_MAX:
            is_short = len(self._queue) >= AHEAD_MAX - FOR_URGENT
            batch = self._inbox.urgent_at_once() if is_short else self._inbox.at_once()
            if not batch:
                return
            self._queue.extend(batch)
            self._go_on(batch)

    def end(self) -> None:
        """The commit hangs no more."""
        self._standing = None
        self.hangs.clear()

    def next_batch(self) -> list[Taken]:
        """What has to be committed before anything new; empty: nothing has."""
        return [self._queue.popleft() for _ in range(min(len(self._queue), BATCH_MAX))]

    def _go_on(self, batch: Sequence[Taken]) -> None:
        assert self._standing is not None
        self._owe(batch)
        decided = self._decide(self._standing, batch)
        self._standing = decided.then
        self._tell(decided.committed)

    def _owe(self, batch: Sequence[Taken]) -> None:
        for taken in batch:
            taken.owed = True
