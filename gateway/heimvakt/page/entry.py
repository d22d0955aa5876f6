"""Who may look: a code that is shown on the box, once, and the session that it opens.

Pure but for chance: the time is an argument, in seconds of one clock that never goes back. Codes
and tickets are kept as hashes alone, and in memory alone.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without what is taken for something else: 0 and O, 1, I and L."""
CODE_LENGTH = 8
"""Of 31 signs: 2**39 codes. With six tries for each, one guess in 10**11 is right."""
CODE_S = 300.0
"""So long a code can be used, once."""
WRONG_MAX = 5
"""Then a code is none any more, and another has to be fetched."""
TRIES_MAX = 10
TRIES_S = 60.0
"""So many tries in so long, whatever the code: who guesses waits."""
SESSION_S = 3600.0
"""Of one entry; then another code is needed. A walk through a home takes less than half of it."""
SESSIONS_MAX = 4
"""The oldest goes: a telephone and a laptop, and a second technician."""


class NotIn(Exception):
    """The code opens nothing."""


class TooMany(NotIn):
    """There were so many tries that nobody may try now.

    Attributes:
        wait_s: when somebody may again.
    """

    def __init__(self, wait_s: float) -> None:
        super().__init__()
        self.wait_s = wait_s


@dataclass(slots=True)
class _Code:
    digest: bytes
    until: float
    wrong: int = 0


@dataclass(slots=True)
class Session:
    """One browser that came in."""

    until: float
    language: str | None = None
    """That was chosen; None: that of the home."""
    name: str = field(default_factory=lambda: f"page-{secrets.token_hex(4)}")
    """By which the gateway tells one walk test from another; opens nothing."""


class Entry:
    """The code that counts now, and those who are in."""

    def __init__(self, *, session_s: float = SESSION_S) -> None:
        self._session_s = session_s
        self._code: _Code | None = None
        self._tries: list[float] = []
        """When the last ones were, oldest first."""
        self._sessions: dict[bytes, Session] = {}

    def new_code(self, now: float) -> str:
        """A code, as a person reads it aloud: `ABCD-EFGH`. It takes the place of the one before."""
        code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
        self._code = _Code(_digest(code), now + CODE_S)
        return f"{code[:4]}-{code[4:]}"

    def enter(self, typed: str, now: float) -> str:
        """The ticket of a new session.

        Raises:
            TooMany: nobody may try now.
            NotIn: it is not the code, or no longer.
        """
        self._count_try(now)
        code = self._code
        if code is None or now >= code.until:
            self._code = None
            raise NotIn
        if not hmac.compare_digest(code.digest, _digest(_meant(typed))):
            code.wrong += 1
            if code.wrong >= WRONG_MAX:
                self._code = None
            raise NotIn
        self._code = None
        return self._open(now)

    def session(self, ticket: str, now: float) -> Session | None:
        """The session that the ticket belongs to, if it still is one."""
        key = _digest(ticket)
        found = self._sessions.get(key)
        if found is not None and now >= found.until:
            del self._sessions[key]
            return None
        return found

    def leave(self, ticket: str) -> None:
        """End a session."""
        if (found := self._sessions.pop(_digest(ticket), None)) is not None:
            found.until = 0.0  # whoever still streams for it sees that it is over

    def _open(self, now: float) -> str:
        for key in [key for key, each in self._sessions.items() if now >= each.until]:
            del self._sessions[key]
        while len(self._sessions) >= SESSIONS_MAX:
            oldest = min(self._sessions, key=lambda key: self._sessions[key].until)
            self._sessions.pop(oldest).until = 0.0
        ticket = secrets.token_urlsafe(32)
        self._sessions[_digest(ticket)] = Session(now + self._session_s)
        return ticket

    def _count_try(self, now: float) -> None:
        self._tries = [at for at in self._tries if now - at < TRIES_S]
        if len(self._tries) >= TRIES_MAX:
            raise TooMany(TRIES_S - (now - self._tries[0]))
        self._tries.append(now)


def _meant(typed: str) -> str:
    """However it is written: `abcd efgh` is `ABCD-EFGH`."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
