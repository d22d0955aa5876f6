"""Which devices are heard, which are silent, and when the next one would be.

A silent sensor never looks like a quiet resident, and time in which nothing could be heard (the
radio lost, the gateway off) is nobody's silence: deadlines move by as long as it took.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .devices import Home
from .events import (
    ClockStepped,
    DeviceBack,
    DeviceEvent,
    DeviceSilent,
    Event,
    GatewayStarted,
    RadioBack,
    RadioLost,
    TimerFired,
)

PREFIX = "/silent/"
"""Of its deadlines; ids of rules have no stroke, so no rule can have the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What is known of one device."""

    last_seen: datetime | None = None
    silent_at: datetime
    """When it counts as silent if nothing is heard until then."""
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervised:
    """The health of all devices, and since when which drivers hear nothing."""

    devices: Mapping[str, Health]
    lost: Mapping[str, datetime]


def supervise(home: Home, before: Supervised, event: Event) -> tuple[Supervised, list[DeviceEvent]]:
    """The health after `event`, and what the rules must be told of it."""
    match event:
        case GatewayStarted(at=at, last_alive=last_alive):
            return _started(home, before, at, last_alive), []
        case ClockStepped(before=was, after=after):
            return _shifted(before, after - was), []
        case RadioLost(driver=driver, at=at) if driver not in before.lost:
            return replace(before, lost={**before.lost, driver: at}), []
        case RadioBack(driver=driver, at=at) if driver in before.lost:
            gap = max(at - before.lost[driver], timedelta())
            lost = {name: since for name, since in before.lost.items() if name != driver}
            devices = {
                name: _later(health, gap) if _driver_of(home, name) == driver else health
                for name, health in before.devices.items()
            }
            return Supervised(devices=devices, lost=lost), []
        case DeviceEvent():
            return _heard(home, before, event)
        case TimerFired(name=name) if name.startswith(PREFIX):
            return _silent(home, before, event, name.removeprefix(PREFIX))
        case _:
            return before, []


def deadlines(home: Home, supervised: Supervised) -> Iterator[tuple[str, datetime]]:
    """When each device that can be heard would count as silent."""
    for device_id, health in supervised.devices.items():
        if not health.silent and _driver_of(home, device_id) not in supervised.lost:
            yield PREFIX + device_id, health.silent_at


def _started(
    home: Home, before: Supervised, at: datetime, last_alive: datetime | None
) -> Supervised:
    devices = {}
    for device_id, device in home.devices.items():
        known = before.devices.get(device_id)
        # Nothing was heard since the gateway went off, or since the radio was lost before that. A
        # clock that has gone back moves the deadline back with it.
        heard_until = before.lost.get(device.driver, last_alive)
        if known is None or heard_until is None:
            devices[device_id] = Health(silent_at=at + device.silence_limit)
        else:
            devices[device_id] = _later(known, at - heard_until)
    return Supervised(devices=devices, lost={})


def _shifted(before: Supervised, by: timedelta) -> Supervised:
    return Supervised(
        devices={name: _later(health, by) for name, health in before.devices.items()},
        lost={name: since + by for name, since in before.lost.items()},
    )


def _later(health: Health, gap: timedelta) -> Health:
    return replace(health, silent_at=health.silent_at + gap)


def _heard(
    home: Home, before: Supervised, event: DeviceEvent
) -> tuple[Supervised, list[DeviceEvent]]:
    device = home.devices.get(event.device_id)
    if device is None:
        return before, []
    known = before.devices.get(event.device_id)
    now = Health(last_seen=event.at, silent_at=event.at + device.silence_limit)
    after = replace(before, devices={**before.devices, event.device_id: now})
    if known is None or not known.silent:
        return after, []
    return after, [DeviceBack(stamp=event.stamp, device_id=event.device_id)]


def _silent(
    home: Home, before: Supervised, event: TimerFired, device_id: str
) -> tuple[Supervised, list[DeviceEvent]]:
    health = before.devices[device_id]
    silent = replace(health, silent=True)
    told = DeviceSilent(
        stamp=event.stamp,
        device_id=device_id,
        last_seen=health.last_seen,
        limit_s=home.devices[device_id].silence_limit.total_seconds(),
        blind_rules=home.rules_that_need(device_id),
    )
    return replace(before, devices={**before.devices, device_id: silent}), [told]


def _driver_of(home: Home, device_id: str) -> str | None:
    device = home.devices.get(device_id)
    return device.driver if device else None
