"""A receiver behind a modelled wire: so many bytes a second, so long a round trip, in model time.

Drives the planner of alarms and that of reports as `heimvakt.runtime` does, and is measured by the
meter of the real uplink.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from random import Random

from heimvakt.core.batches import Batches, SendReports
from heimvakt.core.delivery import Planner, Send
from heimvakt.core.ledger import Stored, Waiting
from heimvakt.core.pace import ENVELOPE_BYTES
from heimvakt.core.reports import ReportClass
from heimvakt.core.retry import Schedule
from heimvakt.core.sessions import ALARM_BYTES, Session, Sessions
from heimvakt.core.uplink import ReportBatch
from heimvakt.uplinks.mqtt_line import Departure, Meter

EVENT_BYTES = 250
SUBSCRIPTION_BYTES = 80
TELEMETRY = ReportClass.TELEMETRY


@dataclass
class Wire:
    """One path. What is sent stands in line before the bottleneck, then travels."""

    bytes_per_s: float
    rtt_s: float
    free_at: float = 0.0
    meter: Meter = field(default_factory=Meter)

    def carry(self, size: int, now: float) -> tuple[Departure, float, float]:
        """When it has arrived, and when that is known here."""
        self.free_at = max(self.free_at, now) + size / self.bytes_per_s
        arrived = self.free_at + self.rtt_s / 2
        return self.meter.sent(size, now), arrived, arrived + self.rtt_s / 2


class Far:
    """One receiver that answers everything, and what it has."""

    def __init__(self, wire: Wire, reports: int, *, answers: bool = True) -> None:
        self.wire = wire
        self.now = 0.0
        self.journal = [Stored(n, "x" * EVENT_BYTES) for n in range(1, reports + 1)]
        self.alarms: dict[str, Waiting] = {}
        self.arrived: dict[str, float] = {}
        """Alarms, and when."""
        self.stored: dict[int, float] = {}
        """Reports by number, and when."""
        self.batches_arrived: list[tuple[float, int]] = []
        """When, and how many bytes each took of the wire."""
        self.place = 0
        """How far it has answered without a gap."""
        self.under_way_max = 0
        self._answers = answers
        self._events: list[tuple[float, int, object]] = []
        self._order = count()
        self.session = Session("broadband")
        sessions = Sessions([self.session])
        self.planner = Planner(sessions, Schedule(), Random(1))
        self.batches = Batches([TELEMETRY], sessions, Random(1))
        # As the broker agrees to a subscription before anything is sent.
        wire.meter.answered(wire.rtt_s + SUBSCRIPTION_BYTES / wire.bytes_per_s)
        self.planner.connected("broadband", 0.0)

    def press(self, number: int, urgency: int = 0) -> None:
        """An alarm is raised now."""
        alarm_id = f"no-1-{number}"
        waiting = Waiting(
            receiver="centre", alarm_id=alarm_id, urgency=urgency, number=number, revision=0
        )
        self.alarms[alarm_id] = waiting
        self.planner.offer(waiting, self.now)
        self._go()

    def until(self, at: float, *, presses: dict[float, int] | None = None) -> None:
        """Let model time pass."""
        for moment, number in (presses or {}).items():
            heappush(self._events, (moment, next(self._order), number))
        self._go()
        while True:
            times = [t for t in (self._next(), self._asked()) if t is not None]
            if not times or min(times) > at:
                self.now = at
                return
            self.now = min(times)
            while self._events and self._events[0][0] <= self.now:
                self._happen(heappop(self._events)[2])
            self._go()

    def _next(self) -> float | None:
        return self._events[0][0] if self._events else None

    def _asked(self) -> float | None:
        times = [self.planner.next_at(self.now), self.batches.next_at(self.now)]
        return min((t for t in times if t is not None), default=None)

    def _happen(self, event: object) -> None:
        match event:
            case int(number):
                self.press(number)
            case (Send() as send, Departure() as departure):
                self.wire.meter.confirmed(departure, self.now)
                self.planner.confirmed(send, self.now)
            case (SendReports() as sent, Departure() as departure):
                self.wire.meter.confirmed(departure, self.now)
                self.batches.confirmed(sent, self.now)
            case Waiting() as waiting:
                self.arrived.setdefault(waiting.alarm_id, self.now)
                if self._answers:
                    self._later(self.wire.rtt_s / 2, ("answer", waiting.alarm_id))
            case ReportBatch() as batch:
                size = ENVELOPE_BYTES + sum(len(event.body) for event in batch.events)
                self.batches_arrived.append((self.now, size))
                for stored in batch.events:
                    self.stored.setdefault(stored.seq, self.now)
                if self._answers:
                    self._later(self.wire.rtt_s / 2, ("receipt", batch.batch_id))
            case ("answer", str(alarm_id)):
                self.planner.answered(alarm_id, 0)
            case ("receipt", str(batch_id)):
                self.batches.answered(batch_id)
                for _, through in self.batches.passed():
                    assert through > self.place
                    self.place = through

    def _later(self, after_s: float, event: object) -> None:
        heappush(self._events, (self.now + after_s, next(self._order), event))

    def _go(self) -> None:
        self.session.line = self.wire.meter.line
        asked = self.planner.wants()
        if asked is not None:
            rows = sorted(self.alarms.values(), key=lambda r: (r.urgency, r.number))
            self.planner.read(rows[:asked], asked)
        for send in self.planner.plan(self.now):
            self._carry(send, ALARM_BYTES, send.row)
        while not self.planner.holds_reports and (fetch := self.batches.next(self.now)) is not None:
            found: list[Stored] = []
            size = 0
            for stored in self.journal[max(fetch.after, self.place) :]:
                size += len(stored.body)
                if found and (size > fetch.bytes_max or len(found) >= fetch.rows_max):
                    break
                found.append(stored)
            sent = self.batches.read(fetch, found, self.now)
            if sent is not None:
                size = ENVELOPE_BYTES + sum(len(e.body) for e in sent.batch.events)
                self._carry(sent, size, sent.batch)
        self.under_way_max = max(self.under_way_max, self.session.bytes_under_way)

    def _carry(self, send: Send | SendReports, size: int, what: object) -> None:
        departure, arrived, known = self.wire.carry(size, self.now)
        heappush(self._events, (arrived, next(self._order), what))
        heappush(self._events, (known, next(self._order), (send, departure)))
