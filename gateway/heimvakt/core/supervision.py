"""Which devices are heard, which are silent or stuck, and when the next one would be silent.

A silent sensor never looks like a quiet resident, and time in which nothing could be heard (the
radio lost, the gateway off, the repeaters without mains) is nobody's silence: deadlines move by as
long as it took, and nothing is learned from it (`health`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from .checkins import learn, silence_limit
from .devices import Device, Home
from .events import (
    ClockStepped,
    ConfigurationChanged,
    ContactLost,
    DeviceBack,
    DeviceEvent,
    DeviceSilent,
    DeviceStuck,
    DeviceUnstuck,
    Event,
    GatewayStarted,
    MainsLost,
    MainsRestored,
    RadioBack,
    RadioLost,
    TimerFired,
)
from .health import (
    MAINS_MAX,
    Health,
    Supervised,
    adopted,
    fed_by_mains,
    mains_back,
    radio_back,
    shifted,
    started,
)
from .stuck import follow, stuck_limit, stuck_since

PREFIX = "/silent/"
"""Of its deadlines; ids of rules have no stroke, so no rule can have the same."""


def supervise(home: Home, before: Supervised, event: Event) -> tuple[Supervised, list[DeviceEvent]]:
    """The health after `event`, and what the rules must be told of it."""
    match event:
        case ContactLost():
            return _lost(home, before, event), []
        case DeviceEvent():
            return _heard(home, before, event)
        case GatewayStarted(at=at, last_alive=last_alive):
            return started(home, before, at, last_alive), []
        case ConfigurationChanged(at=at):
            return adopted(home, before, at), []
        case ClockStepped(before=was, after=after):
            return shifted(before, after - was), []
        case RadioLost(driver=driver, at=at) if driver not in before.lost:
            return replace(before, lost={**before.lost, driver: at}), []
        case RadioBack(driver=driver, at=at) if driver in before.lost:
            return radio_back(home, before, driver, at), []
        case MainsLost(at=at) if before.mains_lost is None:
            return replace(before, mains_lost=at), []
        case MainsRestored(at=at) if before.mains_lost is not None:
            return mains_back(home, before, before.mains_lost, at), []
        case TimerFired(name=name) if name.startswith(PREFIX):
            return _silent(home, before, event, name.removeprefix(PREFIX))
        case _:
            return before, []


def deadlines(home: Home, supervised: Supervised) -> Iterator[tuple[str, datetime]]:
    """When each device that can be heard would count as silent."""
    for device_id, health in supervised.devices.items():
        if (at := _silence_at(home, supervised, device_id, health)) is not None:
            yield PREFIX + device_id, at


def _silence_at(
    home: Home, supervised: Supervised, device_id: str, health: Health
) -> datetime | None:
    """Never before its `silent_at`."""
    device = home.devices.get(device_id)
    if device is None or health.silent or health.no_contact or device.driver in supervised.lost:
        return None
    fed = supervised.mains_lost is not None and device.driver in fed_by_mains(home)
    return health.silent_at + MAINS_MAX if fed else health.silent_at


def next_silence(
    home: Home, supervised: Supervised, until: datetime | None
) -> tuple[str, datetime] | None:
    """The first of `deadlines`, by time and then by name; None where none is at `until` or before.

    Asked with every event, so what cannot be the first is not looked at any closer.
    """
    found: str | None = None
    first = until
    for device_id, health in supervised.devices.items():
        if first is not None and health.silent_at > first:
            continue
        if (at := _silence_at(home, supervised, device_id, health)) is None:
            continue
        if first is None or at < first or (at == first and (found is None or device_id < found)):
            found, first = device_id, at
    return None if found is None or first is None else (PREFIX + found, first)


def _lost(home: Home, before: Supervised, event: ContactLost) -> Supervised:
    """It is not silent: its driver knows, and has said so already."""
    if event.device_id not in home.devices:
        return before
    known = before.devices.get(event.device_id) or Health(silent_at=event.at)
    lost = replace(known, no_contact=True, heard_at=None)
    return replace(before, devices={**before.devices, event.device_id: lost})


def _heard(
    home: Home, before: Supervised, event: DeviceEvent
) -> tuple[Supervised, list[DeviceEvent]]:
    device = home.devices.get(event.device_id)
    if device is None:
        return before, []
    stamp = event.stamp
    known = before.devices.get(device.device_id) or Health(silent_at=stamp.at)
    learned = known.learned
    if known.heard_at is not None and before.mains_lost is None:
        learned = learn(learned, device.role, max(stamp.monotonic - known.heard_at, 0.0))
    hold = follow(known.hold, event)
    since = stuck_since(device, hold, stamp.at)
    now = Health(
        last_seen=stamp.at,
        silent_at=stamp.at + silence_limit(device, learned),
        heard_at=stamp.monotonic,
        stuck=since is not None,
        hold=hold,
        learned=learned,
    )
    told: list[DeviceEvent] = []
    if known.silent:
        told.append(DeviceBack(stamp=stamp, device_id=device.device_id))
    if known.stuck and since is None:
        told.append(DeviceUnstuck(stamp=stamp, device_id=device.device_id))
    elif since is not None and not known.stuck:
        told.append(_stuck(home, device, since, event))
    return Supervised(  # not `replace`, which takes longer than all of this
        devices={**before.devices, device.device_id: now},
        lost=before.lost,
        mains_lost=before.mains_lost,
    ), told


def _stuck(home: Home, device: Device, since: datetime, event: Event) -> DeviceStuck:
    return DeviceStuck(
        stamp=event.stamp,
        device_id=device.device_id,
        since=since,
        limit_s=stuck_limit(device).total_seconds(),
        blind_rules=home.rules_that_need(device.device_id),
    )


def _silent(
    home: Home, before: Supervised, event: TimerFired, device_id: str
) -> tuple[Supervised, list[DeviceEvent]]:
    health, device = before.devices[device_id], home.devices[device_id]
    learned = health.learned
    told: list[DeviceEvent] = [
        DeviceSilent(
            stamp=event.stamp,
            device_id=device_id,
            last_seen=health.last_seen,
            limit_s=silence_limit(device, learned).total_seconds(),
            blind_rules=home.rules_that_need(device_id),
            usual_s=learned.usual_s if learned.is_settled else None,
            longest_s=learned.longest_known_s if learned.is_settled else None,
        )
    ]
    if health.stuck:
        told.append(DeviceUnstuck(stamp=event.stamp, device_id=device_id))
    # A state of before the silence may long be over when it is back.
    silent = replace(health, silent=True, stuck=False, hold=replace(health.hold, now=None))
    return replace(before, devices={**before.devices, device_id: silent}), told
