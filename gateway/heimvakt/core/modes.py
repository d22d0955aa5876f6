"""What begins and ends a mode of the home; what rests meanwhile stands in `resting`.

Pure.

    home, away --somebody has come--> visit: see `visits`
    away --somebody is heard, after those who left had time to--> home
    any --order, command, button--> any; each but home ends by itself
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
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
    LockLocked,
    LockUnlocked,
    Mode,
    ModeChosen,
    MotionDetected,
    TagPresented,
    TimerFired,
    WalkTestTurned,
)
from .mode_plans import AT_MOST
from .mode_state import DEADLINE, change, put, soon, take_key
from .visits import locked, presented, unlocked

if TYPE_CHECKING:
    from .devices import Home
    from .work import Work

LEAVES_WITHIN = timedelta(minutes=10)
"""Who sets the home to away and then goes moves in it for a while."""
PRESS_AGAIN = timedelta(seconds=10)
"""A radio repeats a frame, and a hand trembles: the same press."""

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


def follow(work: Work, event: Event) -> None:
    """Begin or end a mode, where the event means that."""
    match event:
        case TimerFired(name=name) if name == DEADLINE:
            change(work, Mode.HOME, by="time")
        case ModeChosen(mode=to, by=by, lasting_s=lasting_s):
            lasting = None if lasting_s is None else timedelta(seconds=lasting_s)
            change(work, to, by=by, lasting=lasting)
        case WalkTestTurned(to=device_id) if work.state.mode.mode is Mode.SERVICE:
            known = device_id if device_id in work.home.devices else None
            put(work, replace(work.state.mode, walked=known))
        case TagPresented(tag=tag) if tag in work.home.tags.values():
            presented(work, tag)
        case LockUnlocked(by=LockedBy.TAG | LockedBy.CODE):
            unlocked(work, event)
        case LockLocked(by=LockedBy.TAG | LockedBy.CODE | LockedBy.KEY):
            locked(work, event)
        case ButtonPressed() if (mode := _set_by(work.home, event)) is not None:
            _pressed(work, event, mode)
        case GatewayStarted() | ConfigurationChanged():
            _take_up(work)
        case _ if isinstance(event, _SOMEBODY):
            _somebody(work, event)


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
    if now.key == event.device_id and soon(now, event, PRESS_AGAIN):
        return
    take_key(work, event.device_id)
    change(work, Mode.HOME if now.mode is mode else mode, by=event.device_id)


def _somebody(work: Work, event: DeviceEvent) -> None:
    """A sensor that fires alone in an empty home brings nobody back: a second sign does."""
    now = work.mode
    if now.mode is not Mode.AWAY:
        return
    if now.since is not None and event.at - now.since < LEAVES_WITHIN:
        return
    if now.witness.confirms(event):
        change(work, Mode.HOME, by=event.device_id)
    else:
        put(work, replace(now, witness=now.witness.after(event)))


def _take_up(work: Work) -> None:
    """A mode whose deadline was lost, or that is planned no longer, must not last for ever."""
    now = work.state.mode
    if now.walked is not None and isinstance(work.event, GatewayStarted):
        # Whoever walked about is asked by nobody any more: that button calls for help again.
        put(work, replace(now, walked=None))
    if now.mode is not Mode.HOME and DEADLINE not in work.state.timers:
        work.arm_timer(DEADLINE, now.until or work.event.at + AT_MOST[now.mode])
