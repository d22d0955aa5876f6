"""Whose turn it is among the alarms on their way to one receiver, and when to look at the others.

Pure. What is fresh goes before all that have waited; the others have their turn by priority, then
age by number. What was looked at and waits for something is looked at again when its time comes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from heapq import heapify, heappop, heappush

from .outgoing import Order, Outgoing
from .paging import PAGE

LOOK_MAX = 20
"""Rows without room that are looked at before the others are left for another time."""


class Turns:
    """Of one receiver."""

    def __init__(self, outs: Mapping[str, Outgoing]) -> None:
        """`outs`: all that wait, by the id of the alarm; looked at and never changed here."""
        self.now = 0.0
        self._outs = outs
        self._fresh: list[tuple[Order, str]] = []
        self._ready: list[tuple[Order, str]] = []
        """Heaps of those that may have something to send now: what is fresh, and the others."""
        self._aging: deque[tuple[float, str]] = deque()
        """Until when which are fresh: as many as can be raised in a minute."""
        self._due: list[tuple[float, str]] = []
        """A heap of when to look at the others."""

    @property
    def waiting(self) -> bool:
        """Whether any may have something to send now."""
        return bool(self._fresh or self._ready)

    def ages(self, out: Outgoing) -> None:
        """It is fresh until its time."""
        self._aging.append((out.fresh_until, out.row.alarm_id))

    def look_at(self, out: Outgoing) -> None:
        """It may have something to send."""
        if out.ready_as is None:
            out.ready_as, out.due_at = out.order(self.now), None
            heap = self._fresh if out.is_fresh(self.now) else self._ready
            heappush(heap, (out.ready_as, out.row.alarm_id))

    def wake_at(self, out: Outgoing, at: float) -> None:
        """It has nothing to send until then."""
        if out.ready_as is not None:
            return
        out.due_at = at
        heappush(self._due, (at, out.row.alarm_id))
        if len(self._due) > 4 * len(self._outs) + PAGE:  # mostly of alarms that were answered
            self._due = [each for each in self._due if self._is_due(*each)]
            heapify(self._due)

    def pass_to(self, now: float) -> None:
        """Time has passed: some are due, and some are fresh no longer."""
        while self._due and self._due[0][0] <= now:
            at, alarm_id = heappop(self._due)
            if self._is_due(at, alarm_id):
                self.look_at(self._outs[alarm_id])
        self.now = now
        while self._aging and self._aging[0][0] <= now:
            out = self._outs.get(self._aging.popleft()[1])
            if out is not None and out.ready_as not in (None, out.order(now)):
                out.ready_as = None  # it takes its place among those that have waited
                self.look_at(out)

    def serve(self, place: Callable[[Outgoing], bool]) -> None:
        """Let each have its turn; `place` says whether it is served, and it stays if not."""
        self._serve(self._fresh, place)
        self._serve(self._ready, place)

    def times(self) -> list[float]:
        """When to look again if nothing happens."""
        while self._due and not self._is_due(*self._due[0]):
            heappop(self._due)
        times = [self._due[0][0]] if self._due else []
        if self._fresh and self._aging:
            times.append(self._aging[0][0])
        return times

    def _serve(self, heap: list[tuple[Order, str]], place: Callable[[Outgoing], bool]) -> None:
        blocked: list[Outgoing] = []
        while heap and len(blocked) < LOOK_MAX:
            order, alarm_id = heappop(heap)
            out = self._outs.get(alarm_id)
            if out is None or out.ready_as != order:
                continue  # answered since, or in another place
            out.ready_as = None
            if not place(out):
                blocked.append(out)
        for out in blocked:
            self.look_at(out)

    def _is_due(self, at: float, alarm_id: str) -> bool:
        out = self._outs.get(alarm_id)
        return out is not None and out.due_at == at
