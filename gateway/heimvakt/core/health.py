"""What is known of the health of the devices, and what time means to it in which none was heard.

Pure. The gateway off, the radio lost, the repeaters without mains: that is nobody's silence.
Deadlines move by as long as it took, and nothing is learned from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .checkins import NOTHING_LEARNED, CheckIns, silence_limit
from .devices import MAINS_FED, Device, Home, own_driver
from .stuck import NOTHING_HELD, Hold, later, unheard

MAINS_MAX = timedelta(hours=24)
"""So long lost mains excuse a device. A supply that says for months that there are none, and is
wrong, must not leave the home unwatched."""

GRACE = timedelta(hours=1)
"""After a restart, or when a radio or the mains are back, nobody is silent sooner than this, or
than two usual check-ins: a sensor that got no answer takes its time to look for another way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What is known of one device."""

    last_seen: datetime | None = None
    silent_at: datetime
    """When it counts as silent if nothing is heard until then."""
    silent: bool = False
    heard_at: float | None = None
    """When it was last heard, on the clock of the boot; None when it may have spoken unheard since
    then, or never has."""
    excused: bool = False
    """It has had its time of grace since it was last heard: restarts after one another are no
    excuse for ever."""
    no_contact: bool = False
    """It is asked all the time and answers no more: its driver says so, and when it does again."""
    stuck: bool = False
    hold: Hold = NOTHING_HELD
    learned: CheckIns = NOTHING_LEARNED


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervised:
    """The health of all devices, since when which drivers hear nothing, and the home no mains."""

    devices: Mapping[str, Health]
    lost: Mapping[str, datetime]
    mains_lost: datetime | None = None


def fed_by_mains(home: Home) -> frozenset[str]:
    """The drivers whose devices fall silent with the mains of the home: one of them is fed by them
    and may be the way of all others. What is wired to the box lives on its battery, as it does."""
    return frozenset(d.driver for d in home.devices.values() if d.role in MAINS_FED)


def started(
    home: Home, before: Supervised, at: datetime, last_alive: datetime | None
) -> Supervised:
    """The health at a start: whatever the gateway did not hear while it was off is no silence."""
    fed = fed_by_mains(home)
    devices = {}
    for device_id, device in home.devices.items():
        known = before.devices.get(device_id)
        if known is not None and known.no_contact:
            # Its driver says so again; where it does not, the silence must be found.
            known = replace(known, no_contact=False, excused=False)
        # Nothing was heard since the gateway went off, or since the radio or the mains were lost
        # before that. A clock that has gone back moves the deadline back with it.
        deaf = [before.lost.get(device.driver), before.lost.get(own_driver(device_id)), last_alive]
        if device.driver in fed:
            deaf.append(before.mains_lost)
        heard_until = min((since for since in deaf if since is not None), default=None)
        if known is None or heard_until is None:
            learned = known.learned if known else NOTHING_LEARNED
            silent_at = at + silence_limit(device, learned)
            devices[device_id] = Health(silent_at=silent_at, learned=learned)
        else:
            devices[device_id] = _deaf_for(device, known, at - heard_until, at)
    return Supervised(devices=devices, lost={})


def adopted(home: Home, before: Supervised, at: datetime) -> Supervised:
    """The health under another configuration: who is new has all its time, who is gone is gone."""
    devices = {
        device_id: before.devices.get(device_id)
        or Health(silent_at=at + silence_limit(device, NOTHING_LEARNED))
        for device_id, device in home.devices.items()
    }
    return replace(before, devices=devices)


def radio_back(home: Home, before: Supervised, driver: str, at: datetime) -> Supervised:
    """The health when a driver hears again."""
    mains = before.mains_lost if driver in fed_by_mains(home) else None
    gap = _alone(before.lost[driver], at, mains)
    lost = {name: since for name, since in before.lost.items() if name != driver}
    return replace(before, lost=lost, devices=_all_deaf_for(home, before, {driver: gap}, at))


def mains_back(home: Home, before: Supervised, since: datetime, at: datetime) -> Supervised:
    """The health when the home has mains again."""
    gaps = {
        driver: min(_alone(since, at, before.lost.get(driver)), MAINS_MAX)
        for driver in fed_by_mains(home)
    }
    return replace(before, mains_lost=None, devices=_all_deaf_for(home, before, gaps, at))


def _alone(since: datetime, at: datetime, other: datetime | None) -> timedelta:
    """How long there was this cause and no other: what they have in common is counted once, when
    the last of them ends."""
    return max((at if other is None else min(at, other)) - since, timedelta())


def _all_deaf_for(
    home: Home, before: Supervised, gaps: Mapping[str, timedelta], at: datetime
) -> dict[str, Health]:
    devices = dict(before.devices)
    for device_id, health in before.devices.items():
        device = home.devices.get(device_id)
        if device is not None and device.driver in gaps:
            # One with a way of its own was heard all the same, and counts from then.
            heard_until = health.silent_at - silence_limit(device, health.learned)
            gap = min(gaps[device.driver], max(at - heard_until, timedelta()))
            devices[device_id] = _deaf_for(device, health, gap, at)
    return devices


def _deaf_for(device: Device, health: Health, gap: timedelta, at: datetime) -> Health:
    """The health at the end of a time in which the device could not be heard."""
    after = replace(
        health,
        silent_at=health.silent_at + gap,
        heard_at=None,
        hold=unheard(health.hold, gap),
    )
    if health.silent or health.excused:
        return after
    learned = health.learned
    two_s = 2 * learned.usual_s if learned.is_settled else 0.0
    grace = min(max(GRACE, timedelta(seconds=two_s)), silence_limit(device, learned))
    return replace(after, silent_at=max(after.silent_at, at + grace), excused=True)


def shifted(before: Supervised, by: timedelta) -> Supervised:
    """The health when the clock was set: all is as far away as before."""
    return Supervised(
        devices={name: _later(health, by) for name, health in before.devices.items()},
        lost={name: since + by for name, since in before.lost.items()},
        mains_lost=before.mains_lost and before.mains_lost + by,
    )


def _later(health: Health, by: timedelta) -> Health:
    return replace(health, silent_at=health.silent_at + by, hold=later(health.hold, by))
