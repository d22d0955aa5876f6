"""When an alarm that nobody has answered for is sent again. Pure: time comes in as a number."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Promise 4: 30 s apart 16 times, then every 10 minutes, never given up."""

    first_s: float = 30.0
    first_times: int = 16
    later_s: float = 600.0

    def wait_s(self, attempts: int) -> float:
        """How long to wait for an answer after so many attempts."""
        return self.first_s if attempts <= self.first_times else self.later_s


@dataclass(slots=True)
class _Sent:
    revision: int
    attempts: int
    next_at: float


class Resending:
    """What was sent to one receiver and has no answer yet."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._sent: dict[str, _Sent] = {}

    def __len__(self) -> int:
        return len(self._sent)

    def is_due(self, alarm_id: str, revision: int, now: float) -> bool:
        """Whether this revision must go out now: never sent, or long without an answer."""
        sent = self._sent.get(alarm_id)
        return sent is None or sent.revision < revision or sent.next_at <= now

    def attempts(self, alarm_id: str, revision: int) -> int:
        """How often this revision was sent."""
        sent = self._sent.get(alarm_id)
        return sent.attempts if sent is not None and sent.revision == revision else 0

    def sent(self, alarm_id: str, revision: int, now: float) -> None:
        """It was sent just now, and nobody has answered."""
        attempts = self.attempts(alarm_id, revision) + 1
        self._sent[alarm_id] = _Sent(revision, attempts, now + self._schedule.wait_s(attempts))

    def answered(self, alarm_id: str, revision: int) -> None:
        """The receiver has it: there is nothing more to send, unless it has changed since."""
        sent = self._sent.get(alarm_id)
        if sent is not None and sent.revision <= revision:
            del self._sent[alarm_id]

    def keep(self, waiting: Set[str]) -> None:
        """Forget all but those that still wait."""
        self._sent = {i: sent for i, sent in self._sent.items() if i in waiting}

    def next_after(self, now: float) -> float | None:
        """When the next one will be due that is not yet."""
        return min((s.next_at for s in self._sent.values() if s.next_at > now), default=None)
