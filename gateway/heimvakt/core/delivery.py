"""Which alarm goes out now, on which path, to one receiver; and when to look again.

Pure: rows of the outbox, what the transport confirmed and what the receiver answered come in with
the time as a number; sends come out. Order is priority, then age by number; but a high alarm that
was raised just now has places of its own in front of all that have waited. What has no answer goes
again by the schedule, for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .ledger import Waiting
from .outgoing import CONFIRM_S, FRESH_S, Copy, Outgoing
from .paging import OFFERED_MAX, Paging
from .retry import Chance, Schedule
from .sessions import ALARM_BYTES, TROUBLE_S, Session, Sessions
from .turns import Turns
from .uplink import Waits

PUT_OFF_S = 1.0
"""An alarm that could not be read from the disk is tried again after so long."""


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
        self._turns = Turns(self._outs)
        self._unsent: set[str] = set()
        """Of this revision nothing was ever sent."""
        self._high: set[str] = set()
        self._urgent: set[str] = set()
        """Of the high ones those that no transport has taken as they are now."""
        self._high_waits = False
        """One of them has no room until something is confirmed."""

    # --- rows -------------------------------------------------------------------------------------

    def offer(self, row: Waiting, now: float) -> None:
        """A row that was written just now."""
        self._turns.now = now
        if row.alarm_id in self._outs or self._paging.takes(row, len(self._outs)):
            self._put(row, fresh_until=now + FRESH_S)
        if len(self._outs) > OFFERED_MAX:
            last = max(self._outs.values(), key=lambda out: out.order(now))
            self._paging.leave(last.row)
            self.forget(last.row.alarm_id)

    def wants(self) -> int | None:
        """How many rows should be read from the store now; None if none."""
        if any(not self._outs[alarm_id].is_fresh(self._turns.now) for alarm_id in self._unsent):
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

    def waits_for(self, alarm_id: str) -> int | None:
        """The revision that waits for an answer; None: only the outbox can tell."""
        out = self._outs.get(alarm_id)
        return None if out is None else out.row.revision

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
            self._turns.look_at(self._outs[alarm_id])
        for out in self._outs.values():
            out.unheard.discard(name)
            if not remembers and out.copies.pop(name, None) is not None:
                self._note(out)
                self._turns.look_at(out)

    def lost(self, name: str) -> None:
        """A connection is gone; whether what it had not confirmed has arrived nobody knows."""
        self._sessions[name].lose()
        for out in self._outs.values():
            copy = out.copies.get(name)
            if copy is not None and (out.is_high or not copy.confirmed):
                del out.copies[name]
                self._note(out)
                self._turns.look_at(out)

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
            self._turns.look_at(out)
        elif now < session.forgot_until < out.next_at:
            out.next_at = session.forgot_until
            self._turns.wake_at(out, out.next_at)
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
            self._turns.look_at(out)

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
        self._turns.wake_at(out, out.next_at)

    # --- answers ----------------------------------------------------------------------------------

    def plan(self, now: float) -> list[Send]:
        """What goes out now; it is under way from then on."""
        self._turns.pass_to(now)
        sends: list[Send] = []
        self._high_waits = False
        if not self._sessions.standing():
            return sends
        self._turns.serve(lambda out: self._place(out, now, sends))
        return sends

    def next_at(self, now: float) -> float | None:
        """When to plan again if nothing happens; None if only news can tell."""
        times = self._turns.times()
        if self._turns.waiting:
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
        if out.is_high and fresh_until > self._turns.now:
            out.fresh_until = fresh_until
            self._turns.ages(out)
        self._outs[row.alarm_id] = out
        self._unsent.add(row.alarm_id)
        if out.is_high:
            self._high.add(row.alarm_id)
        self._note(out)
        self._turns.look_at(out)

    def _note(self, out: Outgoing) -> None:
        """Whether any transport has it may have changed."""
        if out.is_high and not out.is_confirmed:
            self._urgent.add(out.row.alarm_id)
        else:
            self._urgent.discard(out.row.alarm_id)

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
        self._turns.wake_at(out, next_at)
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
