"""One batch of reports that was read, and what became of it so far. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .ledger import Stored
from .reports import ReportClass


@dataclass(slots=True)
class Batch:
    """All that is known of it; the events themselves are read again when it goes again."""

    of: ReportClass
    first: int
    last: int
    rows: int
    size: int
    session: str = ""
    ticket: int = 0
    """0: neither under way nor confirmed."""
    confirmed: bool = False
    answered: bool = False
    tries: int = 0
    """Confirmed by the transport."""
    again_at: float = 0.0
    is_bad: bool = False
    """No message can say it: it is halved until the event is found that is at fault."""

    @property
    def batch_id(self) -> str:
        """As the receiver's receipt names it."""
        return f"{self.of}-{self.first}-{self.last}"

    @classmethod
    def of_events(cls, of: ReportClass, stored: Sequence[Stored]) -> Batch:
        """One that was just read."""
        return cls(of, stored[0].seq, stored[-1].seq, len(stored), _size(stored))

    def shorten(self, stored: Sequence[Stored]) -> Batch | None:
        """Make it as long as these, its first events; returns what is left of it, if anything is,
        as a batch of its own."""
        last = stored[-1].seq
        if len(stored) >= self.rows or last >= self.last:
            return None
        rows, size = len(stored), _size(stored)
        rest = Batch(self.of, last + 1, self.last, self.rows - rows, self.size - size)
        self.last, self.rows, self.size, self.tries, self.is_bad = last, rows, size, 0, False
        return rest


def _size(stored: Sequence[Stored]) -> int:
    return sum(len(event.body) for event in stored)
