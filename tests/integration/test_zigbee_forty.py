"""A home of forty devices: all join, the gateway restarts, and nothing is to be paired again."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from heimvakt.core.devices import Role
from heimvakt.core.events import DeviceEvent
from heimvakt_drivers.virtual.zigbee import (
    BedMat,
    ContactSensor,
    EmergencyButton,
    MotionSensor,
    OccupancySensor,
    SmokeDetector,
    VirtualDevice,
)
from heimvakt_drivers.virtual.zigbee.actuators import Lamp, Siren
from heimvakt_drivers.virtual.zigbee.zdo import node_descriptor
from heimvakt_drivers.zigbee.driver import ZigbeeDriver
from tests.support.drivers import Gateway
from tests.support.zigbee import ZigbeeBench, device, formed

SLEEPY = int(os.environ.get("HEIMVAKT_SLEEPY", "30"))
ROUTERS = 8
ROUTER_CAPABILITIES = 0x8E  # router, on mains, receiver always on
JOIN_S_MAX = 120.0


class Router(VirtualDevice):
    """A repeater in a socket."""

    default_model = "HV-REPEATER-1"

    def __init__(self, ieee: str, **more: Any) -> None:
        super().__init__(ieee, **more)
        self.node_descriptor = node_descriptor(
            logical_type=1, capabilities=ROUTER_CAPABILITIES, manufacturer=self.manufacturer_code
        )


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
    *((Role.REPEATER, Router) for _ in range(ROUTERS)),
    (Role.LIGHT, Lamp),
    (Role.SIREN, Siren),
)


async def until(true: Callable[[], object]) -> None:
    """Look again each 20 ms: for what no event tells."""
    async with asyncio.timeout(JOIN_S_MAX):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_forty_devices_join_and_are_all_heard_after_two_restarts(tmp_path: Path) -> None:
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
        for _ in range(2):
            await again(bench, things)


async def again(bench: ZigbeeBench, things: Sequence[VirtualDevice]) -> None:
    """One more life of the driver: everybody is heard, and nobody else may come in."""
    ids = {one.device_id for one in bench.devices}
    async with bench.armed(permit="never") as (driver, gateway):
        assert len(driver.members()) == len(HOME)
        for thing in things:
            await thing.check_in()
        await until(lambda: heard(gateway) == ids)
        await until(lambda: all_set_up(driver))
        assert not bench.radio.permit_open


def all_set_up(driver: ZigbeeDriver) -> bool:
    status = driver.status()
    return all(one.interviewed and one.trouble is None for one in status.devices.values()) and all(
        one.enrolled
        for device_id, one in status.devices.items()
        if device_id.partition("-")[0] in ("door", "bed", "button", "smoke", "siren")
    )


def heard(gateway: Gateway) -> set[str]:
    return {event.device_id for event in gateway.emitted if isinstance(event, DeviceEvent)}
