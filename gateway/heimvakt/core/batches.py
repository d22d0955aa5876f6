"""Which reports are under way to one receiver, and how far it has answered for them. Pure.

The journal is the outbox of reports. Here is what is between the receiver's place in it and what
was read last: batches, sent and not answered, few enough to remember. Receipts come in any order;
the place moves over what is answered without a gap.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from .batch import Batch
from .ledger import Stored
from .pace import ENVELOPE_BYTES, UNDER_WAY_BYTES_MAX
from .reports import ReportClass
from .retry import Chance
from .sessions import TROUBLE_S, Kind, Session, Sessions
from .uplink import ReportBatch

LINGER_S = 1.0
"""A report that comes alone waits so long for company: an envelope costs more than most reports."""
AGAIN_S = 30.0
AGAIN_S_MAX = 600.0
ROWS_MAX = 1_000
DONE_MAX = 64
"""Batches that were answered and are remembered: the same answer may come on each path."""
UNANSWERED_BYTES_MAX = UNDER_WAY_BYTES_MAX
"""Of one class. A receiver that answers nothing is sent no more than this, and then only the oldest
batch again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Read these reports from the journal; they go out on this session."""

    session: str
    of: ReportClass
    after: int
    rows_max: int
    bytes_max: int
    again: int | None = None
    """The last of a batch that was sent before."""


@dataclass(frozen=True, slots=True)
class SendReports:
    """This batch goes out on this session now."""

    batch: ReportBatch
    session: str
    ticket: int


@dataclass(slots=True)
class _Class:
    """One class of reports."""

    read_to: int = 0
    """All up to this number is in a batch, or was answered for."""
    more_since: float | None = float("-inf")
    """There may be newer ones, and since when; None: there are none."""
    batches: list[Batch] = field(default_factory=list)
    """Not answered, or behind one that is not; the oldest first."""

    @property
    def is_full(self) -> bool:
        return sum(b.size for b in self.batches if not b.answered) >= UNANSWERED_BYTES_MAX

    @property
    def is_silent(self) -> bool:
        """Whether the oldest has been sent twice and more."""
        return bool(self.batches) and self.batches[0].tries > 1


class Batches:
    """Reports on their way to one receiver."""

    def __init__(self, classes: Sequence[ReportClass], sessions: Sessions, chance: Chance) -> None:
        self._classes = {of: _Class() for of in classes}
        self._sessions = sessions
        self._chance = chance
        self._done: deque[str] = deque(maxlen=DONE_MAX)
        self._read_again_at = float("-inf")
        """When what could not be read is tried again."""

    def news(self, of: ReportClass, now: float) -> bool:
        """There is a new event of this class; whether that was not known already."""
        known = self._classes[of]
        if known.more_since is not None:
            return False
        known.more_since = now
        return True

    def next(self, now: float) -> Fetch | None:
        """What to read and send now; None if nothing."""
        session = self._session(now)
        bytes_max = session.batch_bytes(now) if session is not None else 0
        if session is None or not bytes_max:
            return None
        for of, known in self._classes.items():
            batch = self._to_repeat(known, session, now)
            if batch is not None:
                return Fetch(
                    session=session.name,
                    of=of,
                    after=batch.first - 1,
                    rows_max=(batch.rows + 1) // 2 if batch.is_bad else batch.rows,
                    bytes_max=bytes_max,
                    again=batch.last,
                )
            if known.more_since is None or known.is_full or known.is_silent:
                continue
            if now >= known.more_since + LINGER_S:
                known.more_since = None  # until the read says otherwise, or more comes meanwhile
                return Fetch(
                    session=session.name,
                    of=of,
                    after=known.read_to,
                    rows_max=ROWS_MAX,
                    bytes_max=bytes_max,
                )
        return None

    def read(self, fetch: Fetch, stored: Sequence[Stored], now: float) -> SendReports | None:
        """What the journal had; None if there is nothing to send."""
        known, session = self._classes[fetch.of], self._sessions[fetch.session]
        if fetch.again is None:
            if not stored:
                return None
            batch = Batch.of_events(fetch.of, stored)
            full = batch.rows >= fetch.rows_max or 2 * batch.size >= fetch.bytes_max
            known.more_since = float("-inf") if full else now  # then there is hardly any more
            known.batches.append(batch)
            known.read_to = batch.last
        else:
            found = self._found(fetch)
            stored = [event for event in stored if event.seq <= fetch.again]
            if found is None:
                return None  # answered while it was read
            batch = found
            if not stored:
                batch.answered = True  # the store had no room for them any more
                return None
            rest = batch.shorten(stored)
            if rest is not None:
                known.batches.insert(known.batches.index(batch) + 1, rest)
        batch.session, batch.confirmed = session.name, False
        batch.ticket = session.start(Kind.REPORTS, ENVELOPE_BYTES + batch.size, now)
        return SendReports(
            ReportBatch(batch_id=batch.batch_id, of=fetch.of, events=tuple(stored)),
            session.name,
            batch.ticket,
        )

    def unread(self, fetch: Fetch, now: float) -> None:
        """The journal could not be read: again in a moment."""
        self._read_again_at = now + LINGER_S
        if fetch.again is None:
            self._classes[fetch.of].more_since = now

    def confirmed(self, send: SendReports, now: float) -> None:
        """The transport has taken it, or can never take it; the receiver has not answered."""
        session = self._sessions[send.session]
        if not session.confirm(send.ticket, now):
            return
        session.to_nobody[True].heard()
        batch = self._sent(send)
        if batch is not None:
            batch.confirmed = True
            if now < session.forgot_until:
                batch.again_at = session.forgot_until
                return
            batch.tries += 1
            wait_s = min(AGAIN_S * 2.0 ** min(batch.tries - 1, 10), AGAIN_S_MAX)
            batch.again_at = now + wait_s * self._chance.uniform(0.9, 1.1)

    def nobody(self, send: SendReports, now: float) -> None:
        """The transport has taken it and brings it to nobody."""
        session = self._sessions[send.session]
        if not session.confirm(send.ticket, now):
            return
        session.to_nobody[True].said(now)
        batch = self._sent(send)
        if batch is not None:
            batch.ticket = 0

    def lost(self, name: str) -> None:
        """A connection is gone: what it had not confirmed goes again, and may be made smaller."""
        for known in self._classes.values():
            for batch in known.batches:
                if batch.session == name and not batch.confirmed:
                    batch.ticket = 0

    def forgotten(self, name: str) -> None:
        """A connection stands, and nobody there has what was confirmed on it before."""
        for known in self._classes.values():
            for batch in known.batches:
                if batch.session == name and batch.confirmed and not batch.answered:
                    batch.ticket, batch.confirmed, batch.tries = 0, False, 0

    def cannot(self, send: SendReports, now: float) -> bool:
        """No message can say this batch; whether it was a single event, which is then left out."""
        self._sessions[send.session].confirm(send.ticket, now)
        batch = self._sent(send)
        if batch is None:
            return False
        batch.ticket, batch.is_bad = 0, True
        batch.answered = batch.rows == 1
        return batch.answered

    def answered(self, batch_id: str) -> bool:
        """The receiver has stored this batch; False if it is not under way."""
        for known in self._classes.values():
            for batch in known.batches:
                if batch.batch_id == batch_id and not batch.answered:
                    batch.answered = True
                    self._done.append(batch_id)
                    return True
        return False

    def was_answered(self, batch_id: str) -> bool:
        """Whether the receiver has said so before, as on the other path."""
        return batch_id in self._done

    def passed(self) -> list[tuple[ReportClass, int]]:
        """How far all is answered without a gap, for the classes where that has changed."""
        found: list[tuple[ReportClass, int]] = []
        for of, known in self._classes.items():
            count = next((n for n, b in enumerate(known.batches) if not b.answered), None)
            done = known.batches[:count]
            if done:
                del known.batches[: len(done)]
                found.append((of, done[-1].last))
        return found

    def next_at(self, now: float) -> float | None:
        """When to ask again if nothing happens; None if only news can tell."""
        if not self.waits:
            return None
        times: list[float | None] = [self._read_again_at]
        for known in self._classes.values():
            if known.more_since is not None and not known.is_full and not known.is_silent:
                times.append(known.more_since + LINGER_S)
            if known.batches and known.batches[0].confirmed:
                times.append(known.batches[0].again_at)
        for session in self._sessions.standing():
            times.append(session.allowed_at(reports=True, now=now))
            times.append(session.paced_at(reports=True, now=now))
            times.append(session.to_nobody[True].asks_at(now))
            if len(self._sessions) > 1:
                times.append(session.stalled_at(TROUBLE_S))
        return min((at for at in times if at is not None and at > now), default=None)

    @property
    def waits(self) -> bool:
        """Whether any report waits to be sent or answered."""
        return any(k.batches or k.more_since is not None for k in self._classes.values())

    # --- how --------------------------------------------------------------------------------------

    def _session(self, now: float) -> Session | None:
        usable = self._sessions.usable(TROUBLE_S, now)
        return next((session for session in usable if session.carries_reports), None)

    def _to_repeat(self, known: _Class, session: Session, now: float) -> Batch | None:
        for batch in known.batches:
            if batch.answered:
                continue
            if batch.confirmed:
                # Only the oldest: when that is answered, the receiver takes the others too.
                if batch is known.batches[0] and batch.again_at <= now:
                    return batch
            elif not batch.ticket or (
                batch.session != session.name
                and self._sessions[batch.session].is_stalled(TROUBLE_S, now)
            ):
                return batch
        return None

    def _sent(self, send: SendReports) -> Batch | None:
        for batch in self._classes[send.batch.of].batches:
            if batch.ticket == send.ticket and batch.session == send.session:
                return batch
        return None

    def _found(self, fetch: Fetch) -> Batch | None:
        for batch in self._classes[fetch.of].batches:
            if batch.first == fetch.after + 1 and batch.last == fetch.again:
                return None if batch.answered else batch
        return None
