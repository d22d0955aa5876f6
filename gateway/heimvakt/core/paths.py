"""Which paths carry something to the other end now, and which are lost, with patience both ways.

Pure: facts and times come in; an order of use, and losses and returns as events, come out. Whether
a path is good is known within a second of a fact; that it is *lost* is said when that has lasted,
and that it is *back* when it has proven itself, longer each time it was lost again.

Times are seconds on a clock that never goes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .events import PathBack, PathLost
from .path import Path

PACE_S = 60.0
"""Of heartbeats on a path that is new or in trouble, and to a receiver that relies on it."""
BEATS_MISSED_MAX = 2
BEATS_FOR_BACK = 3
SETTLED_S = 60.0
"""A path that had trouble is preferred again when it was good for so long."""
CALM_S_MAX = 2 * 3600.0
"""A path that is lost again and again is back when it was good for so long, and no sooner."""
FORGIVEN_S = 6 * 3600.0
"""A path that was not lost for so long has its first loss before it."""


@dataclass(slots=True)
class _Session:
    """With one receiver over one path."""

    standing: bool = False
    doubted: bool = False
    """Something that was sent was not confirmed in time, and nothing was since."""
    missed: int = 0
    """Heartbeats, one after the other."""
    good_since: float | None = None
    had_trouble: bool = False
    """It was good and ceased to be."""


@dataclass(slots=True)
class _Known:
    """What is known of one path."""

    path: Path
    link: bool | None = None
    """Whether its interface can carry anything; None: it is bound to none, or nobody has looked."""
    sessions: dict[str, _Session] = field(default_factory=dict)
    lost: bool | None = None
    """None: it has not been good since the start, nor bad for long."""
    good_since: float | None = None
    trouble_since: float | None = None
    """Since when it has not been good for a settled time."""
    beats: int = 0
    """Confirmed one after the other since it became good."""
    losses: int = 0
    back_at: float = 0.0

    def is_good(self) -> bool:
        return any(self.carries(session) for session in self.sessions.values())

    def carries(self, session: _Session) -> bool:
        believed = not session.doubted and session.missed < BEATS_MISSED_MAX
        return self.link is not False and session.standing and believed

    def calm_s(self) -> float:
        """How long it must be good to be back."""
        return min(SETTLED_S * 2.0 ** min(max(self.losses - 1, 0), 10), CALM_S_MAX)


class Paths:
    """The paths of a home, in the order of its file. A receiver or path unknown so far is new."""

    def __init__(self, paths: Sequence[Path], now: float) -> None:
        self._known = {path.name: _Known(path, trouble_since=now) for path in paths}
        self._cut_off_since: float | None = now

    # --- facts ------------------------------------------------------------------------------------

    def link(self, name: str, up: bool | None, now: float) -> None:
        """The interface of a path is up and has an address, or not; None: nobody can say."""
        self._known[name].link = up
        self._look(now)

    def session(self, name: str, receiver: str, standing: bool, now: float) -> None:
        """The transport to a receiver over this path stands, or not."""
        session = self._session(name, receiver)
        if standing != session.standing:
            session.standing, session.doubted = standing, False
        self._look(now)

    def confirmed(self, name: str, receiver: str, now: float) -> bool:
        """The other end has confirmed something sent on this path; whether that is news."""
        session = self._session(name, receiver)
        if not (session.doubted or session.missed):
            return False
        session.doubted, session.missed = False, 0
        self._look(now)
        return True

    def unconfirmed(self, name: str, receiver: str, now: float) -> None:
        """Something was sent on this path and not confirmed in the time that it takes."""
        self._session(name, receiver).doubted = True
        self._look(now)

    def beat(self, name: str, receiver: str, now: float, *, confirmed: bool) -> None:
        """A heartbeat was confirmed, or was not in its time."""
        if not confirmed:
            self._session(name, receiver).missed += 1
            self.unconfirmed(name, receiver, now)
            return
        self.confirmed(name, receiver, now)
        self._known[name].beats += 1

    # --- answers ----------------------------------------------------------------------------------

    def good(self) -> tuple[str, ...]:
        """The paths on which something gets to a receiver now, as far as is known."""
        return tuple(name for name, known in self._known.items() if known.is_good())

    def lost(self) -> tuple[str, ...]:
        """The paths of which a loss was said, and no return since."""
        return tuple(name for name, known in self._known.items() if known.lost)

    def reason(self, name: str) -> str | None:
        """Why nothing gets through on this path now; None while something does."""
        known = self._known[name]
        return None if known.is_good() else _reason(known)

    def carrying(self) -> tuple[tuple[str, str], ...]:
        """Every path and receiver between which something gets through now."""
        return tuple(
            (name, receiver)
            for name, known in self._known.items()
            for receiver, session in known.sessions.items()
            if known.carries(session)
        )

    def is_link_down(self, name: str) -> bool:
        """Whether its interface is known to carry nothing."""
        return self._known[name].link is False

    def order(self, receiver: str, now: float) -> tuple[str, ...]:
        """All paths, the one that should be used first for this receiver first.

        Good ones that are settled, then good ones that had trouble a moment ago, then the rest.
        """

        def rank(name: str) -> tuple[bool, bool]:
            known, session = self._known[name], self._session(name, receiver)
            good = known.carries(session)
            return not good, not _is_settled(session, now)

        return tuple(sorted(self._known, key=rank))

    def cut_off_s(self, now: float) -> float | None:
        """For how long no path at all has been good; None while one is."""
        return None if self._cut_off_since is None else now - self._cut_off_since

    def beat_every_s(self, name: str, receiver: str, now: float) -> float:
        """How often a heartbeat should go to this receiver on this path."""
        known = self._known[name]
        steady_s = known.path.heartbeat.total_seconds()
        calm = known.lost is False and known.trouble_since is None
        if calm and not self._is_relied_on(name, receiver, now):
            return steady_s
        return min(steady_s, PACE_S)

    def changes(self, now: float) -> list[PathLost | PathBack]:
        """What must be said now; said once. To be asked every second or so."""
        said: list[PathLost | PathBack] = []
        for name, known in self._known.items():
            if known.is_good():
                _settle(known, now)
                good_s = 0.0 if known.good_since is None else now - known.good_since
                proven = known.beats >= BEATS_FOR_BACK and good_s >= known.calm_s()
                if known.lost is not False and proven:
                    known.lost, known.back_at = False, now
                    said.append(PathBack(path=name))
            elif not known.lost and self._is_lost(name, known, now):
                if known.lost is False and now - known.back_at >= FORGIVEN_S:
                    known.losses = 0
                known.lost = True
                known.losses += 1
                since = now if known.trouble_since is None else known.trouble_since
                said.append(PathLost(path=name, reason=_reason(known), for_s=now - since))
        return said

    # --- how --------------------------------------------------------------------------------------

    def _session(self, name: str, receiver: str) -> _Session:
        return self._known[name].sessions.setdefault(receiver, _Session())

    def _look(self, now: float) -> None:
        """Take note of what has become good or bad with a fact."""
        for known in self._known.values():
            for session in known.sessions.values():
                if not known.carries(session):
                    session.had_trouble |= session.good_since is not None
                    session.good_since = None
                elif session.good_since is None:
                    session.good_since = now
            if known.is_good():
                if known.good_since is None:
                    known.good_since = now
            elif known.good_since is not None:
                _settle(known, now)
                known.good_since, known.beats = None, 0
                if known.trouble_since is None:
                    known.trouble_since = now
        if self.good():
            self._cut_off_since = None
        elif self._cut_off_since is None:
            self._cut_off_since = now

    def _is_relied_on(self, name: str, receiver: str, now: float) -> bool:
        """Whether this receiver would hear of us too seldom if this path were slow: no other gets
        anything to it, or this one is used in place of the first. Other receivers do not count."""
        in_use = [
            other
            for other in self.order(receiver, now)
            if self._known[other].carries(self._session(other, receiver))
        ]
        if all(other == name for other in in_use):
            return True
        return in_use[0] == name != next(iter(self._known))

    def _is_lost(self, name: str, known: _Known, now: float) -> bool:
        missed = [session.missed for session in known.sessions.values()]
        if missed and min(missed) >= BEATS_MISSED_MAX:
            return True
        after = known.path.lost_after
        if self.good() in ((), (name,)):  # the last one is watched as closely as the first
            after = min(other.path.lost_after for other in self._known.values())
        since = known.trouble_since
        return since is not None and now - since >= after.total_seconds()


def _is_settled(session: _Session, now: float) -> bool:
    since = session.good_since
    return not session.had_trouble or (since is not None and now - since >= SETTLED_S)


def _settle(known: _Known, now: float) -> None:
    """Its trouble is over when it was good for a settled time, and a heartbeat proved it."""
    if known.good_since is not None and known.beats and now - known.good_since >= SETTLED_S:
        known.trouble_since = None


def _reason(known: _Known) -> str:
    if known.link is False:
        return f"the interface {known.path.interface} is down"
    if any(session.standing for session in known.sessions.values()):
        return "what is sent on it is not confirmed"
    return "no receiver is reached over it"
