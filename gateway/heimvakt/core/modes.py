"""What the home is set to, and how that begins and ends; what rests meanwhile stands in `resting`.

Pure. Each mode but home ends by itself, and is recorded.

    home, away --a known key, a lock that carers open--> visit --the same key again, 4 h--> home
    away --somebody is heard, after those who left had time to--> home
    any --order, command, button--> any; each but home ends by itself
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .events import (
    BedEntered,
    BedLeft,
    ButtonPressed,
    ChairEntered,
    ChairLeft,
    ConfigurationChanged,
    DeviceEvent,
    DoorOpened,
    Event,
    GatewayStarted,
    LockedBy,
    LockUnlocked,
    Mode,
    ModeChanged,
    ModeChosen,
    MotionDetected,
    TagPresented,
    TimerFired,
)
from .mode_plans import AT_MOST
from .witness import NOBODY, Witness

if TYPE_CHECKING:
    from .devices import Home
    from .work import Work

DEADLINE = "/mode"
"""Of the engine's own: the mode ends by itself."""
LEAVES_WITHIN = timedelta(minutes=10)
"""Who sets the home to away and then goes moves in it for a while."""
KEY_AGAIN = timedelta(minutes=2)
"""A key that is read again within this was held there twice; nobody's visit is shorter. What the
lock says of it comes within this too."""
PRESS_AGAIN = timedelta(seconds=10)
"""A radio repeats a frame, and a hand trembles: the same press."""
INSIDE_MAX = 8
"""Carers of whom it is known that they are there; of more, those who came last."""

_SOMEBODY = (
    DoorOpened,
    MotionDetected,
    BedEntered,
    BedLeft,
    ChairEntered,
    ChairLeft,
    ButtonPressed,
)
"""Signs that somebody is in."""


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
    key: str = ""
    """The key or the button that was taken last, and when: the same again at once is no other."""
    key_at: datetime | None = None
    witness: Witness = NOBODY
    """Away: the last that was heard, which may have been nobody."""
    walked: str | None = None
    """Service: the device that a walk test runs on. Its button calls nobody meanwhile."""


AT_HOME = ModeState()


def follow(work: Work, event: Event) -> None:
    """Begin or end a mode, where the event means that."""
    match event:
        case TimerFired(name=name) if name == DEADLINE:
            change(work, Mode.HOME, by="time")
        case ModeChosen(mode=to, by=by, lasting_s=lasting_s):
            lasting = None if lasting_s is None else timedelta(seconds=lasting_s)
            change(work, to, by=by, lasting=lasting)
        case TagPresented(tag=tag) if tag in work.home.tags.values():
            _presented(work, tag)
        case LockUnlocked(by=LockedBy.TAG | LockedBy.CODE):
            _unlocked(work, event)
        case ButtonPressed() if (mode := _set_by(work.home, event)) is not None:
            _pressed(work, event, mode)
        case GatewayStarted() | ConfigurationChanged():
            _take_up(work)
        case _ if isinstance(event, _SOMEBODY):
            _somebody(work, event)


def change(work: Work, to: Mode, *, by: str, lasting: timedelta | None = None) -> None:
    """Set the home to `to`; the rules are told in the same step.

    Set again to what it is set to, it lasts anew. Longer than a mode may last it never does.
    """
    before, at = work.state.mode, work.event.at
    if to is Mode.HOME:
        until = None
        work.forget_timer(DEADLINE)
    else:
        plan = work.home.modes[to]
        until = at + min(plan.lasting if lasting is None else lasting, AT_MOST[to])
        work.arm_timer(DEADLINE, until)
    if to is before.mode and until == before.until:
        return
    other = to is not before.mode
    after = replace(
        before,
        mode=to,
        since=at if other else before.since,
        until=until,
        by=by,
        inside=() if other else before.inside,
        witness=NOBODY,
        walked=None,
    )
    _set(work, after)
    work.derived.append(
        ModeChanged(stamp=work.event.stamp, before=before.mode, after=to, until=until, by=by)
    )


def shifted(mode: ModeState, by: timedelta) -> ModeState:
    """The same when the clock was set: all is as far away as before."""
    return replace(
        mode,
        since=mode.since and mode.since + by,
        until=mode.until and mode.until + by,
        key_at=mode.key_at and mode.key_at + by,
    )


def _presented(work: Work, tag: str) -> None:
    """A known key: whoever comes begins a visit, and whoever goes ends it when he is the last."""
    now = work.state.mode
    if now.key == tag and _soon(now, work.event, KEY_AGAIN):
        return
    _take_key(work, tag)
    if now.mode in (Mode.HOME, Mode.AWAY):
        change(work, Mode.VISIT, by=tag)
    elif now.mode is not Mode.VISIT:
        return  # privacy and service last as they were asked for
    inside = work.state.mode.inside
    if tag not in inside:
        _set(work, replace(work.state.mode, inside=(*inside, tag)[-INSIDE_MAX:]))
    elif left := tuple(one for one in inside if one != tag):
        _set(work, replace(work.state.mode, inside=left))
    else:
        change(work, Mode.HOME, by=tag)


def _unlocked(work: Work, event: LockUnlocked) -> None:
    now = work.state.mode
    if event.device_id not in work.home.modes[Mode.VISIT].locks:
        return
    if now.mode in (Mode.HOME, Mode.AWAY) and not _soon(now, event, KEY_AGAIN):
        change(work, Mode.VISIT, by=event.device_id)


def _set_by(home: Home, event: ButtonPressed) -> Mode | None:
    """The mode that this press sets."""
    return next(
        (
            mode
            for mode, plan in home.modes.items()
            if plan.button == event.device_id and plan.press is event.press
        ),
        None,
    )


def _pressed(work: Work, event: ButtonPressed, mode: Mode) -> None:
    now = work.state.mode
    if now.key == event.device_id and _soon(now, event, PRESS_AGAIN):
        return
    _take_key(work, event.device_id)
    change(work, Mode.HOME if now.mode is mode else mode, by=event.device_id)


def _somebody(work: Work, event: DeviceEvent) -> None:
    """A sensor that fires alone in an empty home brings nobody back: a second sign does."""
    now = work.state.mode
    if now.mode is not Mode.AWAY:
        return
    if now.since is not None and event.at - now.since < LEAVES_WITHIN:
        return
    if now.witness.confirms(event):
        change(work, Mode.HOME, by=event.device_id)
    else:
        _set(work, replace(now, witness=now.witness.after(event)))


def _take_up(work: Work) -> None:
    """A mode whose deadline was lost, or that is planned no longer, must not last for ever."""
    now = work.state.mode
    if now.mode is not Mode.HOME and DEADLINE not in work.state.timers:
        work.arm_timer(DEADLINE, now.until or work.event.at + AT_MOST[now.mode])


def _take_key(work: Work, key: str) -> None:
    _set(work, replace(work.state.mode, key=key, key_at=work.event.at))


def _soon(now: ModeState, event: Event, within: timedelta) -> bool:
    return now.key_at is not None and timedelta() <= event.at - now.key_at < within


def _set(work: Work, mode: ModeState) -> None:
    work.state = replace(work.state, mode=mode)
