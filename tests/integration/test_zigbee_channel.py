"""The channel: the quietest is taken, and one that fills is told; both families of radios."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from heimvakt.core.devices import Role
from heimvakt.core.events import ButtonPressed, RadioClear, RadioInterference
from heimvakt_drivers.virtual.zigbee import FACES, EmergencyButton, Face, VirtualRadio
from heimvakt_drivers.zigbee.driver import ZigbeeDriver
from heimvakt_drivers.zigbee.settings import ZigbeeSettings
from tests.support.drivers import running
from tests.support.zigbee import ZigbeeBench, device, formed

LOUD, QUIET = 230, 10


def loud_but(radio: VirtualRadio, *quiet: int) -> None:
    radio.coordinator.noises = {c: QUIET if c in quiet else LOUD for c in range(11, 27)}


@pytest.mark.parametrize(("quietest", "speaks"), [(15, "znp"), (25, "znp"), (20, "ezsp")])
async def test_a_new_network_is_formed_on_the_quietest_channel(
    quietest: int, speaks: Face, tmp_path: Path
) -> None:
    radio = VirtualRadio(seed=3, asleep_s=0.2, speaks=speaks)
    loud_but(radio, quietest)
    bench = ZigbeeBench(tmp_path, [], radio)
    async with bench.served(), bench.armed(permit="never") as (driver, _gateway):
        network = driver.status().network
        assert network is not None
        assert network.channel == quietest


class Often(ZigbeeBench):
    """Measures twenty times a second, and an hour of smoothing and patience are nothing."""

    def driver(self, *, permit: str = "4m") -> ZigbeeDriver:
        every = timedelta(milliseconds=50)
        settings = ZigbeeSettings(radio=self.radio.speaks, port=self.port)
        within = timedelta(minutes=4 if permit == "4m" else 0)
        return ZigbeeDriver(
            settings.model_copy(
                update={"interference_every": every, "permit_join_on_start": within}
            )
        )


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("heimvakt_drivers.zigbee.radio.interference.LASTING_S", 0.2)
    monkeypatch.setattr("heimvakt_drivers.zigbee.radio.interference.SMOOTHED_OVER_S", 0.05)


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("speaks", FACES)
async def test_a_channel_that_fills_is_told_and_so_is_its_end(speaks: Face, tmp_path: Path) -> None:
    radio = formed(speaks=speaks)
    bench = Often(tmp_path, [], radio)
    loud_but(radio, *range(11, 27))
    async with bench.served(), bench.armed(permit="never") as (driver, gateway):
        network = driver.status().network
        assert network is not None
        quiet = await gateway.next(RadioClear, RadioInterference)
        assert quiet == RadioClear(driver="zigbee", channel=network.channel)
        loud_but(radio)
        full = await gateway.next(RadioClear, RadioInterference)
        assert isinstance(full, RadioInterference)
        assert full.channel == network.channel
        assert 60 < full.energy_percent <= 100
        loud_but(radio, network.channel)
        assert isinstance(await gateway.next(RadioClear, RadioInterference), RadioClear)


@pytest.mark.usefixtures("hurried")
async def test_nothing_is_measured_just_after_a_call_for_help(tmp_path: Path) -> None:
    radio = formed()
    bench = Often(tmp_path, [device(1, Role.BUTTON)], radio)
    button = radio.add(EmergencyButton(bench.devices[0].address))
    scans: list[float] = []
    loop = asyncio.get_running_loop()
    noise = radio.coordinator.noise

    def noted(channel: int) -> int:
        scans.append(loop.time())
        return noise(channel)

    radio.coordinator.noise = noted  # type: ignore[method-assign]
    async with bench.served():
        driver, gateway = bench.driver(), bench.gateway()
        async with running(driver, gateway):
            await gateway.wait_armed()
            await radio.wait_permit_join()
            async with asyncio.timeout(30):
                while not scans:  # noqa: ASYNC110 - no event tells
                    await asyncio.sleep(0.01)
            await button.join()
            await button.wait_enrolled()
            await button.set_alarm(True)
            await gateway.next(ButtonPressed)
            before = len(scans)
            await asyncio.sleep(0.6)  # twelve would have been due
            assert len(scans) <= before + 1  # one that had begun
