"""A pairing on a virtual radio that does not go as it should: what is said, and that it goes on."""

from __future__ import annotations

from typing import Any

import pytest

from heimvakt.core.devices import Role
from heimvakt.core.events import RadioLost
from heimvakt.core.tending import Found, Interviewed, Opened, ReportingSet, Trouble
from heimvakt_drivers.virtual.zigbee import ContactSensor
from heimvakt_drivers.zigbee.tending import fitting, pairing
from tests.support import zigbee_pairing
from tests.support.zigbee_pairing import DOOR, OTHER, POWER, Bench, armed

bench = zigbee_pairing.bench


async def test_the_wrong_kind_for_the_role_is_said_and_can_have_another_later(
    bench: Bench,
) -> None:
    async with armed(bench) as (driver, _):
        pair = bench.pair(driver, Role.SMOKE)
        await bench.radio.wait_permit_join()
        await bench.sensor.join()
        failed = await pair.failed()
        assert "smoke needs a fire zone" in str(failed)
        assert "door" in failed.hint
        [member] = driver.members()
        assert (member.address, member.interviewed) == (DOOR, True)
        assert Role.DOOR in member.roles

        again = bench.pair(driver, Role.DOOR, address=DOOR.upper())
        await again.told(Found)
        await bench.sensor.open()
        assert await again.done() == DOOR
        assert Opened not in again.kinds, "it is in the network: nothing need be opened"


async def test_a_weak_link_is_said(bench: Bench) -> None:
    bench.sensor.lqi = 38
    async with armed(bench) as (driver, _):
        pair = await bench.paired(driver)
        trouble = next(s for s in pair.steps if isinstance(s, Trouble))
        assert "LQI 38" in trouble.what
        assert "repeater" in trouble.hint


class Stubborn(ContactSensor):
    """Will not be enrolled."""

    def command(self, cluster: int, host_endpoint: int, frame: Any) -> list[Any]:
        return [] if cluster == 0x0500 else super().command(cluster, host_endpoint, frame)


async def test_a_zone_that_will_not_be_enrolled_is_not_taken(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heimvakt_drivers.zigbee.tending.enrol.PAUSE_S", 0.01)
    sensor = bench.radio.add(Stubborn(OTHER))
    async with armed(bench) as (driver, _):
        pair = bench.pair(driver)
        await bench.radio.wait_permit_join()
        await sensor.join()
        for count in (1, 2):
            assert "not enrolled" in (await pair.told(Trouble, count)).what
            await sensor.rejoin()
        assert "will not be enrolled" in str(await pair.failed())


async def test_a_sensor_that_falls_asleep_in_its_interview_is_asked_on_when_it_wakes(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairing, "ASLEEP_S", 0.3)
    monkeypatch.setattr(pairing, "LOOK_S", 0.05)
    async with armed(bench) as (driver, _):
        pair = bench.pair(driver)
        await bench.radio.wait_permit_join()
        bench.sensor.silent = True
        await bench.sensor.join()
        await pair.told(Found)
        assert "fell asleep" in (await pair.told(Trouble)).what
        bench.sensor.silent = False
        await bench.sensor.say(POWER, 0x0A, b"", 0x18)  # any frame, once
        await pair.told(Interviewed)
        await bench.sensor.open()
        assert await pair.done() == DOOR


async def test_a_sensor_that_falls_asleep_while_it_is_set_up_is_asked_on_when_it_wakes(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "ASK_S", 0.5)

    async with armed(bench) as (driver, _):
        pair = bench.pair(driver)
        await bench.radio.wait_permit_join()
        await bench.sensor.join()
        await pair.told(Interviewed)
        bench.sensor.silent = True
        trouble = await pair.told(Trouble)
        assert trouble.what == "it does not answer"
        assert "button" in trouble.hint
        bench.sensor.silent = False
        await bench.sensor.check_in()
        await bench.sensor.rejoin()
        await pair.told(ReportingSet)
        assert await pair.done() == DOOR
        assert bench.sensor.enrolled


async def test_the_radio_goes_in_the_middle(bench: Bench) -> None:
    async with armed(bench) as (driver, gateway):
        pair = bench.pair(driver)
        await bench.radio.wait_permit_join()
        await bench.radio.unplug()
        assert "the radio" in str(await pair.failed())
        await gateway.next(RadioLost)
        assert driver.members() == []
        assert "the radio is lost" in str(await bench.pair(driver).failed())
