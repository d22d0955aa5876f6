"""Pairing on a virtual radio: what is told, what is set up, and who is let in."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from heimvakt.core.devices import Role
from heimvakt.core.events import BatteryMeasured, DoorOpened, EnrolmentVerified
from heimvakt.core.tending import (
    Enrolled,
    Found,
    HeardFrom,
    Interviewed,
    Opened,
    ReportingSet,
    Waiting,
)
from heimvakt_drivers.virtual.zigbee import (
    FACES,
    ContactSensor,
    Face,
    JoinRefusedError,
    MotionSensor,
    Repeater,
)
from heimvakt_drivers.virtual.zigbee.znp.dispatch import HANDLERS
from heimvakt_drivers.virtual.zigbee.znp.mt_frame import Subsystem
from heimvakt_drivers.zigbee.tending import fitting, watching
from heimvakt_drivers.zigbee.tending.install_code import parse
from tests.support import zigbee_pairing
from tests.support.zigbee import ADDRESS
from tests.support.zigbee_pairing import DOOR, OTHER, POWER, Bench, armed

CODE = "83FED3407A939723A5C639B26916D505C3B5"
"""As the standard has it for an example."""
OTHER_CODE = "00112233445566778899AABBCCDDEEFF528F"
ADD_INSTALL_CODE = 0x04
bench = zigbee_pairing.bench


async def test_a_sensor_is_taken_in_and_every_step_is_told_as_it_happens(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "HEAR_S", 30.0)  # it says something: nobody waits so long
    async with armed(bench) as (driver, gateway):
        pair = bench.pair(driver)
        assert (await pair.told(Opened)).left_s == 240
        await bench.radio.wait_permit_join()
        await bench.sensor.join()
        assert (await pair.told(Found)).address == DOOR
        interviewed = await pair.told(Interviewed)
        assert (interviewed.manufacturer, interviewed.model) == ("Heimvakt", "HV-CONTACT-1")
        assert "battery powered" in interviewed.says
        await pair.told(ReportingSet)
        assert bench.sensor.enrolled
        await bench.sensor.wait_bound(POWER)
        await bench.sensor.open()
        assert await pair.done() == DOOR
        assert pair.kinds == [Opened, Found, Interviewed, Enrolled, ReportingSet, HeardFrom]
        last = pair.steps[-1]
        assert isinstance(last, HeardFrom)
        assert last.lqi == bench.sensor.lqi
        assert last.battery_percent == 100
        assert not bench.radio.permit_open, "the network is closed as soon as it is done"
        assert gateway.of("front-door") == [], "the rules hear of it when the home has it"

        bench.take_over(driver)
        await gateway.next(EnrolmentVerified, device_id="front-door")
        await gateway.next(BatteryMeasured, device_id="front-door")
        await bench.sensor.close()
        await bench.sensor.open()
        await gateway.next(DoorOpened, device_id="front-door")


async def test_whoever_gives_up_closes_the_network(bench: Bench) -> None:
    async with armed(bench) as (driver, _):
        pair = bench.pair(driver)
        await bench.radio.wait_permit_join()
        pair.task.cancel()
        await asyncio.wait([pair.task])
        assert not bench.radio.permit_open
        again = bench.pair(driver)
        await again.told(Opened)
        again.task.cancel()


async def test_one_at_a_time(bench: Bench) -> None:
    async with armed(bench) as (driver, _):
        first = bench.pair(driver)
        await first.told(Opened)
        assert "already" in str(await bench.pair(driver).failed())
        first.task.cancel()


async def test_nobody_comes(bench: Bench) -> None:
    async with armed(bench) as (driver, _):
        pair = bench.pair(driver, within=timedelta(seconds=0.3))
        failed = await pair.failed()
        assert "no device has joined" in str(failed)
        assert "lamp blinks" in failed.hint
        assert not bench.radio.permit_open


async def test_only_the_device_that_was_named_is_taken(bench: Bench) -> None:
    other = bench.radio.add(MotionSensor(OTHER))
    async with armed(bench) as (driver, _):
        pair = bench.pair(driver, address=DOOR)
        await bench.radio.wait_permit_join()
        await other.join()
        await bench.sensor.join()
        assert await pair.done() == DOOR
        found = [step.address for step in pair.steps if isinstance(step, Found)]
        assert found == [DOOR]


async def test_an_install_code_needs_to_say_whose_it_is_and_a_radio_that_knows_them(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with armed(bench) as (driver, _):
        failed = await bench.pair(driver, install_code=CODE).failed()
        assert "does not say which" in str(failed)
        assert "--address" in failed.hint
        monkeypatch.delitem(HANDLERS[Subsystem.APP_CNF], ADD_INSTALL_CODE)
        failed = await bench.pair(driver, install_code=CODE, address=DOOR).failed()
        assert "takes no install code" in str(failed)
        assert not bench.radio.permit_open


@pytest.mark.parametrize("speaks", FACES)
async def test_a_device_with_an_install_code_comes_in_with_the_right_one_alone(
    speaks: Face, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "HEAR_S", 0.2)
    bench = Bench(tmp_path, speaks)
    bench.sensor.link_key = parse(CODE).key.serialize()
    other = bench.radio.add(ContactSensor(OTHER))
    async with bench.served(), armed(bench) as (driver, _), asyncio.TaskGroup() as bench.tasks:
        for code in (None, OTHER_CODE):
            pair = bench.pair(driver, install_code=code, address=DOOR)
            await pair.told(Opened)
            await bench.radio.wait_permit_join()
            with pytest.raises(JoinRefusedError, match="key"):
                await bench.sensor.join()
            pair.task.cancel()
            await asyncio.wait({pair.task})
        pair = bench.pair(driver, install_code=CODE, address=DOOR)
        await pair.told(Opened)
        other.link_key = parse(OTHER_CODE).key.serialize()
        with pytest.raises(JoinRefusedError, match="key"):
            await other.join()
        await bench.sensor.join()
        assert await pair.done() == DOOR


@pytest.mark.parametrize("speaks", FACES)
async def test_through_one_router_nobody_comes_in_anywhere_else(
    speaks: Face, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "HEAR_S", 0.2)
    bench = Bench(tmp_path, speaks)
    plug, lamp = (bench.radio.add(Repeater(ADDRESS.format(n))) for n in (0x61, 0x62))
    async with bench.served(), armed(bench) as (driver, _), asyncio.TaskGroup() as bench.tasks:
        for router in (plug, lamp):
            pair = bench.pair(driver, Role.REPEATER, address=router.ieee)
            await pair.told(Opened)
            await router.join()
            await pair.done()
        pair = bench.pair(driver, through=plug.ieee)
        await pair.told(Opened)
        bench.sensor.hears = lamp
        with pytest.raises(JoinRefusedError, match="permit"):
            await bench.sensor.join()
        bench.sensor.hears = plug
        await bench.sensor.join()
        assert bench.sensor.parent == plug.nwk
        assert await pair.done() == DOOR
        await plug.changes.until(lambda: not bench.radio.permit_open)


async def test_what_is_told_while_nothing_happens(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "TICK_S", 0.02)
    async with armed(bench) as (driver, _):
        pair = bench.pair(driver)
        assert 230 <= (await pair.told(Waiting, 2)).left_s <= 240
        pair.task.cancel()
