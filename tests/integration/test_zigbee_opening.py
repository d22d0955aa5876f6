"""While the radio is being opened: what the stick took from a sensor is heard, a stick that goes in
the middle of it is opened again, and whoever ends the driver then waits for no thread of it."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from zigpy.appdb import PersistingListener

from heimvakt.core.devices import Role
from heimvakt.core.events import ButtonPressed, RadioBack, RadioLost
from heimvakt_drivers.virtual.zigbee import FACES, EmergencyButton, Face
from heimvakt_drivers.zigbee.radio import network
from heimvakt_drivers.zigbee.radio.families import coordinator_for
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


async def test_a_stick_that_goes_while_it_is_asked_is_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bellows forgets its port then, and what it was about to send it asks None to send."""
    bench = ZigbeeBench(tmp_path, [], formed(speaks="ezsp"))
    family: Any = coordinator_for("ezsp")
    permit = family.permit_ncp
    pulled: list[asyncio.Task[None]] = []

    async def goes(self: Any, time_s: int = 60) -> Any:
        if not pulled:
            pulled.append(asyncio.create_task(bench.radio.unplug()))
            with contextlib.suppress(asyncio.CancelledError):  # it is told of the loss
                await asyncio.Event().wait()
            await self._ezsp._gw.send_data(b"")
        return await permit(self, time_s)

    monkeypatch.setattr(family, "permit_ncp", goes)
    driver, gateway = bench.driver(permit="never"), bench.gateway()
    async with bench.served(), running(driver, gateway):
        await gateway.next(RadioLost)
        await pulled[0]
        await bench.radio.replug()
        await gateway.next(RadioBack)


@pytest.mark.parametrize("step", ["initialize_tables", "load"])
async def test_one_that_is_ended_while_it_reads_its_database_leaves_no_thread(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process would wait for it for ever; that none is there every test is held to."""
    bench = ZigbeeBench(tmp_path, [], formed())
    reads, reading = getattr(PersistingListener, step), asyncio.Event()

    async def slowly(self: PersistingListener) -> None:
        reading.set()
        await asyncio.sleep(0.05)
        await reads(self)

    monkeypatch.setattr(PersistingListener, step, slowly)
    async with bench.served(), running(bench.driver(), bench.gateway()):
        await reading.wait()


async def test_one_that_is_ended_while_its_database_fails_is_not_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = ZigbeeBench(tmp_path, [], formed())
    tries, reading = [0], asyncio.Event()

    async def fails(self: PersistingListener) -> None:
        tries[0] += 1
        reading.set()
        await asyncio.sleep(0.05)
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(PersistingListener, "load", fails)
    async with bench.served(), running(bench.driver(), bench.gateway()):
        await reading.wait()
    assert tries[0] == 1


async def test_one_whose_stick_cannot_be_let_go_leaves_no_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "CLOSE_S", 0.1)
    bench = ZigbeeBench(tmp_path, [], formed())
    family: Any = coordinator_for("znp")
    lets_go = family.disconnect

    async def hangs(self: Any) -> None:
        await lets_go(self)
        await asyncio.Event().wait()

    monkeypatch.setattr(family, "disconnect", hangs)
    async with bench.served(), bench.armed(permit="never") as (driver, _):
        pass
    assert driver.counts()["radio that could not be let go"] == 1
