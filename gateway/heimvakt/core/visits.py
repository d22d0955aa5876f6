"""Who comes and goes: keys at a reader, and locks that carers open, begin and end visits.

Pure.

    home, away --a known key, a lock that carers open--> visit --the same key again, 4 h--> home
                                                               --that lock, from outside--> home
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from .events import LockLocked, LockUnlocked, Mode
from .mode_state import change, put, soon, take_key

if TYPE_CHECKING:
    from .work import Work

KEY_AGAIN = timedelta(minutes=2)
"""A key that is read again within this was held there twice; nobody's visit is shorter. What the
lock says of it comes within this too."""
INSIDE_MAX = 8
"""Carers of whom it is known that they are there; of more, those who came last."""


def presented(work: Work, tag: str) -> None:
    """A known key: whoever comes begins a visit, and whoever goes ends it when he is the last."""
    now = work.state.mode
    if now.key == tag and soon(now, work.event, KEY_AGAIN):
        return
    take_key(work, tag)
    if now.mode in (Mode.HOME, Mode.AWAY):
        change(work, Mode.VISIT, by=tag)
    elif now.mode is not Mode.VISIT:
        return  # privacy and service last as they were asked for
    inside = work.state.mode.inside
    if tag not in inside:
        put(work, replace(work.state.mode, inside=(*inside, tag)[-INSIDE_MAX:]))
        _shown(work)
    elif left := tuple(one for one in inside if one != tag):
        put(work, replace(work.state.mode, inside=left))
    else:
        change(work, Mode.HOME, by=tag)


def unlocked(work: Work, event: LockUnlocked) -> None:
    """With a tag or a code, by a lock that nobody but carers opens so."""
    now = work.state.mode
    if event.device_id not in work.home.modes[Mode.VISIT].locks:
        return
    if now.mode is Mode.VISIT:
        _shown(work)
    elif now.mode in (Mode.HOME, Mode.AWAY) and not soon(now, event, KEY_AGAIN):
        change(work, Mode.VISIT, by=event.device_id)


def locked(work: Work, event: LockLocked) -> None:
    """From outside, by the lock that began the visit: whoever came has gone, where no key is known
    to be inside. Who only locks the door behind himself does so from within, or at once."""
    now = work.state.mode
    if now.mode is not Mode.VISIT or now.by != event.device_id or now.inside:
        return
    if now.since is not None and event.at - now.since >= KEY_AGAIN:
        change(work, Mode.HOME, by=event.device_id)


def _shown(work: Work) -> None:
    """Somebody has come: the visit is one, whoever has said so before."""
    now = work.state.mode
    if now.opens_until != now.until:
        put(work, replace(now, opens_until=now.until))
