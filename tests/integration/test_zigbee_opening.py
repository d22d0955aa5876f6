"""A press while the radio is being opened: what the stick took from the sensor is heard."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from heimvakt.core.devices import Role
from heimvakt.core.events import ButtonPressed
from heimvakt_drivers.virtual.zigbee import FACES, EmergencyButton, Face
from tests.support.drivers import running
from tests.support.zigbee import ZigbeeBench, device, formed


@pytest.mark.parametrize("speaks", FACES)
async def test_the_first_press_that_a_starting_stick_delivers_is_heard(
    speaks: Face, tmp_path: Path
) -> None:
    bench = ZigbeeBench(tmp_path, [device(1, Role.BUTTON)], formed(speaks=speaks))
    button = bench.radio.add(EmergencyButton(bench.devices[0].address))
    async with bench.served():
        async with bench.armed():
            await bench.radio.wait_permit_join()
            await button.join()
            await button.wait_enrolled()
        await bench.radio.wait_no_host()
        driver, gateway = bench.driver(permit="never"), bench.gateway()
        async with running(driver, gateway), asyncio.timeout(30):
            while not await button.press():  # noqa: ASYNC110 - the very first that gets through
                await asyncio.sleep(0.001)
            await gateway.next(ButtonPressed)
