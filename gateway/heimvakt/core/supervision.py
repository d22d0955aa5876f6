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
    devices, lost = home.devices, supervised.lost
    fed = fed_by_mains(home) if supervised.mains_lost is not None else ()
    for device_id, health in supervised.devices.items():
        if (
            health.silent
            or health.no_contact
            or (device := devices.get(device_id)) is None
            or device.driver in lost
        ):
            continue
        at = health.silent_at
        yield PREFIX + device_id, at + MAINS_MAX if device.driver in fed else at


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
