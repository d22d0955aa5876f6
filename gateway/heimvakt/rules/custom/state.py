"""What a rule of a home's own remembers, and what can be told from it. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from heimvakt.core.alarms import Evidence, Priority
from heimvakt.core.calendar import Night
from heimvakt.core.devices import Device
from heimvakt.core.effects import Effect, NoLonger, ResetAlarm
from heimvakt.core.events import DeviceStuck, DeviceUnstuck, Event, Stamp
from heimvakt.core.times import stepped
from heimvakt.core.witness import NOBODY, Witness
from heimvakt.rules.hearing import ALL_HEARD, Hearing

from .settings import AtMost, Settings
from .signs import Sign


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The settings in a home."""

    settings: Settings
    hours: Night | None
    when: Mapping[str, Sign]
    after: Mapping[str, Sign]
    unless: Mapping[str, Sign]
    devices: Mapping[str, Device]
    """All that it names."""

    @property
    def waits_for(self) -> timedelta | None:
        """How long it is waited for what makes it no alarm."""
        return self.settings.unless.within if self.settings.unless is not None else None

    @property
    def excuses(self) -> frozenset[str]:
        """The devices that tell what makes it no alarm."""
        return frozenset(sign.device_id for sign in self.unless.values())

    @property
    def calls(self) -> bool:
        """Whether it is about a call for help or a danger: such an alarm never rests."""
        return any(sign.calls for sign in self.when.values())

    def over(self, key: str) -> Effect:
        """What ends an alarm that has been raised: a high one stays until a person has looked."""
        high = self.settings.priority is Priority.HIGH
        return NoLonger(key) if high else ResetAlarm(key)

    def in_hours(self, stamp: Stamp) -> bool:
        """Whether it may be an alarm then."""
        return self.hours is None or self.hours.holds(stamp)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One thing that happened, and goes on or is waited about."""

    first: Evidence
    before: Evidence | None = None
    """What had happened before it, where that counts."""
    ripe: bool = False
    """It has gone on for long enough: only the hours, `unless` or `at_most` keep it back."""
    raised: bool = False
    is_over: bool = False
    """What is measured has ended, while it was still waited about."""
    was_off: bool = False
    """The gateway did not hear all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is known."""

    waits: Mapping[str, Wait] = field(default_factory=dict)
    """By sign, which is the name of its deadline and the key of its alarm too."""
    excused: Mapping[str, Evidence] = field(default_factory=dict)
    """What makes it no alarm and is so now, by sign."""
    unknown: frozenset[str] = frozenset()
    """Devices of `unless` that have said nothing since nobody listened."""
    before: Evidence | None = None
    """What `after` means, the last time that it happened."""
    before_at: datetime | None = None
    """Its time, on the clock of now."""
    told: tuple[datetime, ...] = ()
    """When the last alarms were raised, on the clock of now."""
    stuck: frozenset[str] = frozenset()
    hearing: Hearing = ALL_HEARD
    witness: Witness = NOBODY

    def after(self, event: Event, devices: Mapping[str, Device]) -> State:
        """With what the event tells of who can be believed, and of the clock."""
        state, hearing = self, self.hearing.after(event, devices)
        if hearing is not self.hearing:
            state = replace(state, hearing=hearing)
        match event:
            case DeviceStuck(device_id=device_id) if device_id in devices:
                state = replace(state, stuck=state.stuck | {device_id})
            case DeviceUnstuck(device_id=device_id):
                state = replace(state, stuck=state.stuck - {device_id})
        if (by := stepped(event)) is not None:
            before_at = state.before_at and state.before_at + by
            state = replace(state, told=tuple(at + by for at in state.told), before_at=before_at)
        return state

    def hears(self, device: Device) -> bool:
        """Whether what this one said last is still to be believed."""
        return device.device_id not in self.stuck and self.hearing.hears(device)

    def excuse(self, bound: Bound) -> Sign | None:
        """What makes it no alarm now, by what can be believed."""
        for key in self.excused:
            sign = bound.unless.get(key)
            if sign is not None and self.hears(bound.devices[sign.device_id]):
                return sign
        return None

    def free_at(self, at_most: AtMost, now: datetime) -> datetime | None:
        """When the next alarm may be raised; None: now."""
        recent = [at for at in self.told if at > now - at_most.within]
        return recent[-at_most.alarms] + at_most.within if len(recent) >= at_most.alarms else None

    def with_wait(self, key: str, wait: Wait) -> State:
        """Going on, or waited about."""
        return replace(self, waits={**self.waits, key: wait})

    def without(self, *keys: str) -> State:
        """Over."""
        return replace(self, waits={k: w for k, w in self.waits.items() if k not in keys})
