"""Events of two classes for one receiver, sessions without a wire, and a clock set by hand."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from heimvakt.core.batches import Batches, Fetch, SendReports
from heimvakt.core.ledger import Stored
from heimvakt.core.reports import ReportClass
from heimvakt.core.sessions import Session, Sessions
from heimvakt.core.uplink import Line
from tests.support.outbox import FAST

INFORMATION, TELEMETRY = ReportClass
SLOW = Line(rtt_s=0.01, bytes_per_s=20_000)


class Journal:
    """Events of two classes, one receiver, and a clock turned by hand."""

    def __init__(
        self,
        information: int = 0,
        telemetry: int = 0,
        *,
        paths: Sequence[str] = ("broadband",),
        caps: dict[str, float] | None = None,
        size: int = 1_000,
        seed: int = 7,
    ) -> None:
        self.now = 0.0
        self.size = size
        self.events: dict[ReportClass, list[int]] = {
            INFORMATION: list(range(2, 2 * information + 1, 2)),
            TELEMETRY: list(range(1, 2 * telemetry, 2)),
        }
        """Numbers of both, mixed as they are in a journal."""
        self.place = {INFORMATION: 0, TELEMETRY: 0}
        self.sessions = Sessions(
            [Session(path, bytes_per_s_max=(caps or {}).get(path)) for path in paths]
        )
        self.batches = Batches([INFORMATION, TELEMETRY], self.sessions, Random(seed))
        for path in paths:
            self.connect(path)
        self.sent: list[SendReports] = []

    def connect(self, path: str, line: Line = FAST, *, remembers: bool = True) -> None:
        self.sessions[path].stand(self.now, remembers=remembers)
        self.sessions[path].line = line

    def lose(self, path: str) -> None:
        self.sessions[path].lose()
        self.batches.lost(path)

    def happen(self, of: ReportClass) -> None:
        """One more event."""
        self.events[of].append(1 + max((*self.events[INFORMATION], *self.events[TELEMETRY], 0)))
        self.batches.news(of, self.now)

    def read(self, fetch: Fetch) -> list[Stored]:
        after = max(fetch.after, self.place[fetch.of])
        found = [Stored(n, "x" * self.size) for n in self.events[fetch.of] if n > after]
        return found[: max(1, min(fetch.rows_max, fetch.bytes_max // self.size))]

    def go(self) -> list[str]:
        """One round, as `Reporting` makes it; the ids of what was started."""
        started: list[str] = []
        while (fetch := self.batches.next(self.now)) is not None:
            send = self.batches.read(fetch, self.read(fetch), self.now)
            self.advance()
            if send is not None:
                self.sent.append(send)
                started.append(send.batch.batch_id)
        return started

    def confirm(self) -> None:
        """All that is under way."""
        for send in self.sent:
            self.batches.confirmed(send, self.now)

    def nobody(self) -> None:
        """All that is under way, and nobody hears it."""
        for send in self.sent:
            self.batches.nobody(send, self.now)

    def receipt(self, batch_id: str) -> bool:
        known = self.batches.answered(batch_id)
        self.advance()
        return known

    def advance(self) -> None:
        for of, through in self.batches.passed():
            assert through > self.place[of]
            self.place[of] = through

    def until(self, at: float) -> list[tuple[float, str]]:
        """Let time pass; the transport confirms everything at once."""
        gone: list[tuple[float, str]] = []
        while (next_at := self.batches.next_at(self.now)) is not None and next_at <= at:
            assert next_at > self.now
            self.now = next_at
            gone += [(self.now, batch_id) for batch_id in self.go()]
            self.confirm()
        self.now = at
        return gone
