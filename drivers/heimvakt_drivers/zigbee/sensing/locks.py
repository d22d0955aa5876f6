"""Door locks: where the bolt is, and who moved it.

PURE. A lock tells both ways: its state as an attribute, and each use with its source as a command;
whichever comes first is told, and told again only where it adds who it was. Source: Zigbee Cluster
Library, revision 8: 7.3.2.15 (lock state) and 7.3.2.18 (operation event).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import IntEnum

from heimvakt.core.devices import Device
from heimvakt.core.events import DeviceEvent, LockedBy, LockJammed, LockLocked, LockUnlocked

from .heard import Cluster, Command, Heard
from .memory import Memory

LOCK_STATE = 0x0000

SAME_USE_S = 10.0
"""The two tellings of one use of a lock come within this time."""


class Bolt(IntEnum):
    """The states of a lock."""

    BETWEEN = 0
    LOCKED = 1
    UNLOCKED = 2


_SOURCES: Mapping[int, LockedBy] = {
    0: LockedBy.CODE,
    1: LockedBy.ORDER,
    2: LockedBy.INSIDE,
    3: LockedBy.TAG,
}
_USES: Mapping[int, tuple[bool, LockedBy | None]] = {
    0x01: (True, None),
    0x02: (False, None),
    0x07: (True, LockedBy.INSIDE),  # one touch
    0x08: (True, LockedBy.KEY),
    0x09: (False, LockedBy.KEY),
    0x0A: (True, LockedBy.INSIDE),  # by itself, after a time
    0x0B: (True, LockedBy.INSIDE),  # by itself, by the clock
    0x0C: (False, LockedBy.INSIDE),
    0x0D: (True, LockedBy.INSIDE),  # the thumb turn
    0x0E: (False, LockedBy.INSIDE),
}
"""By code: whether it locked, and who, where the code says that and not the source."""

Spoken = tuple[Memory, list[DeviceEvent]]


def command(device: Device, memory: Memory, heard: Heard, sent: Command) -> Spoken:
    """A command of a lock, or of the alarms of one."""
    fields = [field if isinstance(field, int) else -1 for field in sent.arguments[:2]]
    match heard.cluster, sent.id, fields:
        case Cluster.LOCK, 0x20, [source, code]:  # an operation event
            return used(device, memory, heard.at, source, code)
        case Cluster.ALARMS, 0x00, [0x00, Cluster.LOCK]:  # an alarm: the bolt is jammed
            return jammed(device, memory)
        case _:
            return memory, []


def bolt(device: Device, memory: Memory, now: float, value: int) -> Spoken:
    """The attribute that says where the bolt is."""
    match value:
        case Bolt.LOCKED | Bolt.UNLOCKED:
            return _moved(device, memory, now, LockedBy.UNKNOWN, locked=value == Bolt.LOCKED)
        case Bolt.BETWEEN:
            return jammed(device, memory)
        case _:
            return memory, []


def used(device: Device, memory: Memory, now: float, source: int, code: int) -> Spoken:
    """An operation event."""
    if code not in _USES:
        return memory, []  # a wrong code or tag, or nothing that moved the bolt
    locked, by = _USES[code]
    return _moved(device, memory, now, by or _SOURCES.get(source, LockedBy.UNKNOWN), locked=locked)


def jammed(device: Device, memory: Memory) -> Spoken:
    """The bolt is stuck."""
    if memory.jammed:
        return memory, []
    memory = replace(memory, jammed=True, active=None)
    return memory, [LockJammed(device_id=device.device_id)]


def _moved(device: Device, memory: Memory, now: float, by: LockedBy, *, locked: bool) -> Spoken:
    known = by is not LockedBy.UNKNOWN
    if memory.active is locked:
        soon = now - memory.active_at < SAME_USE_S
        adds_who = known and (not memory.lock_by_known or not soon)
        if not adds_who:
            return memory, []
    memory = replace(memory, active=locked, active_at=now, jammed=False, lock_by_known=known)
    return memory, [(LockLocked if locked else LockUnlocked)(device_id=device.device_id, by=by)]
