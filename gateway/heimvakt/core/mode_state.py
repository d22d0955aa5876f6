"""What the home is set to, and setting it: what begins and ends a mode stands in `modes`.

Pure. Each mode but home ends by itself, and is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .events import Event, Mode, ModeChanged
from .mode_plans import AT_MOST
from .witness import NOBODY, Witness

if TYPE_CHECKING:
    from .work import Work

DEADLINE = "/mode"
"""Of the engine's own: the mode ends by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeState:
    """What the home is set to now."""

    mode: Mode = Mode.HOME
    since: datetime | None = None
    until: datetime | None = None
    """When it ends by itself."""
    by: str = ""
    inside: tuple[str, ...] = ()
    """A visit: whose keys began it and have not ended it."""
    opens_until: datetime | None = None
    """A visit: so long it is a reason to open a door. Somebody in the home has to have shown that
    it is one: whoever orders a door open must not be able to order the reason for it too."""
    key: str = ""
    """The key or the button that was taken last, and when: the same again at once is no other."""
    key_at: datetime | None = None
    witness: Witness = NOBODY
    """Away: the last that was heard, which may have been nobody."""
    walked: str | None = None
    """Service: the device that a walk test runs on. Its button calls nobody meanwhile."""


AT_HOME = ModeState()


def change(
    work: Work, to: Mode, *, by: str, lasting: timedelta | None = None, ordered: bool = False
) -> None:
    """Set the home to `to`; the rules are told in the same step.

    Set again to what it is set to, it lasts anew. Longer than a mode may last it never does. What
    is `ordered` from afar gives nobody a reason to open a door.
    """
    before, at = work.state.mode, work.event.at
    if to is Mode.HOME:
        until = None
        work.forget_timer(DEADLINE)
    else:
        plan = work.home.modes[to]
        until = at + min(plan.lasting if lasting is None else lasting, AT_MOST[to])
        work.arm_timer(DEADLINE, until)
    other = to is not before.mode
    if ordered:
        opens_until = None if other else before.opens_until
    else:
        opens_until = until if to is Mode.VISIT else None
    if not other and (until, opens_until) == (before.until, before.opens_until):
        return
    after = replace(
        before,
        mode=to,
        since=at if other else before.since,
        until=until,
        by=by,
        inside=() if other else before.inside,
        opens_until=opens_until,
        witness=NOBODY,
        walked=None,
    )
    put(work, after)
    work.derived.append(
        ModeChanged(stamp=work.event.stamp, before=before.mode, after=to, until=until, by=by)
    )


def shifted(mode: ModeState, by: timedelta) -> ModeState:
    """The same when the clock was set: all is as far away as before."""
    return replace(
        mode,
        since=mode.since and mode.since + by,
        until=mode.until and mode.until + by,
        opens_until=mode.opens_until and mode.opens_until + by,
        key_at=mode.key_at and mode.key_at + by,
    )


def take_key(work: Work, key: str) -> None:
    """This key, or the button of a mode, is taken just now."""
    put(work, replace(work.state.mode, key=key, key_at=work.event.at))


def soon(now: ModeState, event: Event, within: timedelta) -> bool:
    """Whether the last key was taken so short a time ago."""
    return now.key_at is not None and timedelta() <= event.at - now.key_at < within


def put(work: Work, mode: ModeState) -> None:
    """It is like this now."""
    work.state = replace(work.state, mode=mode)
