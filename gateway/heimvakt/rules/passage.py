"""Whether an outer door is opened by somebody who comes into an empty home, or may go out of it.

Who goes out is heard on the way to the door. So a door that opens, and nobody was heard since it
was last shut, is opened from outside. It takes two signs to make somebody of what was heard since,
as sensors fire alone in empty homes (`core.witness`), but only one where it was not long before the
door: it may be his who opens it. Where no sensor of movement is in the room of the door, and none
is named, or it cannot be heard, nothing is known, and whoever opens the door may go out.

    not known --the door is shut--> nobody was heard --somebody inside--> not known
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from heimvakt.core.devices import Device, Role
from heimvakt.core.events import (
    ClockStepped,
    ConfigurationChanged,
    DeviceEvent,
    DoorClosed,
    DoorOpened,
    Event,
    GatewayStarted,
    Mode,
    ModeChanged,
    MotionDetected,
)
from heimvakt.core.modes import LEAVES_WITHIN
from heimvakt.core.witness import NOBODY, Witness

from .device_id import DeviceId
from .hearing import ALL_HEARD, Hearing
from .kind import Context, RuleSettings, Wire
from .presence import is_life, signs_of

SETTLES = timedelta(seconds=30)
"""What is heard so soon after a door is shut may still be of somebody who went out."""
ON_THE_WAY = timedelta(minutes=5)
"""Who is heard so soon before a door opens may be the one who opens it. By chance a sensor of a
home fires in such a time once in seventy."""
_UNKNOWN_SINCE = (GatewayStarted, ClockStepped, ConfigurationChanged)


class PassageSettings(RuleSettings):
    """What the sections of rules have in common that tell who comes from who goes."""

    passed: Annotated[
        tuple[DeviceId, ...],
        Field(
            description="Movement that whoever goes out of an outer door is heard by first. Left "
            "out: all in the room of the door. Where there is none, who comes home is told like "
            "one who goes out.",
            examples=[["hall-motion"]],
        ),
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What tells of it in a home."""

    inside: Mapping[str, Device]
    """All that tells of life, but for the outer doors that are watched."""
    passed: Mapping[str, Mapping[str, Device]]
    """By outer door the sensors of movement by which nobody goes out unheard."""
    heard: Mapping[str, Device]
    """All of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What was heard since the door was shut."""

    shut_at: datetime | None = None
    """Since then nobody was heard; None: it is not known so."""
    witness: Witness = NOBODY
    hearing: Hearing = ALL_HEARD
    """Of the sensors that are passed."""
    leaves_until: datetime | None = None
    """The home was set to away: whoever did goes out now."""

    def after(self, way: Way, event: Event) -> Passage:
        """With what `event` tells of it; the same value where it tells nothing."""
        if self.shut_at is None and isinstance(event, MotionDetected):
            return self  # nearly always
        hearing = self.hearing.after(event, way.heard)
        now = self if hearing is self.hearing else replace(self, hearing=hearing)
        match event:
            case DoorClosed(device_id=door) if door in way.passed:
                return replace(now, shut_at=event.at, witness=NOBODY)
            case DeviceEvent() if self.shut_at is not None and is_life(event, way.inside):
                return now._heard(event, self.shut_at)
            case ModeChanged(after=Mode.AWAY):
                return replace(now, leaves_until=event.at + LEAVES_WITHIN)
            case ModeChanged(before=before, after=after) if Mode.PRIVACY in (before, after):
                return replace(now, shut_at=None, leaves_until=None)
            case ModeChanged():
                return replace(now, leaves_until=None)
            case _ if isinstance(event, _UNKNOWN_SINCE):
                return replace(now, shut_at=None, leaves_until=None)
            case _:
                return now

    def comes_in(self, way: Way, event: DoorOpened) -> bool:
        """Whether this door is opened by somebody who comes into an empty home."""
        if self.shut_at is None or event.at < self.shut_at:
            return False
        passed = way.passed.get(event.device_id)
        if not passed or not self.hearing.hears_all(passed):
            return False
        heard_at = self.witness.at
        return heard_at is None or event.at - heard_at > ON_THE_WAY

    def leaves_as_said(self, event: DoorOpened) -> bool:
        """Whether the home was set to away a moment before."""
        return self.leaves_until is not None and event.at < self.leaves_until

    def _heard(self, event: DeviceEvent, shut_at: datetime) -> Passage:
        if timedelta() <= event.at - shut_at < SETTLES:
            return self
        if self.witness.confirms(event):
            return replace(self, shut_at=None, witness=NOBODY)
        return replace(self, witness=self.witness.after(event))


NOT_KNOWN = Passage()


def way_of(context: Context, doors: Collection[str], named: Collection[str]) -> Way:
    """To those of these doors that lead out; past what is named, or all movement in their rooms."""
    outer = [context.devices[door] for door in doors if context.devices[door].outer]
    passed = {
        door.device_id: {
            device_id: device
            for device_id, device in context.devices.items()
            if (device_id in named if named else _is_at(door, device))
        }
        for door in outer
    }
    heard = {i: device for sensors in passed.values() for i, device in sensors.items()}
    return Way(inside=signs_of(context, (), but=passed.keys()), passed=passed, heard=heard)


def wires_passed(settings: PassageSettings) -> Iterator[Wire]:
    """The wiring of what is passed."""
    for index, device_id in enumerate(settings.passed):
        yield Wire(field=("passed", index), device_id=device_id, roles=frozenset({Role.MOTION}))


def _is_at(door: Device, device: Device) -> bool:
    return device.role is Role.MOTION and device.room is not None and device.room == door.room
