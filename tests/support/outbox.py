"""The rows of one receiver as a store has them, sessions without a wire, and a clock set by hand.

What `heimvakt.runtime.shipping` does with the planner, with values only.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from heimvakt.core.delivery import Planner, Send
from heimvakt.core.ledger import Waiting
from heimvakt.core.retry import Schedule
from heimvakt.core.sessions import Session, Sessions
from heimvakt.core.uplink import Line, Waits

HIGH, MEDIUM, LOW = 0, 1, 2
FAST = Line(rtt_s=0.001, bytes_per_s=10e6)
"""A line that is no limit to anything here."""


def row(number: int, urgency: int = LOW, revision: int = 0) -> Waiting:
    return Waiting(
        receiver="centre",
        alarm_id=f"no-1-{number}",
        urgency=urgency,
        number=number,
        revision=revision,
    )


class Outbox:
    """One receiver, reached over paths that stand from the beginning."""

    def __init__(
        self,
        *rows: Waiting,
        paths: Sequence[str] = ("broadband",),
        line: Line = FAST,
        caps: dict[str, float] | None = None,
        seed: int = 7,
    ) -> None:
        self.rows = {r.alarm_id: r for r in rows}
        self.now = 0.0
        self.reads: list[int] = []
        self.sends: list[Send] = []
        """All that ever went out."""
        self.under_way: dict[tuple[str, str], Send] = {}
        """By alarm and path."""
        self.line = line
        self.sessions = Sessions(
            [Session(path, bytes_per_s_max=(caps or {}).get(path)) for path in paths]
        )
        self.planner = Planner(self.sessions, Schedule(), Random(seed))
        for path in paths:
            self.connect(path)

    # --- what happens -----------------------------------------------------------------------------

    def connect(self, path: str) -> None:
        self.planner.connected(path, self.now)
        self.sessions[path].line = self.line

    def lose(self, path: str) -> None:
        self.planner.lost(path)
        self.under_way = {key: s for key, s in self.under_way.items() if s.session != path}

    def write(self, new: Waiting, *, offered: bool = True) -> None:
        self.rows[new.alarm_id] = new
        if offered:
            self.planner.offer(new, self.now)

    def confirm(self, *numbers: int, path: str = "broadband") -> None:
        for number in numbers:
            self.planner.confirmed(self.under_way.pop((f"no-1-{number}", path)), self.now)

    def nobody(self, *numbers: int, path: str = "broadband") -> None:
        """The transport confirms, and says that nobody hears."""
        for number in numbers:
            self.planner.nobody(self.under_way.pop((f"no-1-{number}", path)), self.now)

    def answer(self, number: int, revision: int = 0) -> None:
        alarm_id = f"no-1-{number}"
        if alarm_id in self.rows and self.rows[alarm_id].revision <= revision:
            del self.rows[alarm_id]
        self.planner.answered(alarm_id, revision)

    # --- what comes of it -------------------------------------------------------------------------

    def go(self) -> list[tuple[int, str]]:
        """One round, as `Shipping` makes it; number and path of what was started."""
        asked = self.planner.wants()
        if asked is not None:
            self.reads.append(asked)
            ordered = sorted(self.rows.values(), key=lambda r: (r.urgency, r.number))
            self.planner.read(ordered[:asked], asked)
        sends = self.planner.plan(self.now)
        for send in sends:
            key = (send.row.alarm_id, send.session)
            assert key not in self.under_way, "two copies of one alarm under way on one session"
            self.under_way[key] = send
        self.sends += sends
        return [(send.row.number, send.session) for send in sends]

    def start(self) -> list[int]:
        """As `go`, without the paths."""
        return [number for number, _ in self.go()]

    def waits(self) -> Waits:
        return self.planner.waits

    def holds_reports(self) -> bool:
        return self.planner.holds_reports

    def until(self, at: float) -> list[tuple[float, int, str]]:
        """Let time pass, waking when the planner asks for it; what went out, and when."""
        gone: list[tuple[float, int, str]] = []
        while (next_at := self.planner.next_at(self.now)) is not None and next_at <= at:
            assert next_at > self.now, "it would be asked again and again in the same moment"
            self.now = next_at
            gone += [(self.now, number, path) for number, path in self.go()]
        self.now = at
        return gone
