"""What of the outbox is known here, and when the store must be read again. Pure.

Rows are read in pages, the most urgent first. What was written since goes out without being read
where that keeps the order; else it is found in its turn.
"""

from __future__ import annotations

from collections.abc import Sequence

from .alarms import Priority
from .ledger import Waiting
from .outgoing import Order

PAGE = 200
"""Rows that are read at once."""
TRACKED_MAX = 2_000
"""Read, and not answered; the rest waits in the store until some are."""
OFFERED_MAX = 2 * TRACKED_MAX
"""With those that were raised since and go before what was read. When a high one comes that is one
too many, the one that is last in order is left to the store."""

_LAST: Order = (1_000, 0)


class Paging:
    """The pages of one receiver."""

    def __init__(self) -> None:
        self.more = True
        """There may be rows in the store from the horizon on."""
        self._horizon: Order = (-1, 0)
        """All rows before this were read."""
        self._reading = False
        self._left = False
        """A row was left in the store while it was being read."""
        self._answered: dict[str, int] = {}
        """While it was being read."""

    def takes(self, row: Waiting, tracked: int) -> bool:
        """Whether a row that was written just now may go out without being read; else it is left in
        the store. A high one always may."""
        in_order = (row.urgency, row.number) < self._horizon and tracked < OFFERED_MAX
        if in_order or row.urgency == Priority.HIGH.rank:
            return True
        self.leave(row)
        return False

    def leave(self, row: Waiting) -> None:
        """This row is known here no longer, or not yet: it is found in the store in its turn."""
        self._horizon = min(self._horizon, (row.urgency, row.number))
        self.more = self._left = True

    def wants(self, tracked: int) -> int | None:
        """How many rows should be read now; None if none."""
        if self._reading or not self.more or tracked + PAGE > TRACKED_MAX:
            return None
        self._reading, self._left = True, False
        self._answered.clear()
        return tracked + PAGE

    def read(self, rows: Sequence[Waiting], asked: int) -> list[Waiting]:
        """What the store gave when so many were wanted; returns those that still wait."""
        self._reading = False
        full = len(rows) >= asked
        self.more = full or self._left
        self._horizon = (rows[-1].urgency, rows[-1].number) if full else _LAST
        return [row for row in rows if self._answered.get(row.alarm_id, -1) < row.revision]

    def unread(self) -> None:
        """The store gave nothing: it has to be asked again."""
        self._reading = False

    def answered(self, alarm_id: str, revision: int) -> None:
        """The receiver has this revision: a page that is being read may have its row still."""
        if self._reading:
            self._answered[alarm_id] = revision
