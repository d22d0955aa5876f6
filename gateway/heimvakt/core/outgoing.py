"""One alarm without an answer: what was sent of it, and where it should be by now. Pure.

A high alarm goes on every path that stands. Anything else goes on the first, and on the next one as
well when that is silent: when the transport does not confirm, or the receiver does not answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .alarms import Priority
from .ledger import Waiting
from .sessions import TROUBLE_S, Kind, Session, Sessions

FRESH_S = 60.0
"""A high alarm that was written so short a time ago goes before those that have waited."""
CONFIRM_S = 1.0
"""A medium alarm that the transport has not confirmed for so long goes on the next path as well."""
ANSWER_S = 20.0
"""Promise 4: an alarm that nobody has answered for so long goes on the next path as well."""

Order = tuple[int, int]
"""Priority, then age by number; before all of them what is fresh, the newest first."""
_BEFORE_ALL = -1


@dataclass(slots=True)
class Copy:
    """What was sent of an alarm on one session."""

    revision: int
    ticket: int
    confirmed: bool = False


@dataclass(slots=True)
class Outgoing:
    """All that is known of it."""

    row: Waiting
    copies: dict[str, Copy] = field(default_factory=dict)
    """By session, of this attempt or still under way."""
    attempts: int = 0
    """Of this revision; one attempt may have a copy on each session."""
    began_at: float | None = None
    """This attempt; None: the next one has not begun."""
    is_counted: bool = False
    """A copy of this attempt went out."""
    next_at: float = 0.0
    """The next attempt."""
    fresh_until: float = float("-inf")
    """Till then it goes before all that have waited."""
    ready_as: Order | None = None
    """It is to be looked at in its turn, which is this."""
    due_at: float | None = None
    """Else it is to be looked at then."""
    unheard: set[str] = field(default_factory=set)
    """Sessions whose far end brought it to nobody."""

    def order(self, now: float) -> Order:
        """Its place among the others."""
        if self.is_fresh(now):
            return _BEFORE_ALL, -self.row.number
        return self.row.urgency, self.row.number

    def kind(self, now: float) -> Kind:
        """How it is treated on the wire."""
        if self.is_fresh(now):
            return Kind.FRESH
        return Kind.HIGH if self.is_high else Kind.ALARM

    def is_fresh(self, now: float) -> bool:
        """Whether nothing that has waited may keep it waiting."""
        return self.is_high and now < self.fresh_until

    @property
    def is_high(self) -> bool:
        """Whether somebody may be in danger now."""
        return self.row.urgency == Priority.HIGH.rank

    @property
    def is_confirmed(self) -> bool:
        """Whether some transport has taken it as it is now."""
        return any(c.confirmed and c.revision == self.row.revision for c in self.copies.values())

    def changed(self, row: Waiting) -> Outgoing:
        """It begins anew with this revision; what is under way of the older one still is."""
        return Outgoing(row, {name: c for name, c in self.copies.items() if not c.confirmed})

    def forget_attempt(self) -> None:
        """The next attempt comes; what is still under way need not go again."""
        self.copies = {name: copy for name, copy in self.copies.items() if not copy.confirmed}
        self.began_at, self.is_counted = None, False

    def begin(self, now: float, wait_s: float) -> None:
        """This attempt begins, and the next one comes after so long."""
        self.began_at, self.next_at = now, now + wait_s

    def wanted(self, sessions: Sessions, now: float) -> list[Session]:
        """Where it should go now."""
        if self.is_high:
            return [s for s in sessions.standing() if s.name not in self.copies]
        missing = self._paths_due(now) - self._paths_taken()
        wanted: list[Session] = []
        for session in sessions.usable(self._patience_s, now):
            if missing <= 0:
                break
            copy = self.copies.get(session.name)
            if copy is None:
                wanted.append(session)
                missing -= 1
            elif copy.revision != self.row.revision and not session.is_stalled(
                self._patience_s, now
            ):
                missing -= 1  # the older one is through in a moment, and this follows it
        return wanted

    def next_step(self, paths: int, now: float) -> float:
        """When it should be looked at if nothing happens."""
        if self.began_at is None or self.is_high or self._paths_taken() >= paths:
            return self.next_at
        began_at = self.began_at
        steps = [ANSWER_S] if self.is_confirmed else [ANSWER_S, self._patience_s]
        nexts = (began_at + step * (_whole(now - began_at, step) + 1) for step in steps)
        return min(self.next_at, *nexts)

    @property
    def _patience_s(self) -> float:
        return CONFIRM_S if self.row.urgency <= Priority.MEDIUM.rank else TROUBLE_S

    def _paths_due(self, now: float) -> int:
        """On how many paths it should be by now."""
        if self.began_at is None:
            return 1
        waited_s = now - self.began_at
        silent = 0 if self.is_confirmed else _whole(waited_s, self._patience_s)
        return 1 + max(silent, _whole(waited_s, ANSWER_S))

    def _paths_taken(self) -> int:
        return sum(copy.revision == self.row.revision for copy in self.copies.values())


def _whole(waited_s: float, step_s: float) -> int:
    """How often a step fits into a time, where the last one may be short by a rounding."""
    return int(waited_s / step_s + 1e-6)
