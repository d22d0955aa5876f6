"""A device that stands in the file before it is there: paired by its name alone."""

from __future__ import annotations

import asyncio
import json
import tomllib

import pytest

from heimvakt_drivers.virtual.zigbee import MotionSensor
from tests.support.command import heimvakt
from tests.support.home import home

pytestmark = pytest.mark.slow

KITCHEN = "00:12:4b:00:de:00:01:01"
POWER = 0x0001
PLANNED = """
[devices.kitchen-motion]         # over the fridge
role = "motion"
driver = "zigbee"
room = "kitchen"

# kept by hand
"""


async def test_a_planned_device_is_paired_by_its_name_and_what_the_file_says_of_it_stays() -> None:
    async with home() as h:
        file = h.command.configuration
        file.write_text(file.read_text() + PLANNED)
        async with h.running() as service, service.link() as (_, watched):
            there = ("--socket", service.command.control)
            rows = json.loads((await heimvakt("devices", "--json", *there)).out)
            assert rows["kitchen-motion"]["address"] == ""
            listed = (await heimvakt("devices", *there)).out
            assert "not paired yet: heimvakt pair --as kitchen-motion" in listed
            early = await heimvakt("device", "replace", "kitchen-motion", *there)
            assert (early.code, "is not paired yet" in early.err) == (1, True)
            twice = await heimvakt("pair", "--as", "kitchen-motion", "--role", "door", *there)
            assert twice.code == 2
            assert "says already what it is" in twice.err
            nobody = await heimvakt("pair", "--as", "cellar", *there)
            assert (nobody.code, "--role" in nobody.err) == (2, True)

            sensor = h.radio.add(MotionSensor(KITCHEN, retries=3))
            async with asyncio.TaskGroup() as tasks:
                pairing = tasks.create_task(heimvakt("pair", "--as", "kitchen-motion", *there))
                await h.radio.wait_permit_join()
                await sensor.join()
                await sensor.wait_bound(POWER)
                await sensor.motion()
            assert pairing.result().code == 0, pairing.result()

            await sensor.clear()
            await sensor.motion()
            assert (await watched.event("motion-detected"))["device_id"] == "kitchen-motion"
            text = file.read_text()
            expected = PLANNED.replace(
                'room = "kitchen"', f'room = "kitchen"\naddress = "{KITCHEN}"'
            )
            assert text.endswith(expected)
            assert tomllib.loads(text)["devices"]["kitchen-motion"]["room"] == "kitchen"
