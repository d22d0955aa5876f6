"""One end of an ASH line: DATA frames arrive once and in order, whatever happens on the way.

PURE, given the time. Facts: UG101. Up to WINDOW frames are under way without an acknowledgement. A
frame out of order, or broken, is answered by a NAK, once until the right one came; then all from
there are sent again, as they are when no acknowledgement comes in time. After too many such times
the end gives up and says nothing but that, until it is reset.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum

from .ash_frame import NUMBERS, AshFrame, AshParser, Code, Kind, encode, error, reset

WINDOW = 5
ACK_S, ACK_S_MIN, ACK_S_MAX = 1.6, 0.4, 3.2
"""How long an acknowledgement may take: at first, and what it is adapted between."""

TIMEOUTS_MAX = 4
"""In a row; one more and the end gives up."""

NOT_READY_S = 1.0
"""How long callbacks are held back for a host that says it has no room, and says no more."""

WAITING_MAX = 200
"""DATA frames that wait for their turn; one more is refused."""


class Request(Enum):
    """What the other end wants of this one as a whole."""

    RESET = "reset"
    """The line has begun anew already; what is behind it is to do so."""


class AshFullError(BufferError):
    """Too many frames wait already."""


@dataclass(frozen=True, slots=True)
class Write:
    """Octets for the line."""

    octets: bytes
    answer: bool
    """It is no callback of its own accord: an answer, or a word of the line itself."""
    ticket: int = 0
    """What `Ash.send` gave for the data in it; 0 when there is none."""


@dataclass(frozen=True, slots=True)
class _Parcel:
    data: bytes
    ticket: int
    answer: bool
    callback: bool


@dataclass(slots=True)
class _Sent:
    parcel: _Parcel
    number: int
    at: float
    again: bool = False


class Ash:
    """See the module. What it wants written is fetched with `next_write`."""

    def __init__(self) -> None:
        self.failed = False
        """It has given up; only a reset helps."""
        self._parser = AshParser()
        self._writes: deque[Write] = deque()
        self._tickets = 0
        self._begin()

    def _begin(self) -> None:
        self._waiting: deque[_Parcel] = deque()
        self._under_way: deque[_Sent] = deque()
        self._next = 0
        self._expected = 0
        self._rejecting = False
        self._owes_ack = False
        self._ack_s = ACK_S
        self._timeouts = 0
        self._ack_due: float | None = None
        self._held_until: float | None = None

    # ------------------------------------------------------------------ what is to be written

    def next_write(self) -> Write | None:
        """The next octets for the line, in order; None when there are none."""
        return self._writes.popleft() if self._writes else None

    @property
    def due(self) -> float | None:
        """When `tick` is to be called, if ever."""
        times = [at for at in (self._ack_due, self._held_until) if at is not None]
        return min(times, default=None)

    def send(self, data: bytes, *, answer: bool, callback: bool, now: float) -> int:
        """Have data sent; gives a ticket that its frame carries each time it is written.

        Raises AshFullError at WAITING_MAX.
        """
        if len(self._waiting) >= WAITING_MAX:
            raise AshFullError(f"{len(self._waiting)} frames wait for the host already")
        self._tickets += 1
        self._waiting.append(_Parcel(data, self._tickets, answer, callback))
        self._fill(now)
        return self._tickets

    def acknowledge(self) -> None:
        """What was received is taken care of; if no DATA frame has said so, an ACK does."""
        if self._owes_ack:
            self._owes_ack = False
            self._say(AshFrame(Kind.ACK, ack=self._expected))

    def restart(self, code: Code) -> None:
        """Begin anew, and say why."""
        self.failed = False
        self._writes.clear()
        self._begin()
        self._say(reset(code))

    def give_up(self) -> None:
        """Forget all that was to be sent. Nothing but a reset is heard from now on."""
        self.failed = True
        self._writes.clear()
        self._begin()

    # ------------------------------------------------------------------ what comes in

    def receive(self, octets: bytes, now: float) -> list[bytes | Request]:
        """Take octets as they came; give the data in them, in order."""
        found: list[bytes | Request] = []
        for frame in self._parser.feed(octets):
            if frame is not None and frame.kind is Kind.RST:
                self.restart(Code.SOFTWARE)
                found.append(Request.RESET)
            elif self.failed:
                # No host says ERROR; two ends that have given up would tell each other for ever.
                if frame is None or frame.kind is not Kind.ERROR:
                    self._say(error(Code.TIMEOUTS))
            elif frame is None:
                self._reject()
            elif (data := self._take(frame, now)) is not None:
                found.append(data)
        return found

    def tick(self, now: float) -> None:
        """Time has passed: send again what was not acknowledged, or give up."""
        if self._held_until is not None and now >= self._held_until:
            self._held_until = None
            self._fill(now)
        if self._ack_due is None or now < self._ack_due:
            return
        self._timeouts += 1
        if self._timeouts > TIMEOUTS_MAX:
            self.give_up()
            self._say(error(Code.TIMEOUTS))
            return
        self._ack_s = min(2 * self._ack_s, ACK_S_MAX)
        self._send_again(now)

    def _take(self, frame: AshFrame, now: float) -> bytes | None:
        if frame.kind not in (Kind.DATA, Kind.ACK, Kind.NAK):
            return None  # RSTACK and ERROR: this end is no host
        self._acknowledged(frame.ack, now)
        if frame.kind is Kind.NAK:
            self._send_again(now)
        if frame.kind is not Kind.DATA:
            self._held_until = now + NOT_READY_S if frame.not_ready else None
            self._fill(now)
            return None
        if frame.number == self._expected:
            self._expected = (self._expected + 1) % NUMBERS
            self._rejecting = False
            self._owes_ack = True
            return frame.data
        if frame.again:
            self._owes_ack = True  # it came before, and its acknowledgement was lost
        else:
            self._reject()
        return None

    def _reject(self) -> None:
        if not self._rejecting:
            self._rejecting = True
            self._owes_ack = False
            self._say(AshFrame(Kind.NAK, ack=self._expected))

    def _acknowledged(self, ack: int, now: float) -> None:
        if not self._under_way:
            return
        count = (ack - self._under_way[0].number) % NUMBERS
        if not 0 < count <= len(self._under_way):
            return
        last = [self._under_way.popleft() for _ in range(count)][-1]
        if not last.again:
            adapted = self._ack_s * 7 / 8 + (now - last.at) / 2
            self._ack_s = min(max(adapted, ACK_S_MIN), ACK_S_MAX)
        self._timeouts = 0
        self._ack_due = now + self._ack_s if self._under_way else None
        self._fill(now)

    # ------------------------------------------------------------------ writing

    def _fill(self, now: float) -> None:
        while len(self._under_way) < WINDOW and (parcel := self._next_parcel()) is not None:
            sent = _Sent(parcel, self._next, now)
            self._next = (self._next + 1) % NUMBERS
            self._under_way.append(sent)
            self._write(sent)
            if self._ack_due is None:
                self._ack_due = now + self._ack_s

    def _next_parcel(self) -> _Parcel | None:
        for parcel in self._waiting:
            if self._held_until is None or not parcel.callback:
                self._waiting.remove(parcel)
                return parcel
        return None

    def _send_again(self, now: float) -> None:
        for sent in self._under_way:
            sent.again = True
            self._write(sent)
        self._ack_due = now + self._ack_s if self._under_way else None

    def _write(self, sent: _Sent) -> None:
        frame = AshFrame(Kind.DATA, sent.number, sent.again, self._expected, data=sent.parcel.data)
        self._owes_ack = False
        self._writes.append(Write(encode(frame), sent.parcel.answer, sent.parcel.ticket))

    def _say(self, frame: AshFrame) -> None:
        self._writes.append(Write(encode(frame), answer=True))
