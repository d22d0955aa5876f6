"""Tell whoever keeps the paths in mind which of them confirm nothing, and when they do again."""

from __future__ import annotations

from typing import Protocol

from heimvakt.core.sessions import TROUBLE_S, Sessions


class Witness(Protocol):
    """Whoever keeps in mind which paths carry something."""

    def confirmed(self, path: str, receiver: str) -> None:
        """The other end has confirmed something sent on this path."""

    def unconfirmed(self, path: str, receiver: str) -> None:
        """Something sent on this path was not confirmed in its time."""


class Doubts:
    """About the sessions of one receiver."""

    def __init__(self, receiver: str, sessions: Sessions, witness: Witness | None) -> None:
        self._receiver = receiver
        self._sessions = sessions
        self._witness = witness
        self._doubted: set[str] = set()

    def look(self, now: float) -> float | None:
        """Tell what is to be told now; returns when to look again."""
        times: list[float] = []
        for session in self._sessions:
            at = session.stalled_at(TROUBLE_S)
            if at is None or session.name in self._doubted:
                continue
            if at > now:
                times.append(at)
                continue
            self._doubted.add(session.name)
            if self._witness is not None:
                self._witness.unconfirmed(session.name, self._receiver)
        return min(times, default=None)

    def confirmed(self, path: str) -> None:
        """Something that was sent on this path has been confirmed."""
        if path in self._doubted:
            self._doubted.remove(path)
            if self._witness is not None:
                self._witness.confirmed(path, self._receiver)

    def lost(self, path: str) -> None:
        """The connection is gone, and nobody need doubt it any more."""
        self._doubted.discard(path)
