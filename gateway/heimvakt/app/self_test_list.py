"""The list of checks of one home, from what its parts offer: box, clock, store, drivers, devices,
paths, receivers. While the service works all of them, and alone those that need nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from heimvakt.checks.board import board_checks
from heimvakt.checks.clock import Clocks, clock_checks
from heimvakt.checks.devices import device_checks
from heimvakt.checks.disk import Room, disk_checks
from heimvakt.checks.drivers import Hearing
from heimvakt.checks.paths import Out, Way, certificate_checks, path_checks
from heimvakt.config.configuration import Configuration
from heimvakt.core.checks import Check
from heimvakt.core.path import Path as NetPath
from heimvakt.core.ports import Clock
from heimvakt.runtime.clock import SystemClock
from heimvakt.runtime.kernel_clock import drift_ppm, error_us, read_rtc
from heimvakt.runtime.power import read_power
from heimvakt.uplinks.binding import PathBinding
from heimvakt.uplinks.mqtt_settings import MqttReceiverSettings
from heimvakt.uplinks.probe import own_certificate, probe
from heimvakt.uplinks.secrets import SecretError

from .self_test_facts import Working, port_of


def checks_of(
    configuration: Configuration, state: Path, clock: Clock, working: Working | None
) -> list[Check]:
    """All of them, in the order in which a technician reads them; `state` is where the database
    is."""
    return [
        *board_checks(working.power if working else read_power),
        *clock_checks(_clocks(clock)),
        *disk_checks(state, working.room if working else _unknown_room),
        *_of_hardware(configuration, clock, working),
        *path_checks(
            [_out(configuration, path, working) for path in configuration.paths], clock.now
        ),
        *certificate_checks(_certificates(configuration), clock.now),
    ]


def _clocks(clock: Clock) -> Clocks:
    return Clocks(
        now=clock.now,
        quality=clock.quality,
        error_s=lambda: None if (us := error_us()) is None else us / 1e6,
        drift_ppm=drift_ppm,
        rtc=read_rtc,
        is_machines=isinstance(clock, SystemClock),
    )


async def _unknown_room() -> Room:
    return Room(wanted_bytes=0, full=False)


def _of_hardware(
    configuration: Configuration, clock: Clock, working: Working | None
) -> Iterator[Check]:
    hearing = (
        working.hearing()
        if working
        else [
            Hearing(name=name, port=port_of(entry.settings))
            for name, entry in configuration.drivers.items()
        ]
    )
    for driver in hearing:
        yield from driver.all()
    if working is not None:
        vital = {driver.name: driver.vital for driver in hearing}
        yield from device_checks(working.devices(), working.known, clock.now, working.do, vital)


def _out(configuration: Configuration, path: NetPath, working: Working | None) -> Out:
    ways = []
    for name, entry in configuration.receivers.items():
        if not isinstance(entry.settings, MqttReceiverSettings):
            continue  # an SMS costs, and only a person could answer it
        binding = PathBinding(
            name=path.name, interface=path.interface, name_servers=lambda: path.dns
        )
        probing = partial(probe, entry.settings, binding)
        ways.append(
            working.way(name, path.name, probing) if working else Way(receiver=name, probe=probing)
        )
    return Out(
        name=path.name,
        interface=path.interface,
        has_modem=path.modem is not None,
        modem=working.modems.get(path.name) if working else None,
        ways=tuple(ways),
    )


def _certificates(
    configuration: Configuration,
) -> list[tuple[str, Callable[[], tuple[datetime | None, str]]]]:
    return [
        (name, partial(_certificate, entry.settings))
        for name, entry in configuration.receivers.items()
        if isinstance(entry.settings, MqttReceiverSettings) and entry.settings.certificate
    ]


def _certificate(settings: MqttReceiverSettings) -> tuple[datetime | None, str]:
    try:
        return own_certificate(settings), ""
    except SecretError as error:
        return None, f"{error}: {error.hint}"
