"""Whether a lock is reached, when it is tried again, and when that it is lost is told.

PURE. The shell says each moment what it sees of the lock; this answers with what to do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

SILENT_S = 2.5
"""A lock is asked many times a second. One that says nothing sensible for so long is told as lost;
a wire that is moved or a lock that restarts is back before."""

TRY_S = 3.0
"""The secure channel takes half a second, and up to two on a slow line that many share."""

AGAIN_S, AGAIN_S_MAX = 0.2, 30.0
"""Waits between tries; each is twice as long as the one before."""


BACK_S = 1.0
"""A lock that was told as lost is told as back when it has stayed for so long: one that comes and
goes is still lost."""


class Phase(Enum):
    """What goes on with a lock."""

    RESTING = auto()
    TRYING = auto()
    READING = auto()
    """The channel is up; the state is being asked for."""
    UP = auto()


class Do(Enum):
    """What the shell is to do."""

    START = auto()
    STOP = auto()
    READ = auto()
    """Ask for the whole state."""
    TELL_LOST = auto()
    TELL_UP = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What is known of the way to one lock."""

    phase: Phase = Phase.RESTING
    since: float
    """When this phase began."""
    good_at: float
    """When it was last reached and well."""
    rest_s: float = 0.0
    told_up: bool | None = None
    """What was told last; None: nothing yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What there is to see at a moment."""

    now: float
    stopped: bool
    secure: bool
    heard_at: float
    """When the last frame came that was right."""
    wrong: bool = False
    """Something is so wrong that only a new beginning helps."""
    state_read: bool = False


Step = tuple[Link, tuple[Do, ...]]


def look(link: Link, seen: Seen) -> Step:
    """What follows from what there is to see."""
    now = seen.now
    match link.phase:
        case Phase.RESTING if seen.stopped and now - link.since >= link.rest_s:
            return _lost_by(_enter(link, Phase.TRYING, now), now, Do.START)
        case Phase.TRYING if seen.secure:
            return _enter(link, Phase.READING, now), (Do.READ,)
        case Phase.READING if seen.state_read and seen.secure and not seen.wrong:
            link = _enter(link, Phase.UP, now)
            return (link, ()) if link.told_up is not None else _up(link)
        case Phase.UP if seen.secure and not seen.wrong and now - seen.heard_at < SILENT_S:
            if now - link.since < BACK_S:
                return link, ()
            link = replace(link, good_at=seen.heard_at, rest_s=0.0)
            return (link, ()) if link.told_up else _up(link)
        case Phase.UP:
            return _rest(link, now)
        case Phase.TRYING | Phase.READING if seen.wrong or now - link.since > TRY_S:
            return _rest(link, now)
    return _lost_by(link, now)


def _up(link: Link) -> Step:
    return replace(link, told_up=True), (Do.TELL_UP,)


def _rest(link: Link, now: float) -> Step:
    rest_s = min(max(link.rest_s * 2, AGAIN_S), AGAIN_S_MAX)
    return _lost_by(replace(_enter(link, Phase.RESTING, now), rest_s=rest_s), now, Do.STOP)


def _enter(link: Link, phase: Phase, now: float) -> Link:
    return replace(link, phase=phase, since=now)


def _lost_by(link: Link, now: float, *then: Do) -> Step:
    if link.told_up is not False and now - link.good_at >= SILENT_S:
        return replace(link, told_up=False), (*then, Do.TELL_LOST)
    return link, then
