"""What is known of the connections to one receiver, one over each path, and which is to be used.

Pure: what was started, confirmed and lost comes in with its time; an order of use comes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from .pace import BATCH_BYTES_MIN, Allowance, batch_bytes, window_bytes
from .uplink import Line

ALARM_BYTES = 2_000
"""Reckoned for an alarm: two thirds of that as it is rendered, the rest for long evidence."""
OTHERS_MAX = 20
"""Alarms below high that are under way on one session."""
HIGH_MAX = 200
"""High alarms, likewise: a window of their own."""
TROUBLE_S = 5.0
"""Nothing was confirmed for so long though something is under way: what can goes elsewhere."""


class Kind(Enum):
    """What a message carries."""

    HIGH = "high"
    """A high alarm: it waits for nothing else and is exempt from caps."""
    ALARM = "alarm"
    REPORTS = "reports"


@dataclass(frozen=True, slots=True)
class _Load:
    kind: Kind
    size: int


class Session:
    """One connection, standing or not, and what is under way on it."""

    def __init__(
        self, name: str, *, carries_reports: bool = True, bytes_per_s_max: float | None = None
    ) -> None:
        self.name = name
        self.carries_reports = carries_reports
        self.standing = False
        self.line = Line()
        self._allowance = Allowance(bytes_per_s_max) if bytes_per_s_max else None
        self._loads: dict[int, _Load] = {}
        self._tickets = 0
        self._progress_at = 0.0

    @property
    def bytes_under_way(self) -> int:
        """Sent, and not confirmed by the transport."""
        return sum(load.size for load in self._loads.values())

    def stand(self) -> None:
        """A connection stands, and nothing is known of it yet."""
        self.standing = True
        self._loads.clear()

    def lose(self) -> None:
        """It is gone, with all that was under way."""
        self.standing = False
        self._loads.clear()

    def start(self, kind: Kind, size: int, now: float) -> int:
        """Something goes out now; returns the ticket to confirm it with."""
        if not self._loads:
            self._progress_at = now
        self._tickets += 1
        self._loads[self._tickets] = _Load(kind, size)
        if self._allowance and kind is not Kind.HIGH:
            self._allowance.use(size, now)
        return self._tickets

    def confirm(self, ticket: int, now: float) -> bool:
        """The transport has taken it; False if that was on a connection that is gone."""
        if self._loads.pop(ticket, None) is None:
            return False
        self._progress_at = now
        return True

    def carries(self, ticket: int) -> bool:
        """Whether it is under way on this connection."""
        return ticket in self._loads

    def stalled_at(self, patience_s: float) -> float | None:
        """When it counts as stalled if nothing is confirmed before; None: nothing is under way."""
        return self._progress_at + patience_s if self._loads else None

    def is_stalled(self, patience_s: float, now: float) -> bool:
        """Whether something is under way and nothing was confirmed for so long."""
        at = self.stalled_at(patience_s)
        return at is not None and at <= now

    def has_room(self, *, high: bool, now: float) -> bool:
        """Whether an alarm may go out now."""
        if high:
            return self._count(Kind.HIGH) < HIGH_MAX
        if self._allowance and self._allowance.for_alarms(now) <= 0:
            return False
        under_way = self.bytes_under_way
        fits = not under_way or under_way + ALARM_BYTES <= window_bytes(self.line)
        return fits and self._count(Kind.ALARM) < OTHERS_MAX

    def batch_bytes(self, now: float) -> int:
        """How long a batch of reports may go out now; 0 if none."""
        size = batch_bytes(self.line)
        if self._allowance:
            size = min(size, self._allowance.for_reports(now))
            if size < BATCH_BYTES_MIN:
                return 0
        under_way = self.bytes_under_way
        fits = not under_way or under_way + size <= window_bytes(self.line)
        return size if fits else 0

    def allowed_at(self, *, reports: bool, now: float) -> float | None:
        """When a cap that holds something back will not any more; None if it does not."""
        if self._allowance is None:
            return None
        if reports:
            missing = BATCH_BYTES_MIN - self._allowance.for_reports(now)
        else:
            missing = 1 - self._allowance.for_alarms(now)
        return now + self._allowance.wait_s(missing) if missing > 0 else None

    def _count(self, kind: Kind) -> int:
        return sum(load.kind is kind for load in self._loads.values())


class Sessions:
    """All that lead to one receiver, the one to be used first in front."""

    def __init__(self, sessions: Sequence[Session]) -> None:
        self._all = list(sessions)
        self._by_name = {session.name: session for session in sessions}

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Session]:
        return iter(self._all)

    def __getitem__(self, name: str) -> Session:
        return self._by_name[name]

    def prefer(self, names: Sequence[str]) -> None:
        """Use them in this order from now on; those that it does not name come last."""
        place = {name: n for n, name in enumerate(names)}
        self._all.sort(key=lambda session: place.get(session.name, len(place)))

    def standing(self) -> list[Session]:
        """Those that have a connection."""
        return [session for session in self._all if session.standing]

    def usable(self, patience_s: float, now: float) -> list[Session]:
        """Those that have a connection, with those last on which nothing moves."""
        return sorted(self.standing(), key=lambda s: s.is_stalled(patience_s, now))
