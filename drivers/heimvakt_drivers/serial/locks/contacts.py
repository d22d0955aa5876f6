"""What the contacts of a lock mean: from levels to events.

PURE. A lock says where its contacts are; this knows what they were before, and why one may have
moved. What changed while nobody could hear it is told when it is read again, by nobody known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from heimvakt.core.commands import Verb
from heimvakt.core.events import (
    BatteryMeasured,
    DeviceEvent,
    DoorClosed,
    DoorOpened,
    LockedBy,
    LockJammed,
    LockLocked,
    LockUnlocked,
    TagBy,
    TamperClosed,
    TamperOpened,
)

from .addresses import Post

HANDLE_S = 5.0
"""From the handle on the inside to the bolt: the same hand."""

TAG_S = 10.0
"""From a key at the reader to the bolt: the same person, where the lock itself let him in."""

AFTER_S = 5.0
"""An order counts as the cause for as long as the door is let go, and this for a slow bolt."""


class Contact(StrEnum):
    """What a lock can tell of itself."""

    DOOR = "door"
    """Up: open."""
    BOLT = "bolt"
    """Up: out, locked."""
    HANDLE = "handle"
    """Up: used, on the inside."""
    RELEASE = "release"
    """Up: the door is let go."""
    TAMPER = "tamper"
    """Up: somebody opened the housing."""
    SUPPLY = "supply"
    """Up: it fails; the lock lives on its battery, if it has one."""


Levels = Mapping[Contact, bool]


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order of ours that may move the bolt."""

    verb: Verb
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """What is known of one lock. Times are those of the clock that `heard` is called with."""

    levels: Levels = field(default_factory=dict)
    locked: bool | None = None
    jammed: bool = False
    ordered: Ordered | None = None
    handle_at: float | None = None
    tag_at: float | None = None
    tag_by: TagBy = TagBy.CARD


Heard = tuple[Contacts, tuple[DeviceEvent, ...]]


def ordered(contacts: Contacts, verb: Verb, now: float, lasting_s: float) -> Contacts:
    """An order goes out: what moves from now on may be its work."""
    return replace(contacts, ordered=Ordered(verb, now + lasting_s + AFTER_S))


def presented(contacts: Contacts, by: TagBy, now: float) -> Contacts:
    """Somebody known is at the reader."""
    return replace(contacts, tag_at=now, tag_by=by)


def heard(contacts: Contacts, post: Post, levels: Levels, now: float) -> Heard:
    """The lock says where some of its contacts are."""
    changed = {c: up for c, up in levels.items() if contacts.levels.get(c) is not up}
    if not changed:
        return contacts, ()
    if changed.get(Contact.HANDLE):
        contacts = replace(contacts, handle_at=now)
    first = contacts
    contacts = replace(contacts, levels={**contacts.levels, **levels})
    events = [*_door(post, changed), *_housing(post, first, changed)]
    locked = _position(contacts.levels)
    if locked is not None and locked is not contacts.locked:
        by = _mover(contacts, now, locked=locked)
        if contacts.ordered is not None and (contacts.ordered.verb is Verb.LOCK) is not locked:
            contacts = replace(contacts, ordered=None)  # what it did is undone
        kind = LockLocked if locked else LockUnlocked
        events.append(kind(device_id=post.lock.device_id, by=by))
        contacts = replace(contacts, locked=locked, jammed=False)
    return contacts, tuple(events)


def stuck(contacts: Contacts, post: Post) -> Heard:
    """The lock took an order and its bolt did not follow."""
    if contacts.jammed:
        return contacts, ()
    return replace(contacts, jammed=True), (LockJammed(device_id=post.lock.device_id),)


def _door(post: Post, changed: Levels) -> list[DeviceEvent]:
    if post.door is None or Contact.DOOR not in changed:
        return []
    kind = DoorOpened if changed[Contact.DOOR] else DoorClosed
    return [kind(device_id=post.door.device_id)]


def _housing(post: Post, before: Contacts, changed: Levels) -> list[DeviceEvent]:
    """What is well from the start is not worth a word."""
    told: list[DeviceEvent] = []
    name = post.lock.device_id
    for contact, up in changed.items():
        if not up and contact not in before.levels:
            continue
        if contact is Contact.TAMPER:
            told.append((TamperOpened if up else TamperClosed)(device_id=name))
        if contact is Contact.SUPPLY:
            told.append(BatteryMeasured(device_id=name, low=up))
    return told


def _position(levels: Levels) -> bool | None:
    """Whether it is locked: by the bolt where that is wired, by what was let go where it is not."""
    if Contact.BOLT in levels:
        return levels[Contact.BOLT]
    release = levels.get(Contact.RELEASE)
    return None if release is None else not release


def _mover(contacts: Contacts, now: float, *, locked: bool) -> LockedBy:
    if contacts.locked is None:
        return LockedBy.UNKNOWN  # it may have been so for days
    if (by := contacts.ordered) is not None and now <= by.until:
        if (by.verb is Verb.LOCK) is locked:
            return LockedBy.ORDER
        return LockedBy.INSIDE  # the lock itself, after its time
    if locked:
        return LockedBy.UNKNOWN
    if contacts.handle_at is not None and now - contacts.handle_at <= HANDLE_S:
        return LockedBy.INSIDE
    if contacts.tag_at is not None and now - contacts.tag_at <= TAG_S:
        return LockedBy.TAG if contacts.tag_by is TagBy.CARD else LockedBy.CODE
    # With a contact at the handle, what is left is a key from the outside.
    return LockedBy.KEY if Contact.HANDLE in contacts.levels else LockedBy.UNKNOWN
