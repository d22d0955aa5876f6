"""A home of forty devices: all join, the gateway restarts, gets another radio, and nothing is to be
paired again."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from heimvakt.core.devices import Role
from heimvakt.core.events import DeviceEvent, RadioBack
from heimvakt_drivers.virtual.zigbee import (
    BedMat,
    ContactSensor,
    EmergencyButton,
    Lamp,
    MotionSensor,
    OccupancySensor,
    Repeater,
    Siren,
    SmokeDetector,
    VirtualDevice,
    VirtualRadio,
)
from heimvakt_drivers.zigbee.driver import ZigbeeDriver
from heimvakt_drivers.zigbee.sensing import translate
from tests.support.drivers import Gateway
from tests.support.zigbee import ZigbeeBench, device, formed

SLEEPY = int(os.environ.get("HEIMVAKT_SLEEPY", "30"))
ROUTERS = 8
JOIN_S_MAX = 60.0


KINDS: tuple[tuple[Role, type[VirtualDevice]], ...] = (
    (Role.DOOR, ContactSensor),
    (Role.MOTION, MotionSensor),
    (Role.BED, BedMat),
    (Role.BUTTON, EmergencyButton),
    (Role.SMOKE, SmokeDetector),
    (Role.MOTION, OccupancySensor),
)
HOME: tuple[tuple[Role, type[VirtualDevice]], ...] = (
    *(KINDS[number % len(KINDS)] for number in range(SLEEPY)),
    *((Role.REPEATER, Repeater) for _ in range(ROUTERS)),
    (Role.LIGHT, Lamp),
    (Role.SIREN, Siren),
)


async def until(true: Callable[[], object]) -> None:
    """Look again each 20 ms: for what no event tells."""
    async with asyncio.timeout(JOIN_S_MAX):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_forty_devices_join_and_are_all_heard_after_a_restart_and_on_another_radio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each is heard twice: a fast machine is on the other radio before it would be told again.
    monkeypatch.setattr(translate, "SEEN_EVERY_S", 0.0)
    devices = [
        device(number, role, f"{role}-{number}") for number, (role, _) in enumerate(HOME, start=1)
    ]
    radio = formed()
    things = [radio.add(kind(one.address)) for one, (_, kind) in zip(devices, HOME, strict=True)]
    bench = ZigbeeBench(tmp_path, devices, radio)
    async with bench.served():
        async with bench.armed() as (driver, _):
            await radio.wait_permit_join()
            for thing in things:
                await thing.join()
            await until(lambda: all_set_up(driver))
            await until(lambda: not radio.permit_open)
        async with bench.armed(permit="never") as (driver, gateway):
            await everybody_is_heard(driver, gateway, things)
            assert not radio.permit_open
            fresh = VirtualRadio(seed=99, asleep_s=0.2)
            beside = str(tmp_path / "beside")
            async with fresh.serve_pty(link=beside):
                await driver.radio_care().swap(beside)
                await gateway.next(RadioBack)
                for thing in things:  # they have noticed nothing: they speak as before, to it
                    fresh.add(thing)
                await everybody_is_heard(driver, gateway, things)
                assert not fresh.permit_open
                assert fresh.ieee == radio.ieee


async def everybody_is_heard(
    driver: ZigbeeDriver, gateway: Gateway, things: Sequence[VirtualDevice]
) -> None:
    """Each by itself, and set up as before, without anybody having come in anew."""
    assert len(driver.members()) == len(HOME)
    addresses, before = [thing.nwk for thing in things], len(gateway.emitted)
    for thing in things:
        await thing.check_in()
    await until(
        lambda: heard(gateway, before) == {one.device_id for one in gateway.devices.values()}
    )
    await until(lambda: all_set_up(driver))
    assert [thing.nwk for thing in things] == addresses


def all_set_up(driver: ZigbeeDriver) -> bool:
    status = driver.status()
    return all(one.interviewed and one.trouble is None for one in status.devices.values()) and all(
        one.enrolled
        for device_id, one in status.devices.items()
        if device_id.partition("-")[0] in ("door", "bed", "button", "smoke", "siren")
    )


def heard(gateway: Gateway, since: int) -> set[str]:
    return {event.device_id for event in gateway.emitted[since:] if isinstance(event, DeviceEvent)}
