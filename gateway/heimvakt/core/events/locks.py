"""What the bolt of a lock does, and what moved it."""

from __future__ import annotations

from enum import StrEnum

from .event import DeviceEvent, event


class LockedBy(StrEnum):
    """What moved a bolt."""

    KEY = "key"
    TAG = "tag"
    CODE = "code"
    ORDER = "order"
    """From here or from another radio."""
    INSIDE = "inside"
    """By hand, or by the lock itself after a time."""
    UNKNOWN = "unknown"


@event
class LockLocked(DeviceEvent):
    """The bolt is out."""

    by: LockedBy = LockedBy.UNKNOWN


@event
class LockUnlocked(DeviceEvent):
    """The bolt is in."""

    by: LockedBy = LockedBy.UNKNOWN


@event
class LockJammed(DeviceEvent):
    """The bolt is stuck between the two."""
