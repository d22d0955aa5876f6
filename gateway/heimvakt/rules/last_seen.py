"""Where somebody is in the home, as far as its sensors have said, and which of them to believe.

Pure. Beds and chairs say whether somebody is in them; of all else the last that was heard counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from heimvakt.core.alarms import Evidence
from heimvakt.core.changed import replace
from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    BedEntered,
    BedLeft,
    ChairEntered,
    ChairLeft,
    DeviceEvent,
    DeviceStuck,
    DeviceUnstuck,
    DoorOpened,
    Event,
    MotionDetected,
)

from .hearing import ALL_HEARD, HEARS, Hearing

PLACES = frozenset({Role.BED, Role.CHAIR, Role.MOTION})
"""What can say that somebody is there."""
SIGNS = PLACES | {Role.DOOR}
"""What tells that somebody is elsewhere."""
_ENTERED = (BedEntered, ChairEntered)
_PRESENCE = (*_ENTERED, BedLeft, ChairLeft, MotionDetected, DoorOpened)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSeen:
    """What is known."""

    last: Evidence | None = None
    """The last sign of anybody in the home."""
    taken: Mapping[str, Evidence] = field(default_factory=dict)
    """Beds and chairs that somebody is in."""
    hearing: Hearing = ALL_HEARD
    stuck: frozenset[str] = frozenset()
    """Sensors that have said the same for too long to be believed."""

    def after(self, event: Event, signs: Mapping[str, Device]) -> LastSeen:
        """With what the event tells of `signs`."""
        hearing = self.hearing.after(event, signs)
        known = self if hearing is self.hearing else replace(self, hearing=hearing)
        match event:
            case DeviceStuck(device_id=device_id) if device_id in signs:
                return replace(known, stuck=known.stuck | {device_id})
            case DeviceUnstuck(device_id=device_id):
                return replace(known, stuck=known.stuck - {device_id})
            case DeviceEvent(device_id=device_id) if (
                isinstance(event, _PRESENCE) and device_id in signs
            ):
                return known._seen(event)
            case _:
                return known

    def forgotten(self) -> LastSeen:
        """When nobody knows what happened meanwhile."""
        return replace(self, last=None, taken={})

    def unbelieved(self, places: Mapping[str, Device]) -> tuple[str, ...]:
        """Those of them that cannot be heard, or are stuck."""
        return tuple(
            device_id
            for device_id, device in places.items()
            if device_id in self.stuck or not self.hearing.hears(device)
        )

    def at_one_of(self, places: Mapping[str, Device]) -> Evidence | None:
        """Since when somebody is at one of these places, by what can be believed."""
        doubted = self.unbelieved(places)
        there = [since for i, since in self.taken.items() if i in places and i not in doubted]
        if there:
            return there[-1]
        last = self.last
        if last is None or last.device_id in doubted or last.device_id not in places:
            return None
        return last if last.kind == MotionDetected.kind else None

    def _seen(self, event: DeviceEvent) -> LastSeen:
        evidence, device_id = Evidence.of(event), event.device_id
        if isinstance(event, _ENTERED):
            # Said again: since when it is so stays.
            taken = {**self.taken, device_id: self.taken.get(device_id, evidence)}
        else:
            taken = {i: since for i, since in self.taken.items() if i != device_id}
        return replace(self, last=evidence, taken=taken)


NOTHING_KNOWN = LastSeen()
HEEDED = frozenset({*_PRESENCE, DeviceStuck, DeviceUnstuck, *HEARS})
"""What it makes something of, of all that devices tell."""
