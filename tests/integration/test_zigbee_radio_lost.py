"""A radio that is not there, is pulled out, hangs or is another one: it is told, and comes back."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from heimvakt.core.devices import Role
from heimvakt.core.events import ButtonPressed, DoorClosed, DoorOpened, RadioBack, RadioLost
from heimvakt_drivers.virtual.zigbee import VirtualRadio
from heimvakt_drivers.zigbee.radio.network import DATABASE
from tests.support import zigbee_home
from tests.support.drivers import Gateway, running
from tests.support.zigbee import ZigbeeBench, formed
from tests.support.zigbee_home import Home, both, until

speaks, home, joined = zigbee_home.speaks, zigbee_home.home, zigbee_home.joined


@both
async def test_a_radio_that_is_pulled_out_and_put_back(joined: Home) -> None:
    door = joined.zone(Role.DOOR)
    async with joined.armed(permit="never") as (driver, gateway):
        await door.set_alarm(True)
        await gateway.next(DoorOpened)
        await joined.radio.unplug()
        lost = await gateway.next(RadioLost)
        assert isinstance(lost, RadioLost)
        assert lost.reason == driver.status().lost
        assert driver.status().network is None
        await joined.radio.replug()
        await gateway.next(RadioBack)
        assert driver.status().lost is None
        await door.set_alarm(False)
        await gateway.next(DoorClosed)


async def test_a_radio_that_is_not_there_at_the_start(joined: Home) -> None:
    await joined.radio.unplug()
    driver, gateway = joined.driver(), joined.gateway()
    async with running(driver, gateway):
        lost = await gateway.next(RadioLost)
        assert isinstance(lost, RadioLost)
        assert lost.reason == f"No such file or directory: {joined.port}"
        await joined.radio.replug()
        await gateway.next(RadioBack)
        await gateway.wait_armed()
        await joined.zone(Role.BUTTON).set_alarm(True)
        await gateway.next(ButtonPressed)


async def test_a_port_that_is_no_radio_is_tried_again(joined: Home, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    bench = ZigbeeBench(tmp_path, joined.devices, joined.radio)
    bench.port = str(tmp_path / "file")
    gateway = bench.gateway()
    async with running(bench.driver(), gateway) as task:
        await gateway.next(RadioLost)
        assert not task.done()


@both
async def test_a_radio_that_hangs_is_lost(joined: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zigpy.application.ControllerApplication._watchdog_period", 0.05)
    monkeypatch.setattr("heimvakt_drivers.zigbee.radio.network.ANSWER_S", 0.3)
    monkeypatch.setattr("bellows.zigbee.application.ControllerApplication._watchdog_period", 0.05)
    async with joined.armed(permit="never") as (_driver, gateway):
        with monkeypatch.context() as patience:
            patience.setattr("bellows.ash.ACK_TIMEOUTS", 1)
            joined.radio.faults.mute = True
            lost = await gateway.next(RadioLost)
            assert isinstance(lost, RadioLost)
            assert lost.reason == "the radio does not answer"
            joined.radio.faults.mute = False
            # It answers from now on, as soon as the machine lets it.
            monkeypatch.setattr("heimvakt_drivers.zigbee.radio.network.ANSWER_S", 30.0)
        await gateway.next(RadioBack)
        await joined.zone(Role.DOOR).set_alarm(True)
        await gateway.next(DoorOpened)


@both
async def test_a_blank_stick_in_its_place_gets_the_network_back(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heimvakt_drivers.zigbee.radio.backup.CHANGED_S", 0.0)
    async with home.served(), home.armed() as (driver, _gateway):
        await home.all_join(driver)
        await until(lambda: backups(home.folder) > 0)
        old = driver.status().network
    new = VirtualRadio(seed=99, asleep_s=0.2, speaks=home.radio.speaks)
    assert new.ieee != home.radio.ieee
    async with home.served(new), home.armed(permit="never") as (driver, _gateway):
        assert driver.status().network == old
        assert new.ieee == home.radio.ieee


async def test_somebody_elses_stick_is_refused_and_left_as_it_is(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heimvakt_drivers.zigbee.radio.backup.FIRST_S", 0.0)
    async with home.served(), home.armed() as (_driver, _gateway):
        await until(lambda: backups(home.folder) > 0)
    other = formed(seed=99)
    before = other.ieee
    async with home.served(other):
        gateway = home.gateway()
        async with running(home.driver(), gateway):
            lost = await gateway.next(RadioLost)
            assert isinstance(lost, RadioLost)
            assert "another network" in lost.reason
    assert other.ieee == before
    assert backups(home.folder) == 1


def backups(folder: Path) -> int:
    with sqlite3.connect(folder / DATABASE) as database:
        (table,) = database.execute(
            "select name from sqlite_master where name like 'network_backups_v%' "
            "order by length(name) desc, name desc limit 1"
        ).fetchone()
        count: int = database.execute(f"select count(*) from {table}").fetchone()[0]
    database.close()
    return count


async def test_a_damaged_database_is_set_aside_and_sensors_are_known_again(joined: Home) -> None:
    (joined.folder / DATABASE).write_bytes(b"not a database" * 100)
    with capture_logs() as told:
        async with joined.armed(permit="never") as (_driver, gateway):
            door = joined.zone(Role.DOOR)
            await door.rejoin()
            await until(lambda: _driver.status().devices["door"].interviewed)
            await door.set_alarm(True)
            await gateway.next(DoorOpened)
    assert (joined.folder / f"{DATABASE}.damaged-1").read_bytes().startswith(b"not a")
    assert "set aside" in next(line["event"] for line in told if line["log_level"] == "error")


def descriptors_open() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_many_tries_leave_no_descriptor_behind(tmp_path: Path) -> None:
    bench = ZigbeeBench(tmp_path, [], VirtualRadio())
    bench.port = str(tmp_path / "nothing")
    before = descriptors_open()
    for _ in range(10):
        gateway = Gateway([], bench.state_directory)
        async with running(bench.driver(), gateway):
            await gateway.next(RadioLost)
    assert descriptors_open() <= before
