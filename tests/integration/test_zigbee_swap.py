"""A radio that is replaced: blank, old, or somebody else's; the driver runs the while."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from heimvakt.core.devices import Role
from heimvakt.core.events import DoorClosed, DoorOpened, RadioBack, RadioLost
from heimvakt.core.radios import Holds, RadioCareFailed
from heimvakt_drivers.virtual.zigbee import ContactSensor, VirtualRadio
from heimvakt_drivers.zigbee.driver import ZigbeeDriver
from heimvakt_drivers.zigbee.radio.network import DATABASE
from heimvakt_drivers.zigbee.radio.restoring import RAISED_BY
from tests.support.drivers import Gateway, running
from tests.support.zigbee import ZigbeeBench, device, formed


class Home(ZigbeeBench):
    """A door, and a second port beside the one that is configured."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, [device(1, Role.DOOR)], formed())
        self.door = self.radio.add(ContactSensor(self.devices[0].address))
        self.beside = str(folder / "beside")

    async def move_to(self, radio: VirtualRadio) -> ContactSensor:
        """The door as it is, in the air of another radio: it has noticed nothing."""
        moved = radio.add(ContactSensor(self.door.ieee))
        moved.nwk, moved.joined = self.door.nwk, True
        for cluster, attributes in self.door.clusters.items():
            for number, attribute in attributes.items():
                moved.clusters[cluster][number].value = attribute.value
        return moved

    def files(self) -> list[Path]:
        return sorted(self.folder.glob("network-backup-*.json"))


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    """A home whose door was taken in by a driver that has ended."""
    home = Home(tmp_path)
    async with home.served():
        async with home.armed():
            await home.radio.wait_permit_join()
            await home.door.join()
            await home.door.wait_enrolled()
        yield home


async def swapped(home: Home, driver: ZigbeeDriver, gateway: Gateway, new: VirtualRadio) -> None:
    await driver.radio_care().swap(home.beside)
    await gateway.next(RadioBack)
    assert port(driver) == home.beside
    assert new.ieee == home.radio.ieee


def port(driver: ZigbeeDriver) -> str:
    network = driver.status().network
    assert network is not None
    return network.port


async def test_a_blank_radio_beside_the_old_one_takes_its_place_and_nothing_is_paired_again(
    home: Home,
) -> None:
    new = VirtualRadio(seed=99, asleep_s=0.2)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(new.serve_pty(link=home.beside))
        driver, gateway = await stack.enter_async_context(home.armed(permit="never"))
        before = driver.status().network
        assert before is not None
        compared = await driver.radio_care().compare(home.beside)
        assert compared.holds is Holds.NOTHING
        assert compared.found is None
        assert compared.stored is not None
        assert (compared.stored.channel, compared.stored.pan_id) == (before.channel, before.pan_id)
        assert compared.stored.devices == 1
        assert not [e for e in gateway.emitted if isinstance(e, RadioLost)]  # only looked at
        await swapped(home, driver, gateway, new)
        door = await home.move_to(new)
        await door.set_alarm(True)
        await gateway.next(DoorOpened)
        after = await driver.radio_care().compare(home.beside)
        assert after.holds is Holds.SAME
        assert after.same_key is True
        assert after.found is not None
        assert after.found.frame_counter >= compared.stored.frame_counter + RAISED_BY


async def test_after_a_restart_it_is_where_it_was_swapped_to_while_something_is_there(
    home: Home,
) -> None:
    new = VirtualRadio(seed=99, asleep_s=0.2)
    async with new.serve_pty(link=home.beside):
        async with home.armed(permit="never") as (driver, gateway):
            await swapped(home, driver, gateway, new)
        async with home.armed(permit="never") as (driver, gateway):
            assert port(driver) == home.beside
            door = await home.move_to(new)
            await door.set_alarm(True)
            await gateway.next(DoorOpened)
    async with home.armed(permit="never") as (driver, gateway):
        assert port(driver) == home.port


async def test_somebody_elses_radio_is_refused_unless_it_is_said(home: Home) -> None:
    other = formed(seed=99)
    its_network = other.ieee
    async with (
        other.serve_pty(link=home.beside),
        home.armed(permit="never") as (driver, gateway),
    ):
        care = driver.radio_care()
        compared = await care.compare(home.beside)
        assert compared.holds is Holds.FOREIGN
        assert compared.same_key is False
        with pytest.raises(RadioCareFailed, match="another network"):
            await care.swap(home.beside)
        assert other.ieee == its_network
        await gateway.next(RadioBack)  # with the radio that it had
        await home.door.set_alarm(True)
        await gateway.next(DoorOpened)
        await care.swap(home.beside, overwrite=True)
        await gateway.next(RadioBack)
        assert other.ieee == home.radio.ieee
        door = await home.move_to(other)
        await door.set_alarm(False)
        await gateway.next(DoorClosed)


