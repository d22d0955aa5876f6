"""Devices of the home on a virtual radio: taken in again, sent away, and renamed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from heimvakt.core.events import DoorClosed, DoorOpened
from tests.support import zigbee_pairing
from tests.support.zigbee_pairing import DOOR, Bench, armed

bench = zigbee_pairing.bench


async def until(true: Callable[[], object]) -> None:
    """Look again each 10 ms: for what nothing tells."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_device_of_the_home_that_was_reset_is_taken_in_again(bench: Bench) -> None:
    async with armed(bench) as (driver, gateway):
        await bench.paired(driver)
        bench.take_over(driver)
        await bench.sensor.leave_network()
        other = bench.pair(driver, device_id="back-door", within=timedelta(seconds=1))
        await bench.radio.wait_permit_join()
        await bench.sensor.join()
        assert "no device has joined" in str(await other.failed()), "it is not that one"

        await bench.sensor.leave_network()
        again = bench.pair(driver)
        await bench.radio.wait_permit_join()
        await bench.sensor.join()
        await bench.sensor.wait_enrolled()
        await bench.sensor.open()
        assert await again.done() == DOOR
        await gateway.next(DoorOpened, device_id="front-door")


async def test_a_device_is_sent_away_and_its_frames_are_nobodys(bench: Bench) -> None:
    async with armed(bench) as (driver, gateway):
        await bench.paired(driver)
        bench.take_over(driver)
        await bench.sensor.open()
        await gateway.next(DoorOpened, device_id="front-door")

        driver.take_over({d.address: d for d in bench.devices})
        count = len(gateway.of("front-door", DoorOpened, DoorClosed))
        await bench.sensor.close()
        await bench.sensor.open()
        await driver.forget(DOOR)
        await bench.sensor.wait_for(lambda: not bench.sensor.joined)
        assert len(gateway.of("front-door", DoorOpened, DoorClosed)) == count
        await until(lambda: not driver.members())


async def test_a_renamed_device_is_heard_under_its_new_name_and_another_role_is_set_up(
    bench: Bench,
) -> None:
    async with armed(bench) as (driver, gateway):
        await bench.paired(driver)
        bench.take_over(driver)
        await bench.sensor.open()
        await gateway.next(DoorOpened, device_id="front-door")
        bench.take_over(driver, device_id="back-door")
        await bench.sensor.close()
        await bench.sensor.open()
        await gateway.next(DoorOpened, device_id="back-door")
        assert set(driver.status().devices) == {"hall", "back-door"}
