"""What is known of the connections to one receiver, one over each path, and which is to be used.

Pure: what was started, confirmed and lost comes in with its time; an order of use comes out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from .nobody import Nobody
from .pace import BATCH_BYTES_MIN, ENVELOPE_BYTES, Allowance, Queue, batch_bytes, window_bytes
from .retry import FORGOTTEN_S
from .uplink import Line

ALARM_BYTES = 2_000
"""Reckoned for an alarm: two thirds of that as it is rendered, the rest for long evidence."""
OTHERS_MAX = 20
"""Alarms below high that are under way on one session."""
HIGH_MAX = 200
"""High alarms, likewise: a window of their own."""
FRESH_MAX = 4
"""High alarms that were raised just now, likewise, and whatever else is under way: places that no
older one takes. At 32 kB/s they are a quarter of a second of the wire."""
TROUBLE_S = 5.0
"""Nothing was confirmed for so long though something is under way: what can goes elsewhere."""


class Kind(Enum):
    """What a message carries."""

    FRESH = "fresh"
    """A high alarm that was raised just now: it waits for nothing else and is exempt from caps."""
    HIGH = "high"
    """A high alarm that has waited: one of thousands, perhaps. Exempt from caps."""
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
        self._stood = False
        """Before."""
        self.line = Line()
        self._allowance = Allowance(bytes_per_s_max) if bytes_per_s_max else None
        self._loads: dict[int, _Load] = {}
        self._counts: Counter[Kind] = Counter()
        self._tickets = 0
        self._progress_at = 0.0
        self._queue = Queue()
        self.bytes_under_way = 0
        """Sent, and not confirmed by the transport."""
        self.to_nobody = {False: Nobody(), True: Nobody()}
        """Alarms, and reports (True), which may have other readers."""
        self.forgot_until = float("-inf")
        """Till then nobody may be there yet to hear what is confirmed."""

    def stand(self, now: float = 0.0, *, remembers: bool = True) -> None:
        """A connection stands, and nothing is known of it yet. A far end that does not remember the
        one before may have forgotten the receiver as well."""
        forgot = self._stood and not remembers
        self.forgot_until = now + FORGOTTEN_S if forgot else float("-inf")
        self.standing = self._stood = True
        self._empty()

    def lose(self) -> None:
        """It is gone, with all that was under way."""
        self.standing = False
        self._empty()

    def start(self, kind: Kind, size: int, now: float) -> int:
        """Something goes out now; returns the ticket to confirm it with."""
        if not self._loads:
            self._progress_at = now
        self._tickets += 1
        self._loads[self._tickets] = _Load(kind, size)
        self._counts[kind] += 1
        self.bytes_under_way += size
        self._queue.put(size, self.line, now)
        if self._allowance and kind not in (Kind.FRESH, Kind.HIGH):
            self._allowance.use(size, now)
        return self._tickets

    def confirm(self, ticket: int, now: float) -> bool:
        """The transport has taken it; False if that was on a connection that is gone."""
        load = self._loads.pop(ticket, None)
        if load is None:
            return False
        self._counts[load.kind] -= 1
        self.bytes_under_way -= load.size
        self._queue.is_at_most(self.bytes_under_way, self.line, now)
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

    def has_room(self, kind: Kind, now: float) -> bool:
        """Whether an alarm may go out now."""
        count = self._counts[kind]
        match kind:
            case Kind.FRESH:
                return count < FRESH_MAX or (count < HIGH_MAX and self._fits(ALARM_BYTES, now))
            case Kind.HIGH:
                # One of them goes beside fresh ones, however many of those come.
                only_fresh = len(self._loads) == self._counts[Kind.FRESH]
                return count < HIGH_MAX and (only_fresh or self._fits(ALARM_BYTES, now))
            case _:
                if self._allowance and self._allowance.for_alarms(now) <= 0:
                    return False
                return count < OTHERS_MAX and self._fits(ALARM_BYTES, now)

    def lets_ask(self, *, reports: bool, now: float) -> bool:
        """Whether somebody hears what goes out, or it is time to see."""
        of_reports = self._counts[Kind.REPORTS]
        under_way = of_reports if reports else len(self._loads) - of_reports
        return self.to_nobody[reports].lets_ask(under_way, now)

    def batch_bytes(self, now: float) -> int:
        """How many bytes of events may go out now in a batch of reports; 0 if none."""
        size = batch_bytes(self.line)
        if not self.lets_ask(reports=True, now=now):
            return 0
        if self._allowance:
            allowed = self._allowance.for_reports(now)
            if allowed < min(size, BATCH_BYTES_MIN):
                return 0
            size = min(size, allowed)
        return max(1, size - ENVELOPE_BYTES) if self._fits(size, now) else 0

    def allowed_at(self, *, reports: bool, now: float) -> float | None:
        """When a cap that holds something back will not any more; None if it does not."""
        if self._allowance is None:
            return None
        if reports:
            missing = BATCH_BYTES_MIN - self._allowance.for_reports(now)
        else:
            missing = 1 - self._allowance.for_alarms(now)
        return now + self._allowance.wait_s(missing) if missing > 0 else None

    def paced_at(self, *, reports: bool, now: float) -> float | None:
        """When what stands before the line has gone on far enough for the next; None: it has."""
        size = batch_bytes(self.line) if reports else ALARM_BYTES
        at = self._queue.takes_at(size, self.line)
        return at if self._loads and at > now else None

    def _fits(self, size: int, now: float) -> bool:
        """Whether the line takes it without a queue in front of it; a line that is idle does."""
        under_way = self.bytes_under_way
        if not under_way:
            return True
        fits = under_way + size <= window_bytes(self.line)
        return fits and self._queue.takes_at(size, self.line) <= now

    def _empty(self) -> None:
        self._queue = Queue()
        self.to_nobody = {False: Nobody(), True: Nobody()}
        self._loads.clear()
        self._counts.clear()
        self.bytes_under_way = 0


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
