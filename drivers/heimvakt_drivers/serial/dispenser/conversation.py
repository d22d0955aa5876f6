"""One exchange after the other with one dispenser, from our side: asked, asked again, given up.

    (nothing) ─HELLO─▶ met ─AUTH─▶ open ─▶ what is on the agenda
        ▲                            └── NAK, or no answer to six tries ──┐
        └─────────────────────────────────────────────────────────────────┘

Pure: time is an argument, octets are frames, and what is to be told comes back as facts. A request
that was not answered is sent again under its number (SEQ), and the device does it once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from heimvakt.core.events import ClockQuality

from .agenda import Agenda, Request
from .facts import AllTold, Fact, Lost, Reached, Synced
from .frame import FROM_DEVICE, Frame, Type
from .payload import HelloAnswer, Malformed, Naks
from .session import Session

TRIES = 6
"""Of one request: once, and five times again."""

AGAIN_S, AGAIN_S_MAX = 0.2, 2.0
"""How long to wait before one that does not answer is greeted again, at first and at most."""

OFFLINE_S = 1.0
"""Without any answer for so long there is no contact."""

MISSED_MIN = 3
"""Requests in a row that were not answered in that time: if it was ourselves who stood still for a
second, the next one is answered."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request on its way."""

    kind: Type
    seq: int
    payload: bytes
    tries: int = 1


class Conversation:
    """With one device, for one run of the driver."""

    def __init__(
        self, address: int, psk: bytes, agenda: Agenda, nonce: Callable[[], bytes], now: float
    ) -> None:
        """`nonce` gives eight octets that were never used before."""
        self.address = address
        self.agenda = agenda
        self._psk = psk
        self._nonce = nonce
        self._session = Session(psk, address, nonce())
        self._seq = 0
        self._asked: Asked | None = None
        self._contact: bool | None = None
        """None: not known yet in this run, or it speaks again and has not told all."""
        self._reason = "it does not answer"
        self._answered_at = now
        self._missed = 0
        self._again_at = now
        self._again_s = AGAIN_S

    # ------------------------------------------------------------------------------- what to ask

    def due(self, now: float) -> float:
        """When `ask` is to be called next; at the latest, it may be earlier."""
        return self.agenda.due(now) if self._session.open else self._again_at

    def ask(self, now: float, home: datetime, clock: ClockQuality) -> Frame | None:
        """The next request; None: not yet. `home` is the time there, as good as `clock` says."""
        assert self._asked is None, "one exchange at a time"
        if self._session.worn:
            self._greet_anew(now)
        request = self._next(now, home, clock)
        if request is None:
            return None
        self._seq = (self._seq + 1) % 256
        self._asked = Asked(request[0], self._seq, request[1])
        return self._frame(self._asked)

    def unanswered(self, now: float) -> Frame | None:
        """The same request again, as no answer came in time; None: given up, see `lost`."""
        asked = self._asked
        if asked is None:
            return None
        self._missed += 1
        if asked.tries < TRIES and self._session.open:
            self._asked = replace(asked, tries=asked.tries + 1)
            return self._frame(self._asked)
        self._fall_back(now)
        return None

    def lost(self, now: float) -> Iterator[Fact]:
        """That there is no contact any more, once it is so."""
        silent = now - self._answered_at >= OFFLINE_S and self._missed >= MISSED_MIN
        if silent and self._contact is not False:
            self._contact = False
            yield Lost(self._reason)

    def cut(self, now: float) -> None:
        """The line itself is gone: nothing can be asked, and nothing that was asked comes back."""
        self._reason = "the line is gone"
        self._missed = MISSED_MIN
        self._greet_anew(now)
        self._again_s = AGAIN_S

    def paused(self, by_s: float) -> None:
        """We were busy with something else for so long: that was not the device's silence."""
        self._answered_at += by_s

    def _next(self, now: float, home: datetime, clock: ClockQuality) -> Request | None:
        if self._session.open:
            return self.agenda.next(now, home, clock)
        if now < self._again_at:
            return None
        return (Type.AUTH if self._session.met else Type.HELLO), b""

    def _frame(self, asked: Asked) -> Frame:
        match asked.kind:
            case Type.HELLO:
                return self._session.hello(asked.seq)
            case Type.AUTH:
                return self._session.auth(asked.seq)
            case _:
                return self._session.seal(asked.kind, asked.seq, asked.payload)

    # --------------------------------------------------------------------------- what came of it

    def heard(self, frame: Frame, now: float) -> list[Fact] | None:
        """What an answer tells; None: it was not the answer to what was asked."""
        asked = self._asked
        if asked is None or not frame.flags & FROM_DEVICE or frame.address != self.address:
            return None
        if frame.seq != asked.seq:
            return None
        if frame.counter is None:
            return self._in_clear(asked, frame, now)
        opened = self._session.read(frame)
        if opened is None:
            return None
        self._asked = None
        return self._in_session(asked, opened, now)

    def _in_clear(self, asked: Asked, frame: Frame, now: float) -> list[Fact] | None:
        match asked.kind, frame.type:
            case Type.HELLO, Type.HELLO_R:
                self._asked = None
                self._meet(frame.payload, now)
            case Type.AUTH, Type.AUTH_R if frame.payload[:1] == b"\0":
                self._asked = None
                self._session.begin()
            case Type.AUTH, Type.AUTH_R:
                self._missed += 1
                self._fall_back(now)
            case _, Type.NAK:
                self._refused(frame.payload[:1], now)
            case _:
                return None
        return []

    def _meet(self, payload: bytes, now: float) -> None:
        try:
            known = self._session.meet(HelloAnswer.read(payload))
        except Malformed:
            known = False
        if not known:
            self._reason = "it has another key, or is not what it says"
            self._missed += 1
            self._fall_back(now)

    def _refused(self, reason: bytes, now: float) -> None:
        """Anybody could have said this; it costs a handshake, and nothing more."""
        if reason == bytes((Naks.VERSION,)):
            self._reason = "it speaks no version that is known here"
        if reason == bytes((Naks.NO_SESSION,)) and self._contact:
            self._greet_anew(now)  # it was restarted
        else:
            self._missed += 1
            self._fall_back(now)

    def _in_session(self, asked: Asked, frame: Frame, now: float) -> list[Fact]:
        self._answered_at = now
        self._missed = 0
        self._again_s = AGAIN_S
        self._reason = "it does not answer"
        if self._contact is False:
            # Whoever hears what it says now takes it for there: a silence is told again.
            self._contact = None
        try:
            facts = self.agenda.read(asked.kind, frame, now)
        except Malformed:
            self._reason = "it says what nobody can read"
            self._fall_back(now)
            facts = []
        if AllTold() in facts:
            facts.remove(AllTold())
            if not self._contact:
                self._contact = True
                facts.append(Synced())
        return [Reached(), *facts]

    def _fall_back(self, now: float) -> None:
        """Begin anew, after a while."""
        self._greet_anew(now)
        self._again_at = now + self._again_s
        self._again_s = min(self._again_s * 2, AGAIN_S_MAX)

    def _greet_anew(self, now: float) -> None:
        self._session = Session(self._psk, self.address, self._nonce())
        self._asked = None
        self._again_at = now
        self.agenda.begin(now)