async def test_the_old_radio_that_comes_back_is_raised_above_the_other(home: Home) -> None:
    """Sensors take no frame with a counter that they have seen."""
    new = VirtualRadio(seed=99, asleep_s=0.2)
    async with home.armed(permit="never") as (driver, gateway):
        async with new.serve_pty(link=home.beside):
            await swapped(home, driver, gateway, new)
            there = await counter(driver, gateway, home.beside)
        await gateway.next(RadioBack)  # the old one, as nothing is where the other was
        assert port(driver) == home.port
        assert await counter(driver, gateway, home.port) > there


async def counter(driver: ZigbeeDriver, gateway: Gateway, at: str) -> int:
    compared = await driver.radio_care().compare(at)
    await gateway.next(RadioBack)
    assert compared.found is not None
    return compared.found.frame_counter


async def test_while_the_radio_is_dead_the_new_one_gets_what_was_stored(home: Home) -> None:
    async with home.armed(permit="never") as (driver, _gateway):
        await driver.radio_care().backup()
    await home.radio.unplug()
    new = VirtualRadio(seed=99, asleep_s=0.2)
    driver, gateway = home.driver(permit="never"), home.gateway()
    async with new.serve_pty(link=home.beside), running(driver, gateway):
        await gateway.next(RadioLost)
        await swapped(home, driver, gateway, new)
        await gateway.wait_armed()


async def test_a_port_at_which_nothing_is_says_so_and_the_radio_goes_on(home: Home) -> None:
    with pytest.raises(RadioCareFailed):
        home.driver().radio_care()
    async with home.armed(permit="never") as (driver, gateway):
        with pytest.raises(RadioCareFailed, match="No such file"):
            await driver.radio_care().compare(home.beside)
        await home.door.set_alarm(True)
        await gateway.next(DoorOpened)


async def test_a_file_is_kept_that_only_the_owner_reads_and_it_outlives_the_database(
    home: Home,
) -> None:
    async with home.armed(permit="never") as (driver, _gateway):
        given = await driver.radio_care().backup()
        network = driver.status().network
    (path,) = home.files()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept = json.loads(path.read_text())
    assert kept["metadata"]["format"] == "zigpy/open-coordinator-backup"
    assert kept == given
    assert [d["ieee_address"] for d in kept["devices"]] == ["0011223344556601"]
    for part in home.folder.glob(f"{DATABASE}*"):
        part.unlink()
    await home.radio.unplug()  # and a blank stick comes in its place
    async with home.served(VirtualRadio(seed=99)), home.armed(permit="never") as (driver, _):
        assert driver.status().network == network


async def test_two_at_once_do_not_work_on_one_radio(home: Home) -> None:
    async with home.armed(permit="never") as (driver, gateway):
        care = driver.radio_care()
        async with asyncio.TaskGroup() as tasks:
            first = tasks.create_task(care.compare(home.port))
            await asyncio.sleep(0)
            with pytest.raises(RadioCareFailed, match="already"):
                await care.swap(home.port)
        assert first.result().holds is Holds.SAME
        await gateway.next(RadioBack)


async def test_a_network_is_restored_from_a_file(home: Home, tmp_path: Path) -> None:
    async with home.armed(permit="never") as (driver, _gateway):
        given = await driver.radio_care().backup()
    other = ZigbeeBench(tmp_path / "other", home.devices, VirtualRadio(seed=5, asleep_s=0.2))
    other.folder.mkdir()
    async with other.served(), other.armed(permit="never") as (driver, gateway):
        with pytest.raises(RadioCareFailed, match="another network"):
            await driver.radio_care().swap(other.port, stored=given)
        await gateway.next(RadioBack)
        with pytest.raises(RadioCareFailed, match="no backup"):
            await driver.radio_care().swap(other.port, stored={"key": "secret"})
        await driver.radio_care().swap(other.port, stored=given, overwrite=True)
        await gateway.next(RadioBack)
        assert other.radio.ieee == home.radio.ieee
