"""Whose turn it is to be sent to one receiver, and when the outbox must be read again.

Pure: rows and times come in, rows to be sent come out. Order is priority, then age. What is most
urgent has room of its own and stands behind nothing; what was raised just now goes out without
being read from the disk where that does not change the order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from heimvakt.core.alarms import Priority
from heimvakt.core.ledger import Waiting

from .resending import Resending, Schedule

IN_FLIGHT_MAX = 20
"""Sent and not confirmed by the transport at one time, without those of the highest priority."""
URGENT_IN_FLIGHT_MAX = 200
PAGE = 200
"""Rows that are read at once."""
UNANSWERED_MAX = 2_000
"""Sent and not answered by the receiver; the rest waits in the store until some are."""


class Turns:
    """The rows of one receiver that were read and wait for room, and those that are under way."""

    def __init__(self, schedule: Schedule) -> None:
        self._resending = Resending(schedule)
        self._fresh: dict[str, Waiting] = {}
        self._page: deque[Waiting] = deque()
        self._under_way: dict[str, Waiting] = {}
        self._changed: set[str] = set()
        """Of those under way, what has a newer revision in the outbox."""
        self._answered: dict[str, int] = {}
        """Since the page was read: its rows may be there still."""
        self._more = True
        """There may be rows in the outbox that neither the page nor `_resending` has."""
        self._stale = True
        self._wake_at: float | None = None

    def offer(self, row: Waiting) -> bool:
        """A row that was written just now; whether it can go out without being read."""
        in_order = row.urgency == Priority.HIGH.rank or not (self._page or self._more)
        if not in_order or len(self._fresh) >= PAGE:
            self._stale = True  # it is found in the outbox in its turn
            return False
        self._fresh[row.alarm_id] = row
        return True

    def miss(self) -> None:
        """There is a new row that was not offered."""
        self._stale = True

    def wants(self, now: float) -> int | None:
        """How many rows should be read from the outbox now; None if none."""
        if self._wake_at is not None and now >= self._wake_at:
            self._stale = True
        room_for_more = len(self._resending) + PAGE <= UNANSWERED_MAX
        if not self._stale and not (self._more and not self._page and room_for_more):
            return None
        self._answered.clear()
        return min(len(self._resending) + PAGE, UNANSWERED_MAX)

    def read(self, rows: Sequence[Waiting], asked: int, now: float) -> None:
        """What the outbox gave when `asked` rows were wanted."""
        self._stale = False
        self._more = len(rows) >= asked
        if not self._more:
            self._resending.keep({row.alarm_id for row in rows})
        self._page = deque(row for row in rows if self._is_due(row, now))

    def start(self, now: float) -> list[Waiting]:
        """Those whose turn it is; they are under way from now on."""
        started: list[Waiting] = []
        for row in sorted(self._fresh.values(), key=lambda row: (row.urgency, row.number)):
            if self._has_room(row.urgency):
                self._go(row, now, started)
            else:
                self._stale = True
        self._fresh.clear()
        while self._page and self._has_room(self._page[0].urgency):
            self._go(self._page.popleft(), now, started)
        return started

    def attempts(self, row: Waiting) -> int:
        """How often it was sent."""
        return self._resending.attempts(row.alarm_id, row.revision)

    def sent(self, row: Waiting, now: float) -> None:
        """The transport has confirmed it, or can never take it; nobody has answered."""
        self._under_way.pop(row.alarm_id, None)
        if row.alarm_id in self._changed:
            self._changed.remove(row.alarm_id)
            self._stale = True
        if self._answered.get(row.alarm_id, -1) < row.revision:
            self._resending.sent(row.alarm_id, row.revision, now)

    def answered(self, alarm_id: str, revision: int) -> None:
        """The receiver has this revision."""
        self._answered[alarm_id] = revision
        self._resending.answered(alarm_id, revision)

    def broken_off(self) -> None:
        """The connection is gone with all that was under way."""
        self._under_way.clear()
        self._changed.clear()
        self._stale = True

    def next_at(self, now: float) -> float | None:
        """When something will be due that is not yet; None if only news can tell."""
        self._wake_at = self._resending.next_after(now)
        return self._wake_at

    def _go(self, row: Waiting, now: float, started: list[Waiting]) -> None:
        if self._is_due(row, now):
            self._under_way[row.alarm_id] = row
            started.append(row)

    def _is_due(self, row: Waiting, now: float) -> bool:
        under_way = self._under_way.get(row.alarm_id)
        if under_way is not None:
            if under_way.revision < row.revision:
                self._changed.add(row.alarm_id)
            return False
        if self._answered.get(row.alarm_id, -1) >= row.revision:
            return False
        return self._resending.is_due(row.alarm_id, row.revision, now)

    def _has_room(self, urgency: int) -> bool:
        high = sum(row.urgency == Priority.HIGH.rank for row in self._under_way.values())
        if urgency == Priority.HIGH.rank:
            return high < URGENT_IN_FLIGHT_MAX
        return len(self._under_way) - high < IN_FLIGHT_MAX
