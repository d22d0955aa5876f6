"""Which alarm goes out now, on which path, to one receiver; and when to look again.

Pure: rows of the outbox, what the transport confirmed and what the receiver answered come in with
the time as a number; sends come out. Order is priority, then age by number; but a high alarm that
was raised just now has places of its own in front of all that have waited. What has no answer goes
again by the schedule, for ever.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from .ledger import Waiting
from .outgoing import CONFIRM_S, FRESH_S, Copy, Order, Outgoing
from .paging import OFFERED_MAX, PAGE, Paging
from .retry import Chance, Schedule
from .sessions import ALARM_BYTES, TROUBLE_S, Session, Sessions
from .uplink import Waits

PUT_OFF_S = 1.0
"""An alarm that could not be read from the disk is tried again after so long."""
LOOK_MAX = 20
"""Rows without room that are looked at before the others are left for another time."""


@dataclass(frozen=True, slots=True)
class Send:
    """This alarm goes out on this session now."""

    row: Waiting
    session: str
    attempt: int
    ticket: int
    fresh: bool = False
    """On the wire too it goes before other high alarms."""


class Planner:
    """Alarms on their way to one receiver."""

    def __init__(self, sessions: Sessions, schedule: Schedule, chance: Chance) -> None:
        self._sessions = sessions
        self._schedule = schedule
        self._chance = chance
        self._paging = Paging()
        self._outs: dict[str, Outgoing] = {}
        self._fresh: list[tuple[Order, str]] = []
        self._ready: list[tuple[Order, str]] = []
        """Heaps of those that may have something to send now: what is fresh, and the others."""
        self._aging: deque[tuple[float, str]] = deque()
        """Until when which are fresh: as many as can be raised in a minute."""
        self._due: list[tuple[float, str]] = []
        """A heap of when to look at the others."""
        self._unsent: set[str] = set()
        """Of this revision nothing was ever sent."""
        self._high: set[str] = set()
        self._urgent: set[str] = set()
        """Of the high ones those that no transport has taken as they are now."""
        self._high_waits = False
        """One of them has no room until something is confirmed."""
        self._now = 0.0

    # --- rows -------------------------------------------------------------------------------------

    def offer(self, row: Waiting, now: float) -> None:
        """A row that was written just now."""
        self._now = now
        if row.alarm_id in self._outs or self._paging.takes(row, len(self._outs)):
            self._put(row, fresh_until=now + FRESH_S)
        if len(self._outs) > OFFERED_MAX:
            last = max(self._outs.values(), key=lambda out: out.order(now))
            self._paging.leave(last.row)
            self.forget(last.row.alarm_id)

    def wants(self) -> int | None:
        """How many rows should be read from the store now; None if none."""
        if any(not self._outs[alarm_id].is_fresh(self._now) for alarm_id in self._unsent):
            return None
        return self._paging.wants(len(self._outs))

    def read(self, rows: Sequence[Waiting], asked: int) -> None:
        """What the store gave when so many rows were wanted."""
        for row in self._paging.read(rows, asked):
            self._put(row)

    def unread(self) -> None:
        """The store gave nothing: it has to be asked again."""
        self._paging.unread()

    def answered(self, alarm_id: str, revision: int) -> None:
        """The receiver has this revision."""
        self._paging.answered(alarm_id, revision)
        out = self._outs.get(alarm_id)
        if out is not None and out.row.revision <= revision:
            self.forget(alarm_id)

    def forget(self, alarm_id: str) -> None:
        """It waits no longer."""
        self._outs.pop(alarm_id, None)
        self._unsent.discard(alarm_id)
        self._high.discard(alarm_id)
        self._urgent.discard(alarm_id)

    # --- the transport ----------------------------------------------------------------------------

    def connected(self, name: str, now: float, *, remembers: bool = True) -> None:
        """A connection stands. High alarms go out on it at once, also those that were sent before;
        what else was confirmed waits for its time, so that no receiver is flooded, unless the far
        end does not remember it."""
        self._sessions[name].stand(now, remembers=remembers)
        for alarm_id in self._high:
            self._look_at(self._outs[alarm_id])
        for out in self._outs.values():
            out.unheard.discard(name)
            if not remembers and out.copies.pop(name, None) is not None:
                self._note(out)
                self._look_at(out)

    def lost(self, name: str) -> None:
        """A connection is gone; whether what it had not confirmed has arrived nobody knows."""
        self._sessions[name].lose()
        for out in self._outs.values():
            copy = out.copies.get(name)
            if copy is not None and (out.is_high or not copy.confirmed):
                del out.copies[name]
                self._note(out)
                self._look_at(out)

    def confirmed(self, send: Send, now: float) -> None:
        """The transport has taken it, or can never take it; the receiver has not answered."""
        session = self._sessions[send.session]
        if not session.confirm(send.ticket, now):
            return
        session.to_nobody[False].heard()
        out, copy = self._copy(send)
        if out is None or copy is None:
            return
        copy.confirmed = True
        if copy.revision != out.row.revision:
            del out.copies[send.session]  # it has changed on the way: now the newer one may go
            self._look_at(out)
        elif now < session.forgot_until < out.next_at:
            out.next_at = session.forgot_until
            self._wake_at(out, out.next_at)
        self._note(out)

    def nobody(self, send: Send, now: float) -> None:
        """The transport has taken it and brings it to nobody."""
        session = self._sessions[send.session]
        if not session.confirm(send.ticket, now):
            return
        session.to_nobody[False].said(now)
        out, copy = self._copy(send)
        if out is not None and copy is not None:
            del out.copies[send.session]
            out.unheard.add(send.session)
            self._note(out)
            self._look_at(out)

    def put_off(self, send: Send, now: float) -> None:
        """It could not be sent, by no fault of the transport: again in a moment."""
        self._sessions[send.session].confirm(send.ticket, now)
        out, copy = self._copy(send)
        if out is None or copy is None:
            return
        del out.copies[send.session]
        if not out.copies:
            out.attempts, out.is_counted = out.attempts - 1, False
        out.next_at = now + PUT_OFF_S
        self._wake_at(out, out.next_at)

    # --- answers ----------------------------------------------------------------------------------

    def plan(self, now: float) -> list[Send]:
        """What goes out now; it is under way from then on."""
        while self._due and self._due[0][0] <= now:
            at, alarm_id = heappop(self._due)
            if self._is_due(at, alarm_id):
                self._look_at(self._outs[alarm_id])
        self._now = now
        while self._aging and self._aging[0][0] <= now:
            out = self._outs.get(self._aging.popleft()[1])
            if out is not None and out.ready_as not in (None, out.order(now)):
                out.ready_as = None  # it takes its place among those that have waited
                self._look_at(out)
        sends: list[Send] = []
        self._high_waits = False
        if not self._sessions.standing():
            return sends
        self._serve(self._fresh, now, sends)
        self._serve(self._ready, now, sends)
        return sends

    def next_at(self, now: float) -> float | None:
        """When to plan again if nothing happens; None if only news can tell."""
        while self._due and not self._is_due(*self._due[0]):
            heappop(self._due)
        times = [self._due[0][0]] if self._due else []
        if self._fresh and self._aging:
            times.append(self._aging[0][0])
        if self._ready or self._fresh:
            times += self._free_at(now)
        return min(times, default=None)

    @property
    def holds_reports(self) -> bool:
        """Whether an alarm waits to be sent for the first time, or a high one for room: reports are
        shorter, and would find some each time before it does."""
        return bool(self._unsent) or self._paging.more or self._high_waits

    @property
    def waits(self) -> Waits:
        """The most urgent that waits for a connection."""
        if self._urgent:
            return Waits.HIGH
        return Waits.SOMETHING if self._outs or self._paging.more else Waits.NOTHING

    # --- how --------------------------------------------------------------------------------------

    def _put(self, row: Waiting, *, fresh_until: float = float("-inf")) -> None:
        known = self._outs.get(row.alarm_id)
        if known is not None and known.row.revision >= row.revision:
            return
        out = Outgoing(row) if known is None else known.changed(row)
        if out.is_high and fresh_until > self._now:
            out.fresh_until = fresh_until
            self._aging.append((fresh_until, row.alarm_id))
        self._outs[row.alarm_id] = out
        self._unsent.add(row.alarm_id)
        if out.is_high:
            self._high.add(row.alarm_id)
        self._note(out)
        self._look_at(out)

    def _note(self, out: Outgoing) -> None:
        """Whether any transport has it may have changed."""
        if out.is_high and not out.is_confirmed:
            self._urgent.add(out.row.alarm_id)
        else:
            self._urgent.discard(out.row.alarm_id)

    def _look_at(self, out: Outgoing) -> None:
        if out.ready_as is None:
            out.ready_as, out.due_at = out.order(self._now), None
            heap = self._fresh if out.is_fresh(self._now) else self._ready
            heappush(heap, (out.ready_as, out.row.alarm_id))

    def _serve(self, heap: list[tuple[Order, str]], now: float, sends: list[Send]) -> None:
        """Send in their order what there is room for; the others stay."""
        blocked: list[Outgoing] = []
        while heap and len(blocked) < LOOK_MAX:
            order, alarm_id = heappop(heap)
            out = self._outs.get(alarm_id)
            if out is None or out.ready_as != order:
                continue  # answered since, or in another place
            out.ready_as = None
            if not self._place(out, now, sends):
                blocked.append(out)
        for out in blocked:
            self._look_at(out)

    def _place(self, out: Outgoing, now: float, sends: list[Send]) -> bool:
        """Start the copies that are wanted; whether it is served for now."""
        if out.began_at is not None and out.next_at <= now:
            out.forget_attempt()
            self._note(out)
        wanted = out.wanted(self._sessions, now)
        kind = out.kind(now)
        roomy = [session for session in wanted if session.has_room(kind, now)]
        self._high_waits |= out.is_high and bool(wanted) and not roomy
        roomy = [session for session in roomy if self._may_be_heard(out, session, now)]
        sends += [self._start(out, session, now) for session in roomy]
        if wanted and not roomy and not (out.is_high and out.copies):
            return False
        if out.began_at is None:
            # A copy of before is still under way everywhere: it may do for this attempt.
            out.begin(now, self._schedule.wait_s(max(out.attempts, 1), self._chance))
        next_at = out.next_step(len(self._sessions), now)
        if len(roomy) < len(wanted):  # a high one goes on one path, and the other is full
            next_at = min(next_at, now + TROUBLE_S)
        self._wake_at(out, next_at)
        return True

    def _may_be_heard(self, out: Outgoing, session: Session, now: float) -> bool:
        """A fresh one goes once whoever is there."""
        is_first = out.is_fresh(now) and session.name not in out.unheard
        return is_first or session.lets_ask(reports=False, now=now)

    def _start(self, out: Outgoing, session: Session, now: float) -> Send:
        if not out.is_counted:
            out.is_counted = True
            out.attempts += 1
            out.begin(now, self._schedule.wait_s(out.attempts, self._chance))
        self._unsent.discard(out.row.alarm_id)
        ticket = session.start(out.kind(now), ALARM_BYTES, now)
        out.copies[session.name] = Copy(out.row.revision, ticket)
        return Send(out.row, session.name, out.attempts, ticket, fresh=out.is_fresh(now))

    def _wake_at(self, out: Outgoing, at: float) -> None:
        if out.ready_as is not None:
            return
        out.due_at = at
        heappush(self._due, (at, out.row.alarm_id))
        if len(self._due) > 4 * len(self._outs) + PAGE:  # mostly of alarms that were answered
            self._due = [each for each in self._due if self._is_due(*each)]
            heapify(self._due)

    def _is_due(self, at: float, alarm_id: str) -> bool:
        out = self._outs.get(alarm_id)
        return out is not None and out.due_at == at

    def _free_at(self, now: float) -> list[float]:
        """When a row that waits for room may go although nothing was confirmed."""
        times: list[float | None] = []
        for session in self._sessions.standing():
            times.append(session.allowed_at(reports=False, now=now))
            times.append(session.paced_at(reports=False, now=now))
            times.append(session.to_nobody[False].asks_at(now))
            if len(self._sessions) > 1:
                times += [session.stalled_at(CONFIRM_S), session.stalled_at(TROUBLE_S)]
        return [at for at in times if at is not None and at > now]

    def _copy(self, send: Send) -> tuple[Outgoing | None, Copy | None]:
        out = self._outs.get(send.row.alarm_id)
        copy = out.copies.get(send.session) if out is not None else None
        return (out, copy) if copy is not None and copy.ticket == send.ticket else (None, None)
